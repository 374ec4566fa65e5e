"""Complaints, from the register to the mediator."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintRegistered(Event):
    """A dissatisfaction entered the register; legal clocks run from `sent_on`."""

    type: ClassVar[str] = "complaint.registered"
    complaint_id: UUID
    sent_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintAcknowledged(Event):
    """The acknowledgement with reference and delays went out."""

    type: ClassVar[str] = "complaint.acknowledged"
    complaint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintAnswered(Event):
    """The written answer went out: favourable, partly or refused."""

    type: ClassVar[str] = "complaint.answered"
    complaint_id: UUID
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediatorReferred(Event):
    """The complaint went to the mediator."""

    type: ClassVar[str] = "complaint.mediator_referred"
    complaint_id: UUID
