"""One message in, one ticket with an owner and a clock; what belongs together comes together."""

from datetime import timedelta

import pytest

from channels.fake.events import WireMessage
from domain.events import (
    ClockStarted,
    DangerDetected,
    MessageReceived,
    TicketOpened,
    TicketReopened,
    TicketRouted,
    TicketTriaged,
    WaitingOnChanged,
)
from domain.ids import TicketId
from storage import inbox, tables
from storage.unit_of_work import UnitOfWork
from tests.hub.journey.house import House

pytestmark = pytest.mark.database


class TestAFirstMessage:
    async def test_becomes_one_ticket_with_a_kind_an_owner_and_a_due_time(self, house: House) -> None:
        await house.hear("Bonjour, où en est mon remboursement de consultation ?")
        await house.work()
        ticket = await house.one(tables.ticket)
        clock = await house.one(tables.clock)
        assert ticket["owner"] == "BROKER_HEALTH"
        assert ticket["state"] == "open"
        assert ticket["language"] == "fr"
        assert clock["due_at"] > clock["warning_at"] > house.clock.now()
        assert ticket["due_at"] == clock["due_at"]
        assert await house.texts() == ["Bonjour, où en est mon remboursement de consultation ?"]

    async def test_tells_its_story_in_events(self, house: House) -> None:
        await house.hear("Bonjour, où en est mon remboursement de consultation ?")
        await house.work()
        assert [type(event) for event in await house.events()] == [
            MessageReceived,
            TicketOpened,
            TicketTriaged,
            TicketRouted,
            ClockStarted,
        ]

    async def test_never_puts_what_was_written_into_the_title_or_the_log(self, house: House) -> None:
        await house.hear("Je suis enceinte de trois mois, quelle prise en charge pour l’échographie ?")
        await house.work()
        ticket = await house.one(tables.ticket)
        assert "enceinte" not in f"{ticket['title']} {ticket['reason']}"
        assert all("enceinte" not in repr(event) for event in await house.events())

    async def test_that_nobody_understands_goes_to_the_front_desk(self, house: House) -> None:
        await house.hear("xkcd zzz blorp")
        await house.work()
        assert (await house.one(tables.ticket))["owner"] == "BROKER_FRONT"

    async def test_of_a_known_address_belongs_to_its_member(self, house: House) -> None:
        member = await house.settle_member(channel="fake", address="+33600000001")
        await house.hear("Bonjour, ma carte de santé n’est pas arrivée.")
        await house.work()
        assert (await house.one(tables.ticket))["member_id"] == member.id


class TestDanger:
    @pytest.mark.parametrize(
        ("text", "owner"),
        [
            ("Mon amie est inconsciente, elle ne respire plus !", "ASSISTER"),
            ("My friend is unconscious and not breathing", "ASSISTER"),
            ("Mi amiga está inconsciente y no respira", "ASSISTER"),
        ],
    )
    async def test_goes_to_the_assister_as_p1_whatever_the_language(self, house: House, text: str, owner: str) -> None:
        await house.hear(text)
        await house.work()
        ticket = await house.one(tables.ticket)
        assert (ticket["urgency"], ticket["owner"]) == ("P1", owner)
        assert any(isinstance(event, DangerDetected) for event in await house.events())

    async def test_overtakes_everything_that_waits(self, house: House) -> None:
        for number in range(80):
            await house.hear("Bonjour, ma carte ?", sender=f"+336000001{number:02}")
        await house.hear("Au secours, mon ami est inconscient", sender="+33699999999")
        while await house.hub.first_look().look():
            pass
        await house.hub.pipeline(house.hub.worker_id()).work()
        assert "P1" in [ticket["urgency"] for ticket in await house.rows(tables.ticket)]

    async def test_in_a_running_conversation_opens_a_linked_ticket_of_its_own(self, house: House) -> None:
        await house.hear("Bonjour, ma carte de santé n’est pas arrivée.")
        await house.work()
        await house.hear("Au secours, mon ami est inconscient !")
        await house.work()
        calm, danger = await house.rows(tables.ticket)
        tie = await house.one(tables.ticket_link)
        assert (calm["urgency"] != "P1", danger["urgency"]) == (True, "P1")
        assert (tie["ticket_id"], tie["other_id"], tie["role"]) == (danger["id"], calm["id"], "second_risk")

    async def test_repeated_stays_on_the_ticket_that_is_open_for_it(self, house: House) -> None:
        await house.hear("Mon ami est inconscient", "Il est toujours inconscient, venez vite")
        await house.work()
        assert len(await house.rows(tables.ticket)) == 1

    async def test_in_bytes_that_are_no_message_still_becomes_a_ticket(self, house: House) -> None:
        await house.bring_bytes(b'{"events": [{"type": "message", "text": "mon ami est inconscient"')
        await house.work()
        assert (await house.one(tables.ticket))["urgency"] == "P1"


