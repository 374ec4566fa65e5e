"""The life of a ticket."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.events.event import Event
from domain.ids import TicketId
from domain.triage import Kind, Owner, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(Event):
    """A request began. `first_message_at` starts every clock and never changes."""

    type: ClassVar[str] = "ticket.opened"
    reference: str
    channel: str
    first_message_at: datetime
    inbound_first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTriaged(Event):
    """A kind was given, by the machine or by a person who corrected it."""

    type: ClassVar[str] = "ticket.triaged"
    kind: Kind
    urgency: Urgency
    confidence: float
    matrix_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRouted(Event):
    """The first owner queue was chosen."""

    type: ClassVar[str] = "ticket.routed"
    owner: Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerChanged(Event):
    """The ticket went to another owner; clocks go on."""

    type: ClassVar[str] = "ticket.owner_changed"
    before: Owner
    after: Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(Event):
    """A person of the owner's took it (None: put back)."""

    type: ClassVar[str] = "ticket.assigned"
    user_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOnChanged(Event):
    """Whom the ticket waits for now: `hub`, `member` or `partner`."""

    type: ClassVar[str] = "ticket.waiting_on"
    waiting_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSolved(Event):
    """The request was answered to the end."""

    type: ClassVar[str] = "ticket.solved"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReopened(Event):
    """It went on: `cause` is `message` (substantive, within seven days; thanks are none), `reply` or `person`."""

    type: ClassVar[str] = "ticket.reopened"
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMerged(Event):
    """This ticket went on inside another one, which keeps the earliest start."""

    type: ClassVar[str] = "ticket.merged"
    into: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnmerged(Event):
    """A merge was undone."""

    type: ClassVar[str] = "ticket.unmerged"
    out_of: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLinked(Event):
    """Two tickets were tied: `second_risk`, `may_belong_to`, `follows`."""

    type: ClassVar[str] = "ticket.linked"
    other: TicketId
    role: str
