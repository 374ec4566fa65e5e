"""Advisers at work."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceChanged(Event):
    """An adviser became available, busy, away or absent."""

    type: ClassVar[str] = "presence.changed"
    user_id: UUID
    presence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPlanned(Event):
    """What an adviser is planned to do, for adherence."""

    type: ClassVar[str] = "shift.planned"
    user_id: UUID
    begins_at: datetime
    ends_at: datetime
    activity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingEnded(Event):
    """An adviser stopped working on a ticket after `seconds` of attention, concurrency corrected."""

    type: ClassVar[str] = "handling.ended"
    user_id: UUID
    seconds: float