class TestWhatFollows:
    async def test_joins_the_open_ticket(self, house: House) -> None:
        await house.hear("Bonjour, ma carte de santé n’est pas arrivée.", "Je suis à Lima depuis lundi.")
        await house.work()
        assert len(await house.rows(tables.ticket)) == 1
        assert len(await house.rows(tables.message)) == 2

    async def test_keeps_the_order_of_its_lane(self, house: House) -> None:
        texts = [f"message {number}" for number in range(12)]
        await house.hear(*texts)
        await house.work()
        assert await house.texts() == texts

    async def test_makes_it_our_turn_again(self, house: House) -> None:
        await house.hear("Bonjour, ma carte de santé n’est pas arrivée.")
        await house.work()
        ticket = await house.one(tables.ticket)
        await house.answer(TicketId(ticket["id"]))
        assert (await house.one(tables.ticket))["state"] == "waiting_member"
        await house.hear("Voici mon adresse.")
        await house.work()
        assert (await house.one(tables.ticket))["state"] == "open"
        assert [event.waiting_on for event in await house.events() if isinstance(event, WaitingOnChanged)] == [
            "member",
            "hub",
        ]

    async def test_is_promised_an_answer_like_the_first_one_each_time(self, house: House) -> None:
        await house.hear("Bonjour, ma carte de santé n’est pas arrivée.")
        await house.work()
        ticket_id = TicketId((await house.one(tables.ticket))["id"])
        for number in range(2):
            await house.answer(ticket_id, client=number + 1)
            assert (await house.one(tables.ticket))["due_at"] is None
            house.clock.advance(timedelta(minutes=30))
            await house.hear(f"Toujours rien ({number}).", "Vous êtes là ?", prefix=str(number))
            await house.work()
            ticket = await house.one(tables.ticket)
            running = [clock for clock in await house.rows(tables.clock) if clock["met_at"] is None]
            assert [clock["due_at"] for clock in running] == [ticket["due_at"]]
            assert running[0]["started_at"] == house.clock.now()
        assert len(await house.rows(tables.clock)) == 3

    async def test_within_seven_days_of_the_solution_reopens_and_later_opens_a_new_one(self, house: House) -> None:
        await house.hear("Bonjour, ma carte de santé n’est pas arrivée.")
        await house.work()
        ticket = await house.one(tables.ticket)
        await house.hub.closure().solve(ticket_id=TicketId(ticket["id"]), reason="answered", viewer=house.agent)
        house.clock.advance(timedelta(days=6))
        await house.hear("Elle n’est toujours pas là.")
        await house.work()
        assert (await house.one(tables.ticket))["state"] == "open"
        assert any(isinstance(event, TicketReopened) for event in await house.events())
        await house.hub.closure().solve(ticket_id=TicketId(ticket["id"]), reason="answered", viewer=house.agent)
        house.clock.advance(timedelta(days=8))
        await house.hear("Une autre question.")
        await house.work()
        assert len(await house.rows(tables.ticket)) == 2

    async def test_never_restarts_the_clock(self, house: House) -> None:
        await house.hear("Bonjour, ma carte de santé n’est pas arrivée.")
        await house.work()
        before = await house.one(tables.clock)
        house.clock.advance(timedelta(hours=1))
        await house.hear("Toujours rien.")
        await house.work()
        assert await house.one(tables.clock) == before

    async def test_of_another_sender_is_another_conversation(self, house: House) -> None:
        await house.hear("Bonjour, ma carte ?", sender="+33600000001")
        await house.hear("Bonjour, ma carte ?", sender="+33600000002")
        await house.work()
        assert len(await house.rows(tables.conversation)) == len(await house.rows(tables.ticket)) == 2


class TestARepeat:
    async def test_of_the_same_event_is_one_message_and_the_books_say_so(self, house: House) -> None:
        event = WireMessage(id="1", sender="+33600000001", text="Bonjour", sent_at=house.clock.now())
        await house.bring(event)
        await house.bring(event)
        await house.work()
        await house.bring(event)
        await house.work()
        assert len(await house.rows(tables.message)) == 1
        assert [(row["events"], row["stored"]) for row in await house.rows(tables.raw_payload)] == [
            (1, 1),
            (1, 0),
            (1, 0),
        ]


class TestAFault:
    async def test_that_cannot_be_read_is_kept_and_put_aside_with_its_reason(self, house: House) -> None:
        await house.bring_bytes(b"\xff\xfe not json")
        await house.work()
        row = await house.one(tables.inbox)
        assert row["state"] == "quarantined"
        assert row["error"]

    async def test_three_times_is_put_aside_and_its_neighbours_go_on(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        classify = house.hub.understanding.kind.classify

        def poisoned(text: str, language: object) -> object:
            if "poison" in text:
                raise ZeroDivisionError("a secret word of the member")
            return classify(text, language)  # type: ignore[arg-type]

        monkeypatch.setattr(house.hub.understanding.kind, "classify", poisoned)
        await house.hear("Bonjour, ma carte ?", sender="+33600000001")
        await house.hear("poison", "Bonjour, et après ?", sender="+33600000002")
        for _ in range(4):
            await house.work()
            house.clock.advance(timedelta(seconds=10))
        await house.work()
        states = [(row["state"], row["error"] or "") for row in await house.rows(tables.inbox)]
        assert [state for state, _ in states] == ["done", "quarantined", "done"]
        assert "ZeroDivisionError" in states[1][1]
        assert "secret" not in states[1][1]

    async def test_put_aside_can_be_replayed_once_it_is_mended(self, house: House) -> None:
        await house.bring_bytes(b"\xff\xfe not json")
        await house.work()
        row = await house.one(tables.inbox)
        async with UnitOfWork(house.hub.engine) as work:
            assert await inbox.replay(work.connection, row["id"], now=house.clock.now())
            await work.commit()
        assert (await house.one(tables.inbox))["state"] == "new"
