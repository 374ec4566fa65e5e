"""The ticket and its state machine: one owner, one clock, whatever the channel."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.ids import MemberId, TicketId, UserId
from domain.triage import Kind, Language, MedicalLevel, Owner, Risk, Route, Urgency

#: A message within this time of the solution reopens the ticket; later ones open a new one (KPI dictionary, reopen).
REOPEN_WITHIN = timedelta(days=7)


#: Crockford's base 32: no sign can be mistaken for another.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class TicketState(StrEnum):
    """`open`: we are at work · `waiting_*`: somebody else is · `solved`: answered to the end."""

    OPEN = "open"
    WAITING_MEMBER = "waiting_member"
    WAITING_PARTNER = "waiting_partner"
    SOLVED = "solved"


class LinkRole(StrEnum):
    """Why two tickets are tied. What one of them holds is never shown to the sender of the other."""

    MAY_BELONG_TO = "may_belong_to"
    FOLLOWS = "follows"
    SECOND_RISK = "second_risk"


_STEPS: dict[TicketState, frozenset[TicketState]] = {
    TicketState.OPEN: frozenset({TicketState.WAITING_MEMBER, TicketState.WAITING_PARTNER, TicketState.SOLVED}),
    TicketState.WAITING_MEMBER: frozenset({TicketState.OPEN, TicketState.WAITING_PARTNER, TicketState.SOLVED}),
    TicketState.WAITING_PARTNER: frozenset({TicketState.OPEN, TicketState.WAITING_MEMBER, TicketState.SOLVED}),
    TicketState.SOLVED: frozenset({TicketState.OPEN}),
}


class ImpossibleStep(Exception):  # noqa: N818 - reads as the sentence shown to the agent
    """A ticket cannot go from its state to the one asked for; the text says which and why."""

    def __init__(self, before: TicketState, after: TicketState) -> None:
        super().__init__(f"a ticket that is {before} cannot become {after}")
        self.before, self.after = before, after


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request with one owner. Times are aware UTC; `first_message_at` never changes (clocks do not restart).

    due_at: when its running promise is due; None when nothing is promised at present.
    """

    id: TicketId
    reference: str
    state: TicketState
    kind: Kind
    risk: Risk
    owner: Owner
    urgency: Urgency
    medical: MedicalLevel
    language: Language
    title: str
    channel: str
    opened_at: datetime
    first_message_at: datetime
    updated_at: datetime
    reason: str
    matrix_version: str
    member_id: MemberId | None = None
    assignee_id: UserId | None = None
    first_response_at: datetime | None = None
    solved_at: datetime | None = None
    due_at: datetime | None = None

    def to(self, state: TicketState, *, now: datetime) -> "Ticket":
        """The ticket after a step of its state machine.

        Raises ImpossibleStep when the machine has no such step; a step to the same state changes nothing.
        """
        if state is self.state:
            return self
        if state not in _STEPS[self.state]:
            raise ImpossibleStep(self.state, state)
        if state is TicketState.SOLVED:
            return replace(self, state=state, solved_at=now, due_at=None, updated_at=now)
        return replace(self, state=state, solved_at=None, updated_at=now)

    def reopens_for(self, at: datetime) -> bool:
        """Whether a message at `at` belongs to this ticket although it is solved."""
        return self.solved_at is not None and at - self.solved_at <= REOPEN_WITHIN

    def rerouted(self, route: Route, *, now: datetime) -> "Ticket":
        """The ticket under another kind and owner; its clocks go on."""
        return replace(
            self,
            kind=route.kind,
            risk=route.risk,
            owner=route.owner,
            urgency=route.urgency,
            medical=route.medical,
            reason=route.reason,
            matrix_version=route.matrix_version,
            updated_at=now,
        )

    def answered(self, *, at: datetime) -> "Ticket":
        """The ticket after a human's answer: the first one is kept for ever."""
        return replace(self, first_response_at=self.first_response_at or at, due_at=None, updated_at=at)


def reference_of(ticket_id: TicketId) -> str:
    """The reference that people read to each other: `VI-` and eight signs without I, L, O and U.

    From the random end of the id, so that it tells nothing about how many tickets there are.
    """
    number = ticket_id.int & (1 << 40) - 1
    return "VI-" + "".join(_SIGNS[number >> shift & 31] for shift in range(35, -5, -5))
