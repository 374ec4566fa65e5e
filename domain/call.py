"""The call and its state machine: from the first ring to the closed line."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.triage import Language


class CallState(StrEnum):
    """`ringing`: reached us · `ivr`: hears the menus · `queued`: waits for a person · `wrapping_up`: line closed,
    paperwork goes on · `ended`: nothing more can happen."""

    RINGING = "ringing"
    IVR = "ivr"
    QUEUED = "queued"
    ANSWERED = "answered"
    HELD = "held"
    WRAPPING_UP = "wrapping_up"
    ENDED = "ended"


class CallOutcome(StrEnum):
    """What became of a call. answered + abandoned + callback + flow_out = offered; the other two were never offered."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    CALLBACK = "callback"
    FLOW_OUT = "flow_out"
    IVR_ONLY = "ivr_only"
    OUT_OF_HOURS = "out_of_hours"


_STEPS: dict[CallState, frozenset[CallState]] = {
    CallState.RINGING: frozenset({CallState.IVR, CallState.QUEUED, CallState.ENDED}),
    CallState.IVR: frozenset({CallState.QUEUED, CallState.ENDED}),
    CallState.QUEUED: frozenset({CallState.ANSWERED, CallState.ENDED}),
    CallState.ANSWERED: frozenset({CallState.HELD, CallState.QUEUED, CallState.WRAPPING_UP, CallState.ENDED}),
    CallState.HELD: frozenset({CallState.ANSWERED, CallState.QUEUED, CallState.WRAPPING_UP, CallState.ENDED}),
    CallState.WRAPPING_UP: frozenset({CallState.ENDED}),
    CallState.ENDED: frozenset(),
}


class ImpossibleCallStep(Exception):  # noqa: N818 - reads as the sentence shown to the agent
    """A call cannot go from its state to the one asked for; the text says which."""

    def __init__(self, before: CallState, after: CallState) -> None:
        super().__init__(f"a call that is {before} cannot become {after}")
        self.before, self.after = before, after


@dataclass(frozen=True, slots=True)
class Call:
    """An inbound call. Times are aware UTC.

    arrived_open: by the calendar at the first request; it never changes.
    queued_at, answered_at: the first time each; later queues and legs do not move them.
    callback_accepted: the caller chose to be called back. flowed_out: the queue was full, or took a voicemail.
    """

    id: UUID
    state: CallState
    arrived_at: datetime
    arrived_open: bool
    language: Language = Language.UND
    queued_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    callback_accepted: bool = False
    flowed_out: bool = False

    def to(self, state: CallState, *, now: datetime) -> "Call":
        """The call after a step of its state machine; a step to the same state changes nothing.

        An answer that is reported after the hang-up comes too late: the call stays abandoned. Raises
        ImpossibleCallStep.
        """
        if state is self.state:
            return self
        if state not in _STEPS[self.state]:
            raise ImpossibleCallStep(self.state, state)
        # The line is closed when the paperwork begins: that is the end of the call, and it is kept.
        closed = state in (CallState.WRAPPING_UP, CallState.ENDED)
        return replace(
            self,
            state=state,
            queued_at=self.queued_at or (now if state is CallState.QUEUED else None),
            answered_at=self.answered_at or (now if state is CallState.ANSWERED else None),
            ended_at=self.ended_at or (now if closed else None),
        )

    def with_callback(self) -> "Call":
        """The call once its caller chose to be called back. Raises ImpossibleCallStep after its end."""
        return replace(self._still_on(), callback_accepted=True)

    def flowing_out(self) -> "Call":
        """The call once the queue could not keep it. Raises ImpossibleCallStep after its end."""
        return replace(self._still_on(), flowed_out=True)

    @property
    def outcome(self) -> CallOutcome | None:
        """What became of it; None while that is not decided."""
        if not self.arrived_open:
            return CallOutcome.OUT_OF_HOURS
        if self.answered_at is not None:
            return CallOutcome.ANSWERED
        if self.ended_at is None:
            return None
        if self.queued_at is None:
            return CallOutcome.IVR_ONLY
        if self.callback_accepted:
            return CallOutcome.CALLBACK
        return CallOutcome.FLOW_OUT if self.flowed_out else CallOutcome.ABANDONED

    @property
    def is_offered(self) -> bool:
        """Whether it counts in the pick-up rate: arrived in opening hours and entered a queue."""
        return self.arrived_open and self.queued_at is not None

    @property
    def wait(self) -> timedelta | None:
        """From the first queue to the first answer, or to the end; None while it lasts or without a queue."""
        end = self.answered_at or self.ended_at
        return None if self.queued_at is None or end is None else end - self.queued_at

    def _still_on(self) -> "Call":
        if self.state is CallState.ENDED:
            raise ImpossibleCallStep(CallState.ENDED, CallState.QUEUED)
        return self
