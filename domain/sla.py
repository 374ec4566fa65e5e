"""What we promise and what became of it: due times, warnings, and whose time a ticket took.

Every figure exists twice: with a calendar in its open time, without one in plain time. A promise never restarts: not
by transfer, merge or reopening.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.business_hours import Calendar
from domain.period import Period, in_utc
from domain.ticket import TicketState

#: Of the target, when the owner is warned.
WARNING_QUARTERS = 3


@dataclass(frozen=True, slots=True)
class Promise:
    """When an answer is owed and when its owner is warned; None: not reached, because a pause has no end yet."""

    due_at: datetime | None
    warning_at: datetime | None

    def is_broken(self, *, at: datetime) -> bool:
        """Whether it was due before `at`; an answer at the very instant is in time."""
        return self.due_at is not None and self.due_at < at


def promise(*, calendar: Calendar, started_at: datetime, target: timedelta, pauses: Iterable[Period] = ()) -> Promise:
    """What is promised by `target` of open time from `started_at`, standing still during the union of `pauses`."""
    pauses = tuple(pauses)
    return Promise(
        due_at=calendar.after(target, since=started_at, pauses=pauses),
        warning_at=calendar.after(target * WARNING_QUARTERS / 4, since=started_at, pauses=pauses),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A ticket came to a state."""

    state: TicketState
    at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """Where a ticket stood, from its first message on: open at first, then step by step in order of time.

    Steps may be given in any order; of two at the same instant the one given later holds. Made by `course`.
    """

    started_at: datetime
    steps: tuple[Step, ...]

    @property
    def last_at(self) -> datetime:
        """The instant of the last step, or of the start."""
        return self.steps[-1].at if self.steps else self.started_at

    def state(self, *, at: datetime) -> TicketState:
        """Where the ticket stood at an instant."""
        past = [step.state for step in self.steps if step.at <= at]
        return past[-1] if past else TicketState.OPEN

    def spent_in(self, *states: TicketState) -> tuple[Period, ...]:
        """When the ticket stood in one of `states`; the last of the periods may have no end yet."""
        marks = (Step(TicketState.OPEN, self.started_at), *self.steps)
        ends = (*(step.at for step in self.steps), None)
        return tuple(
            Period(mark.at, end)
            for mark, end in zip(marks, ends, strict=True)
            if mark.state in states and mark.at != end
        )

    @property
    def pauses(self) -> tuple[Period, ...]:
        """When our promises stand still: somebody else was awaited."""
        return self.spent_in(TicketState.WAITING_MEMBER, TicketState.WAITING_PARTNER)


def course(started_at: datetime, steps: Iterable[Step]) -> Course:
    """The course of a ticket; what is said to have happened before its start counts from its start."""
    start = in_utc(started_at)
    clipped = (Step(step.state, max(start, in_utc(step.at))) for step in steps)
    return Course(started_at=start, steps=tuple(sorted(clipped, key=lambda step: step.at)))


@dataclass(frozen=True, slots=True)
class Resolution:
    """How long a ticket took and on whose side the time went.

    first, full: from the start to the first and to the last solution, nothing deducted; None when never solved.
    hub, member, partner: time with us at work, waiting for the member, waiting for a partner.
    """

    first: timedelta | None
    full: timedelta | None
    hub: timedelta
    member: timedelta
    partner: timedelta


def resolution(ticket: Course, *, until: datetime, calendar: Calendar | None = None) -> Resolution:
    """The figures of a ticket as they stood at `until`, in open time of `calendar` or, without one, in plain time."""
    until = in_utc(until)
    solved = [step.at for step in ticket.steps if step.state is TicketState.SOLVED and step.at <= until]

    def total(*states: TicketState) -> timedelta:
        periods = ticket.spent_in(*states)
        ends = (until if period.end is None else min(until, period.end) for period in periods)
        return sum(
            (_length(period.start, end, calendar) for period, end in zip(periods, ends, strict=True)), timedelta()
        )

    return Resolution(
        first=_length(ticket.started_at, solved[0], calendar) if solved else None,
        full=_length(ticket.started_at, solved[-1], calendar) if solved else None,
        hub=total(TicketState.OPEN),
        member=total(TicketState.WAITING_MEMBER),
        partner=total(TicketState.WAITING_PARTNER),
    )


def _length(start: datetime, end: datetime, calendar: Calendar | None) -> timedelta:
    if calendar is None:
        return max(end - start, timedelta())
    return calendar.elapsed(since=start, until=end)
