"""Cases with partners, and decisions on care and transport."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverSent(Event):
    """A case was handed to a partner, who must acknowledge."""

    type: ClassVar[str] = "handover.sent"
    handover_id: UUID
    partner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverAcknowledged(Event):
    """The partner said: we have it."""

    type: ClassVar[str] = "handover.acknowledged"
    handover_id: UUID
    partner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverReturned(Event):
    """The case came back from the partner."""

    type: ClassVar[str] = "handover.returned"
    handover_id: UUID
    partner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CareRequestCompleted(Event):
    """Everything needed for a prise en charge or prior approval is there: its clock starts."""

    type: ClassVar[str] = "care.request_completed"
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CareDecisionRecorded(Event):
    """The decision on a prise en charge or prior approval was written on the ticket."""

    type: ClassVar[str] = "care.decision_recorded"
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportProposed(Event):
    """A transport file was opened; `proposed_by` the broker or the assister."""

    type: ClassVar[str] = "transport.proposed"
    proposed_by: str
