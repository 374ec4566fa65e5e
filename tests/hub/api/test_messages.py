"""Messages over HTTP: read page by page, answered once whatever is repeated, decided on when their fate is unknown."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.port import SendRefused, SendUncertain
from domain.ids import TicketId, mint
from hub.clock import FixedClock
from storage import tables
from storage.keys import Keyring
from tests.conftest import NOW
from tests.hub.api.premises import Premises, premises_on
from tests.hub.journey.house import house_on

pytestmark = pytest.mark.database


def _reply(client_id: UUID | None = None, text: str = "Bonjour, c’est noté.") -> dict[str, str]:
    return {"client_id": str(client_id or uuid4()), "text": text}


def _replies(ticket_id: TicketId) -> str:
    return f"/api/tickets/{ticket_id}/replies"


class TestTheMessages:
    async def test_are_read_page_by_page_towards_the_past(self, premises: Premises) -> None:
        ticket_id = await premises.ticket("un")
        for text in ("deux", "trois", "quatre", "cinq"):
            await premises.ticket(text, prefix=text)
        path = f"/api/tickets/{ticket_id}/messages"
        async with await premises.signed_in() as client:
            newest = (await client.get(path, params={"limit": 3})).json()
            oldest = (await client.get(path, params={"limit": 3, "before": newest["before"]})).json()
        assert [item["text"] for item in newest["items"]] == ["trois", "quatre", "cinq"]
        assert [item["text"] for item in oldest["items"]] == ["un", "deux"]
        assert oldest["before"] is None

    async def test_are_never_more_than_asked_for_nor_less_than_one(self, premises: Premises) -> None:
        ticket_id = await premises.ticket()
        async with await premises.signed_in() as client:
            for limit in (0, 201, -1):
                answer = await client.get(f"/api/tickets/{ticket_id}/messages", params={"limit": limit})
                assert answer.status_code == 422


class TestAReply:
    async def test_is_accepted_and_on_its_way(self, premises: Premises) -> None:
        ticket_id = await premises.ticket()
        async with await premises.signed_in() as client:
            answer = await client.post(_replies(ticket_id), json=_reply())
            await premises.house.deliver()
            (_, said) = (await client.get(f"/api/tickets/{ticket_id}/messages")).json()["items"]
        assert answer.status_code == 201
        assert answer.json()["delivery"]["state"] == "queued"
        assert (said["direction"], said["author"], said["author_name"]) == ("out", "human", "Une adviser")
        assert said["delivery"]["state"] == "sent"

    async def test_posted_twice_is_one_message(self, premises: Premises) -> None:
        ticket_id, client_id = await premises.ticket(), uuid4()
        async with await premises.signed_in() as client:
            first = await client.post(_replies(ticket_id), json=_reply(client_id))
            again = await client.post(_replies(ticket_id), json=_reply(client_id))
            other = await client.post(_replies(ticket_id), json=_reply(client_id, text="autre chose"))
        await premises.house.deliver()
        assert first.json() == again.json()
        assert other.status_code == 409
        assert len(premises.house.post.taken) == 1

    async def test_posted_twice_at_the_same_moment_is_one_message(self, premises: Premises) -> None:
        ticket_id, client_id = await premises.ticket(), uuid4()
        async with await premises.signed_in() as client:
            posted = [client.post(_replies(ticket_id), json=_reply(client_id)) for _ in range(6)]
            answers = await asyncio.gather(*posted)
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(await premises.house.rows(tables.delivery)) == 1

    @pytest.mark.parametrize("text", ["", "  \n ", "x" * 100_001, "a\x00b"])
    async def test_that_cannot_be_sent_is_refused_with_its_field(self, premises: Premises, text: str) -> None:
        ticket_id = await premises.ticket()
        async with await premises.signed_in() as client:
            answer = await client.post(_replies(ticket_id), json=_reply(text=text))
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["text"]
        assert await premises.house.rows(tables.delivery) == []


class TestADecision:
    @pytest.fixture
    async def uncertain(
        self, engine: AsyncEngine, database_url: str, keyring: Keyring, clock: FixedClock, tmp_path: Path
    ) -> AsyncIterator[Premises]:
        """The API of a hub whose provider honours no keys, so that a lost answer leaves a delivery uncertain."""
        settings = {"honours_key": "false"}
        async with (
            house_on(engine, database_url, keyring, clock, fake_settings=settings) as house,
            premises_on(house, tmp_path) as premises,
        ):
            yield premises

    async def _delivery(self, premises: Premises, error: Exception) -> str:
        ticket_id = await premises.ticket()
        premises.house.post.answers.append(error)
        async with await premises.signed_in() as client:
            delivery: str = (await client.post(_replies(ticket_id), json=_reply())).json()["delivery"]["id"]
        await premises.house.deliver()
        return f"/api/deliveries/{delivery}/decision"

    @pytest.mark.parametrize(
        ("decision", "state"), [("resend", "queued"), ("mark_sent", "sent"), ("give_up", "failed")]
    )
    async def test_settles_what_is_uncertain(self, uncertain: Premises, decision: str, state: str) -> None:
        path = await self._delivery(uncertain, SendUncertain("the line broke"))
        async with await uncertain.signed_in() as client:
            answer = await client.post(path, json={"decision": decision})
        assert answer.status_code == 200
        assert answer.json()["delivery"]["state"] == state

    async def test_is_refused_on_what_asks_for_none(self, premises: Premises) -> None:
        path = await self._delivery(premises, SendRefused("no such number"))
        async with await premises.signed_in() as client:
            answer = await client.post(path, json={"decision": "resend"})
        assert answer.status_code == 409
        assert "refused" in answer.json()["detail"]

    async def test_on_a_delivery_that_nobody_has_is_not_found(self, premises: Premises) -> None:
        async with await premises.signed_in() as client:
            path = f"/api/deliveries/{mint(NOW)}/decision"
            assert (await client.post(path, json={"decision": "give_up"})).status_code == 404
