"""Operations over HTTP: the books add up while the hub works, and what was put aside has a way back in."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, update

from channels.fake.events import WireMessage, write_webhook
from channels.fake.signature import HEADER, sign
from channels.port import Account
from domain.permissions import Role
from hub.journey.channels import Channels
from storage import tables
from storage.unit_of_work import UnitOfWork
from tests.hub.api.premises import Premises
from tests.hub.journey.house import SECRET, PostedFake

pytestmark = pytest.mark.database
RIGHT, WRONG = SECRET, "a secret of yesterday"


def _webhook(premises: Premises, text: str = "Bonjour", *, secret: str = RIGHT) -> tuple[bytes, dict[str, str]]:
    now = premises.hub.clock.now()
    body = write_webhook([WireMessage(id=str(uuid4()), sender="+33600000001", text=text, sent_at=now)])
    return body, {HEADER: sign(body, secret=secret)}


async def _ledger(premises: Premises, **query: int) -> dict[str, object]:
    async with await premises.signed_in(Role.ADMINISTRATOR) as client:
        answer = await client.get("/api/ledger", params=query)
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


class TestTheBooks:
    async def test_add_up_for_messages_repeats_and_replies(self, premises: Premises) -> None:
        ticket_id = await premises.ticket()
        await premises.house.hear("Bonjour, où en est mon remboursement ?")
        await premises.house.answer(ticket_id)
        ledger = await _ledger(premises)
        (hour,) = ledger["hours"]  # type: ignore[misc]
        assert (hour["received"], hour["duplicates"], hour["stored"], hour["processed"]) == (2, 1, 1, 1)
        assert (hour["said"], hour["messages"], hour["replies"], hour["unsettled"]) == (1, 1, 1, 1)
        assert (hour["faults"], ledger["balanced"]) == ([], True)

    async def test_say_what_is_lost_and_how_much(self, premises: Premises) -> None:
        await premises.ticket()
        async with UnitOfWork(premises.hub.engine) as work:
            await work.connection.execute(update(tables.message).values(inbox_id=None))
            await work.connection.execute(update(tables.raw_payload).values(stored=1, events=3))
            await work.commit()
        ledger = await _ledger(premises)
        (hour,) = ledger["hours"]  # type: ignore[misc]
        assert hour["faults"] == [{"fault": "no_message", "gap": -1}]
        assert (hour["balanced"], ledger["balanced"]) == (False, False)

    async def test_hold_the_hours_that_were_asked_for(self, premises: Premises) -> None:
        await premises.ticket()
        premises.house.clock.advance(timedelta(hours=2))
        assert len((await _ledger(premises, hours=3))["hours"]) == 1  # type: ignore[arg-type]
        assert (await _ledger(premises, hours=2))["hours"] == []

    async def test_add_up_at_every_moment_while_messages_are_processed(self, premises: Premises) -> None:
        async def work() -> None:
            for number in range(12):
                await premises.ticket(sender=f"+336000001{number:02}", prefix=f"w{number}")

        working = asyncio.create_task(work())
        async with await premises.signed_in(Role.ADMINISTRATOR) as client:
            while not working.done():
                assert (await client.get("/api/ledger")).json()["balanced"]
        await working


class TestTheQuarantine:
    async def test_holds_an_event_that_failed_and_takes_it_back(self, premises: Premises) -> None:
        await premises.house.bring_bytes(b"{nothing of ours")
        await premises.house.work()
        async with await premises.signed_in(Role.ADMINISTRATOR) as client:
            (item,) = (await client.get("/api/quarantine")).json()
            replayed = await client.post(f"/api/quarantine/{item['id']}/replay")
            gone = (await client.get("/api/quarantine")).json()
            again = await client.post(f"/api/quarantine/{item['id']}/replay")
        assert item["id"].startswith("event-")
        assert (item["channel"], bool(item["reason"])) == ("fake", True)
        assert (replayed.status_code, gone, again.status_code) == (204, [], 404)

    async def test_takes_a_payload_in_once_the_secret_is_mended(self, premises: Premises) -> None:
        body, headers = _webhook(premises, secret=WRONG)
        async with await premises.signed_in(Role.ADMINISTRATOR) as client:
            refused = await client.post(f"/webhooks/{premises.house.fake.id}", content=body, headers=headers)
            (item,) = (await client.get("/api/quarantine")).json()
            path = f"/api/quarantine/{item['id']}/replay"
            too_early = await client.post(path)
            _use_secret(premises, WRONG)
            replayed = await client.post(path)
            left = (await client.get("/api/quarantine")).json()
        await premises.house.work()
        assert (refused.status_code, item["id"]) == (401, "payload-1")
        assert (too_early.status_code, replayed.status_code, left) == (409, 204, [])
        assert "x-fake-signature" in too_early.json()["detail"]
        assert await premises.house.texts() == ["Bonjour"]

    async def test_never_takes_a_payload_in_twice(self, premises: Premises) -> None:
        body, headers = _webhook(premises, secret=WRONG)
        async with await premises.signed_in(Role.ADMINISTRATOR) as client:
            await client.post(f"/webhooks/{premises.house.fake.id}", content=body, headers=headers)
            _use_secret(premises, WRONG)
            replays = [client.post("/api/quarantine/payload-1/replay") for _ in range(3)]
            statuses = sorted([answer.status_code for answer in await asyncio.gather(*replays)])
        assert statuses == [204, 404, 404]
        assert len(await premises.house.rows(tables.inbox)) == 1

    @pytest.mark.parametrize(
        "name", ["1", "event-", "event-x", "event-٣", "payload--1", "event-9999999999999999999", "event-1%00"]
    )
    async def test_knows_its_own_ids_alone(self, premises: Premises, name: str) -> None:
        async with await premises.signed_in(Role.ADMINISTRATOR) as client:
            assert (await client.post(f"/api/quarantine/{name}/replay")).status_code == 422

    async def test_is_empty_where_nothing_failed(self, premises: Premises) -> None:
        async with UnitOfWork(premises.hub.engine) as work:
            await work.connection.execute(delete(tables.rejected_payload))
        async with await premises.signed_in(Role.ADMINISTRATOR) as client:
            assert (await client.get("/api/quarantine")).json() == []
            assert (await client.post("/api/quarantine/event-7/replay")).status_code == 404


def _use_secret(premises: Premises, secret: str) -> None:
    """Mend the fake account's secret, in the channels that the whole hub shares."""
    channels: Channels = premises.hub.channels
    kept = [opened.account for opened in channels.everything() if opened.account.id != premises.house.fake.id]
    old = premises.house.fake
    mended = Account(old.id, old.kind, old.name, old.address, {**old.settings, "secret": secret})
    channels.replace([*kept, mended])
    assert isinstance(channels.of(old.id).channel, PostedFake)
