"""What events alone tell of tickets: their course, the first answer by a person, the backlog.

Events may come in any order and from many tickets at once. A ticket is told of when its opening is among them; one
that was merged goes on inside the other, whose start is then the earliest of the two.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.events import (
    CallAnswered,
    CallbackAttempted,
    ClockBreached,
    ClockMet,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    Event,
    MessageSent,
    TicketMerged,
    TicketOpened,
    TicketReopened,
    TicketSolved,
    TicketUnmerged,
    WaitingOnChanged,
)
from domain.ids import TicketId
from domain.message import Author
from domain.sla import Course, Step, course
from domain.ticket import TicketState

_STATES = {
    "hub": TicketState.OPEN,
    "member": TicketState.WAITING_MEMBER,
    "partner": TicketState.WAITING_PARTNER,
}


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """When a ticket's first message came, and when a person first answered in substance; None: not yet.

    Assistant and automatic receipts are no answer; a person at the telephone is one.
    """

    asked_at: datetime
    answered_at: datetime | None

    @property
    def after(self) -> timedelta | None:
        """How long it took."""
        return None if self.answered_at is None else self.answered_at - self.asked_at


class AgeBand(StrEnum):
    """How many days an open ticket has been waiting; the upper limit belongs to the band."""

    UP_TO_1 = "0-1"
    UP_TO_3 = "1-3"
    UP_TO_7 = "3-7"
    OVER_7 = ">7"


_BAND_LIMITS = (timedelta(days=1), timedelta(days=3), timedelta(days=7))


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket that is not solved. `is_breached`: a promise made on it was not kept in time."""

    id: TicketId
    age: timedelta
    is_answered: bool
    is_breached: bool

    @property
    def band(self) -> AgeBand:
        """The band of its age."""
        return tuple(AgeBand)[bisect_left(_BAND_LIMITS, self.age)]


@dataclass(frozen=True, slots=True)
class Backlog:
    """The open tickets at an instant, oldest first."""

    at: datetime
    tickets: tuple[OpenTicket, ...]

    def by_age(self) -> Mapping[AgeBand, int]:
        """How many there are in each band, empty ones too."""
        return {band: sum(ticket.band is band for ticket in self.tickets) for band in AgeBand}

    @property
    def unanswered(self) -> int:
        """How many no person has answered yet: the ones that a mean of answers does not see."""
        return sum(not ticket.is_answered for ticket in self.tickets)

    @property
    def breached(self) -> int:
        """How many have a broken promise."""
        return sum(ticket.is_breached for ticket in self.tickets)


def courses(events: Iterable[Event]) -> Mapping[TicketId, Course]:
    """Where each ticket stood from its first message on."""
    return {story.id: story.course() for story in _stories(events)}


def first_responses(events: Iterable[Event]) -> Mapping[TicketId, FirstResponse]:
    """The first answer by a person to each ticket that began with a message to us."""
    return {story.id: story.first_response() for story in _stories(events) if story.is_inbound_first}


def backlog(events: Iterable[Event], *, at: datetime) -> Backlog:
    """What was open at an instant; later events are left aside."""
    past = _stories(event for event in events if event.at <= at)
    still_open = (story.open_ticket(at) for story in past if story.course().state(at=at) is not TicketState.SOLVED)
    return Backlog(at=at, tickets=tuple(sorted(still_open, key=lambda ticket: ticket.age, reverse=True)))


@dataclass(frozen=True, slots=True)
class _Story:
    """A ticket's events in order of time, with those of the tickets merged into it."""

    id: TicketId
    events: tuple[Event, ...]
    openings: tuple[TicketOpened, ...]

    @property
    def _first(self) -> TicketOpened:
        return min(self.openings, key=lambda opening: opening.first_message_at)

    @property
    def is_inbound_first(self) -> bool:
        return self._first.inbound_first

    def course(self) -> Course:
        began = next(opening.at for opening in self.openings if opening.ticket_id == self.id)
        steps = (
            Step(state, event.at)
            for event in self.events
            if (state := _state_after(event)) is not None and (event.ticket_id == self.id or event.at < began)
        )
        return course(self._first.first_message_at, steps)

    def first_response(self) -> FirstResponse:
        asked_at = self._first.first_message_at
        answers = (event.at for event in self.events if event.at >= asked_at and _is_human_answer(event))
        return FirstResponse(asked_at=asked_at, answered_at=next(answers, None))

    def open_ticket(self, at: datetime) -> OpenTicket:
        response = self.first_response()
        return OpenTicket(
            id=self.id,
            age=at - response.asked_at,
            is_answered=response.answered_at is not None,
            is_breached=self._is_breached(at),
        )

    def _is_breached(self, at: datetime) -> bool:
        due: dict[tuple[TicketId | None, str], datetime | None] = {}
        for event in self.events:
            match event:
                case ClockBreached() | ClockMet(late=True):
                    return True
                case ClockStarted(clock=clock) | ClockResumed(clock=clock):
                    due[event.ticket_id, clock] = event.due_at
                case ClockPaused(clock=clock) | ClockMet(clock=clock):
                    due[event.ticket_id, clock] = None
        return any(end is not None and end < at for end in due.values())


def _stories(events: Iterable[Event]) -> Iterator[_Story]:
    in_order = sorted(events, key=lambda event: event.at)
    home = _homes(in_order)
    told: dict[TicketId, list[Event]] = {}
    for event in in_order:
        if event.ticket_id is not None:
            told.setdefault(_home_of(event.ticket_id, home), []).append(event)
    for ticket_id, own in told.items():
        openings = tuple(event for event in own if isinstance(event, TicketOpened))
        if any(opening.ticket_id == ticket_id for opening in openings):
            yield _Story(id=ticket_id, events=tuple(own), openings=openings)


def _homes(events: Iterable[Event]) -> Mapping[TicketId, TicketId]:
    """Where each merged ticket went on."""
    home: dict[TicketId, TicketId] = {}
    for event in events:
        match event:
            case TicketMerged(ticket_id=ticket_id, into=into) if ticket_id is not None:
                home[ticket_id] = into
            case TicketUnmerged(ticket_id=ticket_id) if ticket_id is not None:
                home.pop(ticket_id, None)
    return home


def _home_of(ticket_id: TicketId, home: Mapping[TicketId, TicketId]) -> TicketId:
    seen = {ticket_id}
    while (into := home.get(ticket_id)) is not None and into not in seen:
        seen.add(into)
        ticket_id = into
    return ticket_id


def _state_after(event: Event) -> TicketState | None:
    match event:
        case TicketOpened() | TicketReopened():
            return TicketState.OPEN
        case TicketSolved():
            return TicketState.SOLVED
        case WaitingOnChanged(waiting_on=waiting_on):
            return _STATES[waiting_on]
    return None


def _is_human_answer(event: Event) -> bool:
    match event:
        case MessageSent(author=Author.HUMAN, substantive=True) | CallAnswered() | CallbackAttempted(reached=True):
            return True
    return False
