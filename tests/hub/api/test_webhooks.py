"""Webhooks: a provider hears 200 only when its event is kept, and otherwise what to do."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from channels import wire
from channels.fake.events import WireMessage, write_webhook
from channels.fake.signature import HEADER, sign
from domain.ids import mint
from storage import tables
from storage.engine import connect
from storage.group_commit import GroupCommit
from storage.keys import Purpose
from tests.conftest import NOW
from tests.hub.api.premises import PUBLIC_URL, Premises, served
from tests.hub.journey.house import SECRET

pytestmark = pytest.mark.database


def _webhook(text: str = "Bonjour", *, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    body = write_webhook([WireMessage(id=str(uuid4()), sender="+33600000001", text=text, sent_at=NOW)])
    return body, {HEADER: sign(body, secret=secret)}


class TestAWebhook:
    async def test_is_answered_200_only_after_its_row_is_committed(self, premises: Premises, database_url: str) -> None:
        other = connect(database_url, pool=1)
        async with served(premises.app) as address, httpx.AsyncClient(base_url=f"http://{address}") as provider:
            for number in range(1, 21):
                body, headers = _webhook(f"message {number}")
                answer = await provider.post(f"/webhooks/{premises.house.fake.id}", content=body, headers=headers)
                async with other.connect() as connection:
                    kept = (await connection.execute(select(func.count()).select_from(tables.inbox))).scalar_one()
                assert (answer.status_code, kept) == (200, number)
        await other.dispose()

    async def test_many_at_once_are_all_kept(self, premises: Premises) -> None:
        async with served(premises.app) as address, httpx.AsyncClient(base_url=f"http://{address}") as provider:
            hooks = [_webhook(f"message {number}") for number in range(100)]
            path = f"/webhooks/{premises.house.fake.id}"
            posted = [provider.post(path, content=body, headers=headers) for body, headers in hooks]
            answers = await asyncio.gather(*posted)
        assert {answer.status_code for answer in answers} == {200}
        assert len(await premises.house.rows(tables.inbox)) == 100

    async def test_is_kept_byte_for_byte_with_the_address_that_was_called(self, premises: Premises) -> None:
        body, headers = _webhook("é\n")
        async with premises.stranger() as provider:
            path = f"/webhooks/{premises.house.fake.id}?a=1&b=%20"
            await provider.post(path, content=body, headers={**headers, "X-Odd": "Value"})
        kept = await premises.house.one(tables.raw_payload)
        raw = wire.decode_raw(premises.hub.keyring.open(Purpose.RAW, kept["sealed"]))
        assert (raw.body, raw.headers["x-odd"], raw.url) == (body, "Value", f"{PUBLIC_URL}{path}")

    async def test_sent_twice_is_one_event(self, premises: Premises) -> None:
        body, headers = _webhook()
        async with premises.stranger() as provider:
            for _ in range(2):
                answer = await provider.post(f"/webhooks/{premises.house.fake.id}", content=body, headers=headers)
                assert answer.status_code == 200
        assert len(await premises.house.rows(tables.inbox)) == 1

    async def test_that_is_not_proved_is_refused_and_kept_apart(self, premises: Premises) -> None:
        body, headers = _webhook(secret="of somebody else")
        async with premises.stranger() as provider:
            wrong = await provider.post(f"/webhooks/{premises.house.fake.id}", content=body, headers=headers)
            none = await provider.post(f"/webhooks/{premises.house.fake.id}", content=body)
            garbled = {HEADER: "é".encode()}  # type: ignore[dict-item]
            odd = await provider.post(f"/webhooks/{premises.house.fake.id}", content=body, headers=garbled)
        assert [answer.status_code for answer in (wrong, none, odd)] == [401, 401, 401]
        assert premises.house.fake.name not in wrong.text
        assert len(await premises.house.rows(tables.rejected_payload)) == 3
        assert await premises.house.rows(tables.inbox) == []

    async def test_that_cannot_be_read_is_kept_and_answered_200(self, premises: Premises) -> None:
        endless = b'{"events":[' + b",".join([b'{"type":"x"}'] * 40_000) + b"]}"
        async with premises.stranger() as provider:
            for body in (b"\xff nothing", b"", endless):
                headers = {HEADER: sign(body, secret=SECRET)}
                answer = await provider.post(f"/webhooks/{premises.house.fake.id}", content=body, headers=headers)
                assert (answer.status_code, answer.content) == (200, b"")
        assert len(await premises.house.rows(tables.inbox)) == 3

    async def test_to_nobody_or_to_a_mail_account_is_not_found(self, premises: Premises) -> None:
        body, headers = _webhook()
        async with premises.stranger() as provider:
            for account in (mint(NOW), premises.house.email.id, "x", "%00"):
                answer = await provider.post(f"/webhooks/{account}", content=body, headers=headers)
                assert (answer.status_code, account) == (404, account)
        assert await premises.house.rows(tables.inbox) == []

    async def test_is_told_to_come_back_while_the_database_is_away(self, premises: Premises) -> None:
        body, headers = _webhook()
        async with GroupCommit("postgresql://hub@127.0.0.1:9/hub", timeout_seconds=0.2) as store:
            premises.app.state.reception = replace(premises.reception, ingest=premises.hub.ingest(store))
            async with premises.stranger() as provider:
                answer = await provider.post(f"/webhooks/{premises.house.fake.id}", content=body, headers=headers)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")

    async def test_is_posted_and_nothing_else(self, premises: Premises) -> None:
        async with premises.stranger() as provider:
            answer = await provider.get(f"/webhooks/{premises.house.fake.id}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
