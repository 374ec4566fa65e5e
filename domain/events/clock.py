"""The clocks of what we promised."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted(Event):
    """A promise began to run; `due_at` is None while it is paused without end; minutes may be fractional."""

    type: ClassVar[str] = "clock.started"
    clock: str
    calendar: str
    target_minutes: float
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPaused(Event):
    """The clock stands still while somebody else is awaited."""

    type: ClassVar[str] = "clock.paused"
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed(Event):
    """The clock runs again, with a new due time."""

    type: ClassVar[str] = "clock.resumed"
    clock: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWarned(Event):
    """Three quarters of the target are gone."""

    type: ClassVar[str] = "clock.warned"
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBreached(Event):
    """The target has passed."""

    type: ClassVar[str] = "clock.breached"
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMet(Event):
    """The promise was kept or, `late`, kept after its time."""

    type: ClassVar[str] = "clock.met"
    clock: str
    late: bool
