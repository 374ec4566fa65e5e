"""Promises, warnings, and whose time a ticket took."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.period import Period
from domain.sla import Promise, Step, course, promise, resolution
from domain.ticket import TicketState
from tests.domain.calendars import OFFICE, paris

OPEN, MEMBER, PARTNER, SOLVED = (
    TicketState.OPEN,
    TicketState.WAITING_MEMBER,
    TicketState.WAITING_PARTNER,
    TicketState.SOLVED,
)
START = paris("2026-03-02T10:00")


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def _steps(*given_steps: tuple[TicketState, float]) -> list[Step]:
    return [Step(state, START + _minutes(after)) for state, after in given_steps]


class TestAPromise:
    @pytest.mark.parametrize(
        ("started_at", "due_at", "warning_at"),
        [
            ("2026-06-12T19:30", "2026-06-15T08:30", "2026-06-15T08:15"),
            ("2026-06-12T19:15", "2026-06-15T08:15", "2026-06-12T20:00"),  # the warning falls on closing
            ("2026-06-12T19:00", "2026-06-12T20:00", "2026-06-12T19:45"),
        ],
    )
    def test_warns_at_three_quarters(self, started_at: str, due_at: str, warning_at: str) -> None:
        made = promise(calendar=OFFICE, started_at=paris(started_at), target=_minutes(60))
        assert made == Promise(due_at=paris(due_at), warning_at=paris(warning_at))

    @pytest.mark.parametrize(("pause_after", "warned"), [(44, False), (45, True), (59, True)])
    def test_still_warns_when_the_pause_without_end_comes_later(self, pause_after: int, warned: bool) -> None:
        pauses = [Period(START + _minutes(pause_after))]
        made = promise(calendar=OFFICE, started_at=START, target=_minutes(60), pauses=iter(pauses))
        assert made.due_at is None
        assert made.warning_at == (START + _minutes(45) if warned else None)

    def test_is_kept_at_the_very_instant_it_is_due(self) -> None:
        made = promise(calendar=OFFICE, started_at=START, target=_minutes(60))
        assert made.due_at is not None
        assert not made.is_broken(at=made.due_at)
        assert made.is_broken(at=made.due_at + timedelta.resolution)

    def test_cannot_be_broken_while_it_stands_still(self) -> None:
        assert not Promise(due_at=None, warning_at=None).is_broken(at=START)

    @given(
        st.integers(0, 10_000), st.lists(st.tuples(st.integers(0, 5000), st.none() | st.integers(0, 900)), max_size=4)
    )
    def test_never_warns_after_it_is_due(self, target: int, spans: list[tuple[int, int | None]]) -> None:
        pauses = [
            Period(START + _minutes(begin), None if length is None else START + _minutes(begin + length))
            for begin, length in spans
        ]
        made = promise(calendar=OFFICE, started_at=START, target=_minutes(target), pauses=pauses)
        assert made.due_at is None or (made.warning_at is not None and made.warning_at <= made.due_at)


class TestTheCourseOfATicket:
    def test_starts_open(self) -> None:
        ticket = course(START, [])
        assert ticket.state(at=START) is OPEN
        assert ticket.last_at == START
        assert ticket.spent_in(OPEN) == (Period(START),)

    def test_is_put_in_order_of_time(self) -> None:
        ticket = course(START, _steps((SOLVED, 30), (MEMBER, 10), (OPEN, 20)))
        assert [step.state for step in ticket.steps] == [MEMBER, OPEN, SOLVED]

    def test_keeps_the_later_told_of_two_steps_at_once(self) -> None:
        assert course(START, _steps((SOLVED, 10), (OPEN, 10))).state(at=START + _minutes(10)) is OPEN

    def test_pauses_while_somebody_else_is_awaited(self) -> None:
        ticket = course(START, _steps((MEMBER, 10), (OPEN, 20), (PARTNER, 30), (SOLVED, 40), (OPEN, 50), (MEMBER, 60)))
        assert ticket.pauses == (
            Period(START + _minutes(10), START + _minutes(20)),
            Period(START + _minutes(30), START + _minutes(40)),
            Period(START + _minutes(60)),
        )

    def test_counts_what_came_before_its_start_from_its_start(self) -> None:
        assert course(START, _steps((MEMBER, -10))).pauses == (Period(START),)


class TestTheResolution:
    def test_is_first_and_full_with_nothing_deducted(self) -> None:
        ticket = course(START, _steps((MEMBER, 60), (OPEN, 120), (SOLVED, 180), (OPEN, 240), (SOLVED, 300)))
        found = resolution(ticket, until=ticket.last_at)
        assert (found.first, found.full) == (_minutes(180), _minutes(300))

    def test_splits_the_time_by_whom_it_waited_for(self) -> None:
        ticket = course(START, _steps((MEMBER, 60), (PARTNER, 75), (OPEN, 120), (SOLVED, 180), (OPEN, 240)))
        found = resolution(ticket, until=START + _minutes(250))
        assert (found.hub, found.member, found.partner) == (_minutes(130), _minutes(15), _minutes(45))

    def test_is_none_when_never_solved(self) -> None:
        found = resolution(course(START, _steps((MEMBER, 60))), until=START + _minutes(90))
        assert (found.first, found.full) == (None, None)
        assert (found.hub, found.member) == (_minutes(60), _minutes(30))

    def test_stands_when_the_ticket_is_open_again(self) -> None:
        ticket = course(START, _steps((SOLVED, 30), (OPEN, 60)))
        assert resolution(ticket, until=START + _minutes(90)).full == _minutes(30)

    def test_does_not_know_what_comes_after_its_instant(self) -> None:
        ticket = course(START, _steps((SOLVED, 30), (OPEN, 60), (SOLVED, 90)))
        assert resolution(ticket, until=START + _minutes(70)).full == _minutes(30)

    def test_counts_open_time_in_a_calendar(self) -> None:
        friday = datetime(2026, 6, 12, 17, 30, tzinfo=UTC)  # 19:30 in Paris
        ticket = course(friday, [Step(MEMBER, friday + _minutes(20)), Step(SOLVED, friday + timedelta(days=3))])
        found = resolution(ticket, until=ticket.last_at, calendar=OFFICE)
        assert (found.full, found.hub, found.member) == (_minutes(720), _minutes(20), _minutes(700))

    @given(st.lists(st.tuples(st.sampled_from(TicketState), st.integers(0, 9000)), max_size=8))
    def test_loses_no_minute(self, given_steps: list[tuple[TicketState, int]]) -> None:
        ticket = course(START, _steps(*given_steps))
        for calendar in (None, OFFICE):
            found = resolution(ticket, until=ticket.last_at, calendar=calendar)
            at_rest = sum(
                (
                    OFFICE.elapsed(since=one.start, until=one.end) if calendar else one.end - one.start
                    for one in ticket.spent_in(SOLVED)
                    if one.end is not None
                ),
                timedelta(),
            )
            all_of_it = (
                OFFICE.elapsed(since=ticket.started_at, until=ticket.last_at)
                if calendar
                else ticket.last_at - ticket.started_at
            )
            assert found.hub + found.member + found.partner + at_rest == all_of_it
