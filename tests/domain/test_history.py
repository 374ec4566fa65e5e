"""What events alone tell: a test computes backlog and first human response from them, and from nothing else."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.events import (
    CallAnswered,
    CallbackAttempted,
    ClockBreached,
    ClockMet,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    Event,
    MessageReceived,
    MessageSent,
    OwnerChanged,
    TicketMerged,
    TicketOpened,
    TicketReopened,
    TicketSolved,
    TicketUnmerged,
    WaitingOnChanged,
)
from domain.history import AgeBand, backlog, courses, first_responses
from domain.ids import TicketId
from domain.message import Author
from domain.sla import resolution
from domain.ticket import TicketState
from domain.triage import Language, Owner

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CARD, CLAIM, THANKS = (TicketId(UUID(int=number)) for number in (1, 2, 3))
ADVISER = UUID(int=9)


def _at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def _opened(ticket: TicketId, minutes: float = 0, *, inbound_first: bool = True) -> TicketOpened:
    return TicketOpened(
        at=_at(minutes),
        ticket_id=ticket,
        reference=f"VI-{ticket.int}",
        channel="email",
        first_message_at=_at(minutes),
        inbound_first=inbound_first,
    )


def _sent(ticket: TicketId, minutes: float, author: Author = Author.HUMAN, *, substantive: bool = True) -> MessageSent:
    return MessageSent(at=_at(minutes), ticket_id=ticket, channel="email", author=author, substantive=substantive)


def _solved(ticket: TicketId, minutes: float) -> TicketSolved:
    return TicketSolved(at=_at(minutes), ticket_id=ticket, reason="answered")


def _reopened(ticket: TicketId, minutes: float) -> TicketReopened:
    return TicketReopened(at=_at(minutes), ticket_id=ticket, cause="message")


def _waits(ticket: TicketId, minutes: float, on: str) -> WaitingOnChanged:
    return WaitingOnChanged(at=_at(minutes), ticket_id=ticket, waiting_on=on)


def _clock(ticket: TicketId, minutes: float, *, due: float | None) -> ClockStarted:
    return ClockStarted(
        at=_at(minutes),
        ticket_id=ticket,
        clock="first_response",
        calendar="default",
        target_minutes=240,
        due_at=None if due is None else _at(due),
    )


class TestTheFirstHumanResponse:
    def test_is_not_the_automatic_receipt_nor_the_bot(self) -> None:
        events = [
            _opened(CARD),
            _sent(CARD, 0.1, Author.AUTOMATIC),
            _sent(CARD, 1, Author.BOT),
            _sent(CARD, 180),
            _sent(CARD, 200),
        ]
        assert first_responses(events)[CARD].after == timedelta(hours=3)

    def test_is_not_a_word_that_says_nothing(self) -> None:
        events = [_opened(CARD), _sent(CARD, 5, substantive=False), _sent(CARD, 30)]
        assert first_responses(events)[CARD].answered_at == _at(30)

    def test_is_missing_while_nobody_answered(self) -> None:
        response = first_responses([_opened(CARD)])[CARD]
        assert (response.asked_at, response.answered_at, response.after) == (NOW, None, None)

    @pytest.mark.parametrize(
        "answer",
        [
            CallAnswered(at=_at(2), ticket_id=CARD, user_id=ADVISER, wait_seconds=20),
            CallbackAttempted(at=_at(2), ticket_id=CARD, reached=True),
        ],
    )
    def test_can_be_given_by_telephone(self, answer: Event) -> None:
        missed = CallbackAttempted(at=_at(1), ticket_id=CARD, reached=False)
        assert first_responses([_opened(CARD), missed, answer])[CARD].answered_at == _at(2)

    def test_leaves_out_tickets_that_we_began(self) -> None:
        events = [_opened(CARD, inbound_first=False), _sent(CARD, 0), _sent(CARD, 50)]
        assert first_responses(events) == {}

    def test_goes_on_counting_through_transfer_and_reopening(self) -> None:
        events = [
            _opened(CARD),
            OwnerChanged(at=_at(10), ticket_id=CARD, before=Owner("BROKER_FRONT"), after=Owner("BROKER_HEALTH")),
            _solved(CARD, 20),
            _reopened(CARD, 30),
            _sent(CARD, 40),
        ]
        assert first_responses(events)[CARD].after == timedelta(minutes=40)

    def test_counts_from_the_earliest_of_merged_tickets(self) -> None:
        merged = [
            _opened(CARD),
            _opened(CLAIM, 60),
            TicketMerged(at=_at(70), ticket_id=CARD, into=CLAIM),
            _sent(CLAIM, 90),
        ]
        assert {ticket: one.after for ticket, one in first_responses(merged).items()} == {CLAIM: timedelta(minutes=90)}
        undone = [*merged, TicketUnmerged(at=_at(100), ticket_id=CARD, out_of=CLAIM)]
        assert {ticket: one.after for ticket, one in first_responses(undone).items()} == {
            CARD: None,
            CLAIM: timedelta(minutes=30),
        }

    def test_does_not_count_what_was_said_before_the_question(self) -> None:
        assert first_responses([_opened(CARD, 10), _sent(CARD, 5)])[CARD].answered_at is None

    def test_is_the_same_in_whatever_order_the_events_come(self) -> None:
        events: list[Event] = [_opened(CARD), _sent(CARD, 30), _opened(CLAIM, 5), _sent(CLAIM, 9), _solved(CARD, 40)]
        expected = first_responses(events)
        for seed in range(5):
            shuffled = random.Random(seed).sample(events, k=len(events))
            assert first_responses(shuffled) == expected

    def test_needs_nothing_of_other_sorts_of_events(self) -> None:
        received = MessageReceived(
            at=NOW, ticket_id=CARD, channel="email", sent_at=NOW, language=Language.FR, first=True
        )
        assert first_responses([received, _sent(CARD, 1)]) == {}


class TestTheCourse:
    def test_follows_whom_the_ticket_waits_for(self) -> None:
        events = [
            _opened(CARD),
            _waits(CARD, 10, "member"),
            _waits(CARD, 25, "hub"),
            _waits(CARD, 30, "partner"),
            _solved(CARD, 60),
            _reopened(CARD, 100),
            _solved(CARD, 110),
        ]
        found = resolution(courses(events)[CARD], until=_at(200))
        minutes = [
            length / timedelta(minutes=1)
            for length in (found.first, found.full, found.hub, found.member, found.partner)
            if length is not None
        ]
        assert minutes == [60, 110, 25, 15, 30]

    def test_takes_over_the_time_of_a_ticket_that_was_merged(self) -> None:
        events = [
            _opened(CARD),
            _waits(CARD, 10, "member"),
            _opened(CLAIM, 60),
            TicketMerged(at=_at(70), ticket_id=CARD, into=CLAIM),
            _waits(CARD, 80, "partner"),
            _solved(CLAIM, 90),
        ]
        found = resolution(courses(events)[CLAIM], until=_at(90))
        assert (found.hub, found.member, found.partner) == (timedelta(minutes=40), timedelta(minutes=50), timedelta())
        assert found.full == timedelta(minutes=90)


class TestTheBacklog:
    def test_is_what_is_open_at_the_instant(self) -> None:
        events = [_opened(CARD), _opened(CLAIM, 10), _solved(CARD, 20), _reopened(CARD, 40), _opened(THANKS, 50)]
        open_at = {
            minute: [ticket.id for ticket in backlog(events, at=_at(minute)).tickets] for minute in (-1, 0, 15, 30, 45)
        }
        assert open_at == {-1: [], 0: [CARD], 15: [CARD, CLAIM], 30: [CLAIM], 45: [CARD, CLAIM]}

    @pytest.mark.parametrize(
        ("days", "band"),
        [
            (0, AgeBand.UP_TO_1),
            (1, AgeBand.UP_TO_1),
            (1.001, AgeBand.UP_TO_3),
            (3, AgeBand.UP_TO_3),
            (7, AgeBand.UP_TO_7),
            (7.001, AgeBand.OVER_7),
            (400, AgeBand.OVER_7),
        ],
    )
    def test_is_told_by_age(self, days: float, band: AgeBand) -> None:
        found = backlog([_opened(CARD)], at=NOW + timedelta(days=days))
        assert found.by_age() == {one: int(one is band) for one in AgeBand}

    def test_still_counts_the_unanswered(self) -> None:
        events = [_opened(CARD), _opened(CLAIM), _sent(CLAIM, 5)]
        found = backlog(events, at=_at(60))
        assert (len(found.tickets), found.unanswered) == (2, 1)

    def test_waiting_for_somebody_else_is_not_being_solved(self) -> None:
        events = [_opened(CARD), _waits(CARD, 5, "member")]
        assert courses(events)[CARD].state(at=_at(6)) is TicketState.WAITING_MEMBER
        assert len(backlog(events, at=_at(6)).tickets) == 1

    def test_counts_a_merged_ticket_once(self) -> None:
        events = [_opened(CARD), _opened(CLAIM, 1), TicketMerged(at=_at(2), ticket_id=CARD, into=CLAIM)]
        before, after = backlog(events, at=_at(1.5)), backlog(events, at=_at(3))
        assert [ticket.id for ticket in before.tickets] == [CARD, CLAIM]
        assert [(ticket.id, ticket.age) for ticket in after.tickets] == [(CLAIM, timedelta(minutes=3))]

    @pytest.mark.parametrize(
        ("clock_events", "breached"),
        [
            ([_clock(CARD, 0, due=60)], True),
            ([_clock(CARD, 0, due=100)], False),  # due at this very instant
            ([_clock(CARD, 0, due=None)], False),
            ([_clock(CARD, 0, due=60), ClockPaused(at=_at(50), ticket_id=CARD, clock="first_response")], False),
            (
                [
                    _clock(CARD, 0, due=60),
                    ClockPaused(at=_at(50), ticket_id=CARD, clock="first_response"),
                    ClockResumed(at=_at(80), ticket_id=CARD, clock="first_response", due_at=_at(90)),
                ],
                True,
            ),
            (
                [_clock(CARD, 0, due=60), ClockMet(at=_at(50), ticket_id=CARD, clock="first_response", late=False)],
                False,
            ),
            ([_clock(CARD, 0, due=60), ClockMet(at=_at(70), ticket_id=CARD, clock="first_response", late=True)], True),
            ([ClockBreached(at=_at(61), ticket_id=CARD, clock="first_response")], True),
            ([ClockBreached(at=_at(101), ticket_id=CARD, clock="first_response")], False),
        ],
    )
    def test_tells_broken_promises_even_before_the_worker_does(self, clock_events: list[Event], breached: bool) -> None:
        assert backlog([_opened(CARD), *clock_events], at=_at(100)).breached == int(breached)

    def test_knows_nothing_of_a_ticket_whose_opening_it_was_not_given(self) -> None:
        assert backlog([_waits(CARD, 1, "member")], at=_at(5)).tickets == ()
