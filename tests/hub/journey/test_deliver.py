"""One answer out: sent once, in order, and always in a state that a person can see."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.fake.events import WireStatus
from channels.port import SendRefused, SendRetryable, SendUncertain
from domain.events import ClockMet, DeliveryMoved, MessageSent, TicketAssigned
from domain.ids import DeliveryId, TicketId
from hub.clock import FixedClock
from hub.journey.decide import Decision, NothingToDecide
from hub.journey.recipients import recipients
from hub.journey.reply import ClientIdTaken, NobodyToAnswer
from storage import tables
from storage.keys import Keyring
from tests.hub.journey.house import House, house_on

pytestmark = pytest.mark.database


async def opened(house: House) -> TicketId:
    """A ticket to answer."""
    await house.hear("Bonjour, ma carte de santé n’est pas arrivée.")
    await house.work()
    return TicketId((await house.rows(tables.ticket))[-1]["id"])


async def state(house: House) -> str:
    """Where the only delivery stands."""
    return str((await house.one(tables.delivery))["state"])


class TestAnAnswer:
    async def test_reaches_the_person_and_is_shown_as_sent(self, house: House) -> None:
        await house.answer(await opened(house), "Elle part demain.")
        await house.deliver()
        assert [call.target for call in house.post.taken] == ["+33600000001"]
        assert await state(house) == "sent"
        assert await house.rows(tables.outbox) == []

    async def test_keeps_the_promise_assigns_the_ticket_and_waits_for_the_member(self, house: House) -> None:
        ticket_id = await opened(house)
        house.clock.advance(timedelta(minutes=5))
        await house.answer(ticket_id)
        ticket = await house.one(tables.ticket)
        assert ticket["state"] == "waiting_member"
        assert ticket["assignee_id"] == house.agent.user_id
        assert ticket["first_response_at"] == house.clock.now()
        assert ticket["due_at"] is None
        events = await house.events()
        assert [event.late for event in events if isinstance(event, ClockMet)] == [False]
        assert any(isinstance(event, TicketAssigned) for event in events)

    async def test_after_its_time_keeps_the_promise_late(self, house: House) -> None:
        ticket_id = await opened(house)
        house.clock.advance(timedelta(days=5))
        await house.answer(ticket_id)
        assert [event.late for event in await house.events() if isinstance(event, ClockMet)] == [True]

    async def test_sent_twice_by_the_same_click_is_one_message(self, house: House) -> None:
        ticket_id = await opened(house)
        assert await house.answer(ticket_id) == await house.answer(ticket_id)
        await house.deliver()
        assert len(house.post.taken) == 1
        assert len([event for event in await house.events() if isinstance(event, MessageSent)]) == 1

    async def test_under_an_id_that_stands_for_another_message_is_refused_and_not_thrown_away(
        self, house: House
    ) -> None:
        ticket_id = await opened(house)
        await house.answer(ticket_id, "La première.")
        with pytest.raises(ClientIdTaken):
            await house.answer(ticket_id, "Une autre, sous le même numéro.")
        assert len(await house.rows(tables.delivery)) == 1

    async def test_to_an_address_of_our_own_is_refused(self, house: House) -> None:
        await house.bring_mail(
            f"From: {house.email.address}\r\nMessage-ID: <1@elsewhere.example>\r\n\r\nBonjour, ma carte ?\r\n"
        )
        await house.work()
        ticket = await house.one(tables.ticket)
        with pytest.raises(NobodyToAnswer):
            await house.answer(TicketId(ticket["id"]))

    async def test_never_overtakes_the_one_before(self, house: House) -> None:
        ticket_id = await opened(house)
        house.post.answers = [SendRetryable("busy")]
        for number in range(3):
            await house.answer(ticket_id, f"réponse {number}", client=number + 1)
        await house.deliver()
        assert house.post.taken == []
        house.clock.advance(timedelta(minutes=1))
        await house.deliver()
        assert [f"réponse {number}" in call.body.decode() for number, call in enumerate(house.post.taken)] == [True] * 3

    async def test_too_long_for_one_call_goes_in_parts_and_none_twice(self, house: House) -> None:
        ticket_id = await opened(house)
        await house.answer(ticket_id, "Voilà. " * 400)
        house.post.answers = [None, SendRetryable("busy")]
        await house.deliver()
        house.clock.advance(timedelta(minutes=1))
        await house.deliver()
        keys = [call.key for call in house.post.taken]
        assert len(keys) == len(set(keys)) >= 3
        assert await state(house) == "sent"


class TestATransport:
    async def test_that_says_no_is_shown_with_its_words(self, house: House) -> None:
        await house.answer(await opened(house))
        house.post.answers = [SendRefused("this number does not exist")]
        await house.deliver()
        delivery = await house.one(tables.delivery)
        assert (delivery["state"], delivery["detail"]) == ("refused", "this number does not exist")
        assert await house.rows(tables.outbox) == []

    async def test_that_says_not_now_is_asked_again_as_late_as_it_said(self, house: House) -> None:
        await house.answer(await opened(house))
        house.post.answers = [SendRetryable("later", retry_after=timedelta(seconds=90))]
        await house.deliver()
        assert await state(house) == "queued"
        house.clock.advance(timedelta(seconds=89))
        await house.deliver()
        assert house.post.taken == []
        house.clock.advance(timedelta(seconds=2))
        await house.deliver()
        assert await state(house) == "sent"

    async def test_that_never_answers_for_three_days_has_failed(self, house: House) -> None:
        await house.answer(await opened(house))
        house.post.answers = [SendRetryable("down")] * 400
        for _ in range(160):
            await house.deliver()
            house.clock.advance(timedelta(minutes=30))
        assert await state(house) == "failed"

    async def test_whose_answer_is_lost_is_sent_the_same_key_again_where_it_honours_keys(self, house: House) -> None:
        await house.answer(await opened(house))
        house.post.answers = [SendUncertain("silence")]
        await house.deliver()
        house.clock.advance(timedelta(minutes=1))
        await house.deliver()
        assert await state(house) == "sent"
        attempts = await house.rows(tables.attempt)
        assert len({row["key"] for row in attempts}) == 1
        assert [row["outcome"] for row in attempts] == ["retry", "sent"]

    async def test_that_is_stopped_by_the_lists_of_recipients_gets_nothing(self, house: House) -> None:
        await house.answer(await opened(house))
        house.hub = replace(house.hub, recipients=recipients("only@me.example", production=False))
        await house.deliver()
        assert house.post.taken == []
        assert await state(house) == "refused"


class TestATransportThatNeitherHonoursKeysNorCanBeAsked:
    @pytest.fixture
    async def house(self, engine: AsyncEngine, database_url: str, keyring: Keyring, clock: FixedClock):  # type: ignore[no-untyped-def]
        async with house_on(engine, database_url, keyring, clock, fake_settings={"honours_key": "false"}) as house:
            yield house

    async def test_is_never_sent_the_same_twice_and_the_agent_is_told(self, house: House) -> None:
        await house.answer(await opened(house))
        house.post.answers = [SendUncertain("silence")]
        await house.deliver()
        house.clock.advance(timedelta(hours=1))
        await house.deliver()
        assert house.post.taken == []
        assert await state(house) == "uncertain"

    async def test_leaves_it_uncertain_when_the_worker_died_on_the_way(self, house: House) -> None:
        await house.answer(await opened(house))
        dying = house.hub.deliver(house.hub.worker_id())
        await dying._set_out(1)  # claimed and remembered; then the worker is gone
        house.clock.advance(timedelta(minutes=1))
        await house.deliver()
        assert house.post.taken == []
        assert await state(house) == "uncertain"
        assert [row["outcome"] for row in await house.rows(tables.attempt)] == ["uncertain"]

    async def test_can_be_decided_on_by_a_person(self, house: House) -> None:
        await house.answer(await opened(house))
        house.post.answers = [SendUncertain("silence")]
        await house.deliver()
        delivery = DeliveryId((await house.one(tables.delivery))["id"])
        await house.hub.decide().decide(delivery_id=delivery, decision=Decision.RESEND, viewer=house.agent)
        await house.deliver()
        assert await state(house) == "sent"
        with pytest.raises(NothingToDecide):
            await house.hub.decide().decide(delivery_id=delivery, decision=Decision.RESEND, viewer=house.agent)


class TestATransportThatCanBeAsked:
    @pytest.fixture
    async def house(self, engine: AsyncEngine, database_url: str, keyring: Keyring, clock: FixedClock):  # type: ignore[no-untyped-def]
        settings = {"honours_key": "false", "askable": "true"}
        async with house_on(engine, database_url, keyring, clock, fake_settings=settings) as house:
            yield house

    async def test_says_that_it_took_a_call_whose_answer_was_lost(self, house: House) -> None:
        await house.answer(await opened(house))
        house.post.answers = [SendUncertain("silence")]
        house.post.known[f"{(await house.one(tables.delivery))['id']}-0"] = "sent-after-all"
        await house.deliver()
        assert house.post.taken == []
        assert await state(house) == "sent"
        assert (await house.rows(tables.message))[-1]["provider_id"] == "sent-after-all"

    async def test_is_believed_to_know_nothing_only_after_a_while(self, house: House) -> None:
        await house.answer(await opened(house))
        house.post.answers = [SendUncertain("silence")]
        await house.deliver()
        house.clock.advance(timedelta(minutes=1))
        await house.deliver()
        assert house.post.taken == []
        house.clock.advance(timedelta(minutes=2))
        await house.deliver()
        house.clock.advance(timedelta(minutes=2))
        await house.deliver()
        assert len(house.post.taken) == 1
        assert await state(house) == "sent"


class TestAReceipt:
    async def receipt(self, house: House, word: str) -> None:
        call = house.post.taken[0]
        await house.bring(
            WireStatus(message_id=f"sent-{call.key}", state=word, at=house.clock.now(), to="+33600000001")
        )
        await house.work()

    async def test_moves_the_delivery_forwards_only(self, house: House) -> None:
        await house.answer(await opened(house))
        await house.deliver()
        await self.receipt(house, "read")
        await self.receipt(house, "delivered")
        assert await state(house) == "read"
        moved = [event.state for event in await house.events() if isinstance(event, DeliveryMoved)]
        assert moved == ["sent", "read"]

    async def test_for_a_message_that_nobody_knows_is_kept_and_holds_nothing_back(self, house: House) -> None:
        await house.bring(WireStatus(message_id="unheard-of", state="read", at=house.clock.now(), to="+33600000001"))
        for _ in range(4):
            await house.work()
            house.clock.advance(timedelta(seconds=30))
        assert (await house.one(tables.inbox))["outcome"] == "orphan_status"
