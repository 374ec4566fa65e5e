"""Telephone calls, call-backs and voicemail."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.events.event import Event
from domain.triage import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(Event):
    """A call reached us; `open` by the calendar at its first request."""

    type: ClassVar[str] = "call.arrived"
    open: bool
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffered(Event):
    """A caller asked for an adviser: counted once per call."""

    type: ClassVar[str] = "call.offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQueued(Event):
    """The call entered a queue (again after a transfer or overflow)."""

    type: ClassVar[str] = "call.queued"
    queue: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRang(Event):
    """An adviser's telephone rang; `answered` tells how it ended."""

    type: ClassVar[str] = "call.rang"
    user_id: UUID
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered(Event):
    """A person picked up."""

    type: ClassVar[str] = "call.answered"
    user_id: UUID
    wait_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAbandoned(Event):
    """The caller hung up in the queue."""

    type: ClassVar[str] = "call.abandoned"
    wait_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFlowedOut(Event):
    """Queue full, or voicemail taken from the queue."""

    type: ClassVar[str] = "call.flowed_out"
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHeld(Event):
    """The caller was put on hold."""

    type: ClassVar[str] = "call.held"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResumed(Event):
    """The caller was taken off hold."""

    type: ClassVar[str] = "call.resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTransferred(Event):
    """The caller was passed on."""

    type: ClassVar[str] = "call.transferred"
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Event):
    """The line is closed; talk and hold over all legs."""

    type: ClassVar[str] = "call.ended"
    talk_seconds: float
    hold_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterCallWorkEnded(Event):
    """The adviser finished the call's paperwork."""

    type: ClassVar[str] = "call.after_work_ended"
    user_id: UUID
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRequested(Event):
    """The caller chose to be called back; the call is offered, neither answered nor abandoned."""

    type: ClassVar[str] = "callback.requested"
    wanted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAttempted(Event):
    """We called back; `call_id` is that of the inbound call, on whose day a success counts."""

    type: ClassVar[str] = "callback.attempted"
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailLeft(Event):
    """A message was recorded."""

    type: ClassVar[str] = "voicemail.left"
    seconds: float
