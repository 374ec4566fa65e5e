"""The call: its steps, and what became of it."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.call import Call, CallOutcome, CallState, ImpossibleCallStep

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
RINGING, IVR, QUEUED, ANSWERED, HELD, WRAPPING_UP, ENDED = CallState
LEGAL = {
    (RINGING, IVR),
    (RINGING, QUEUED),
    (RINGING, ENDED),
    (IVR, QUEUED),
    (IVR, ENDED),
    (QUEUED, ANSWERED),
    (QUEUED, ENDED),
    (ANSWERED, HELD),
    (ANSWERED, QUEUED),
    (ANSWERED, WRAPPING_UP),
    (ANSWERED, ENDED),
    (HELD, ANSWERED),
    (HELD, QUEUED),
    (HELD, WRAPPING_UP),
    (HELD, ENDED),
    (WRAPPING_UP, ENDED),
}


def _call(*states: CallState, arrived_open: bool = True) -> Call:
    """A call that went through `states`, ten seconds apart."""
    call = Call(id=UUID(int=1), state=RINGING, arrived_at=NOW, arrived_open=arrived_open)
    for number, state in enumerate(states, start=1):
        call = call.to(state, now=NOW + timedelta(seconds=10 * number))
    return call


class TestTheSteps:
    @pytest.mark.parametrize("before", CallState)
    @pytest.mark.parametrize("after", CallState)
    def test_are_these_and_no_others(self, before: CallState, after: CallState) -> None:
        call = Call(id=UUID(int=1), state=before, arrived_at=NOW, arrived_open=True)
        if after is before or (before, after) in LEGAL:
            assert call.to(after, now=NOW).state is after
        else:
            with pytest.raises(ImpossibleCallStep, match=f"{before} cannot become {after}"):
                call.to(after, now=NOW)

    def test_to_the_same_state_change_nothing(self) -> None:
        call = _call(IVR, QUEUED)
        assert call.to(QUEUED, now=NOW + timedelta(hours=1)) is call

    def test_leave_the_call_that_was_untouched(self) -> None:
        with pytest.raises(FrozenInstanceError):
            _call().state = ENDED  # type: ignore[misc]


class TestACall:
    @pytest.mark.parametrize(
        ("call", "outcome"),
        [
            (_call(IVR), None),
            (_call(IVR, QUEUED), None),
            (_call(IVR, ENDED), CallOutcome.IVR_ONLY),
            (_call(IVR, QUEUED, ANSWERED), CallOutcome.ANSWERED),
            (_call(IVR, QUEUED, ANSWERED, QUEUED, ENDED), CallOutcome.ANSWERED),  # hung up while transferred
            (_call(IVR, QUEUED, ENDED), CallOutcome.ABANDONED),
            (_call(IVR, QUEUED).with_callback().to(ENDED, now=NOW), CallOutcome.CALLBACK),
            (_call(IVR, QUEUED).flowing_out().to(ENDED, now=NOW), CallOutcome.FLOW_OUT),
            (_call(IVR, QUEUED, ANSWERED, ENDED, arrived_open=False), CallOutcome.OUT_OF_HOURS),
            (_call(ENDED, arrived_open=False), CallOutcome.OUT_OF_HOURS),
        ],
    )
    def test_became(self, call: Call, outcome: CallOutcome | None) -> None:
        assert call.outcome is outcome

    def test_stays_abandoned_when_the_answer_is_reported_after_the_hang_up(self) -> None:
        call = _call(IVR, QUEUED, ENDED)
        with pytest.raises(ImpossibleCallStep, match="ended cannot become answered"):
            call.to(ANSWERED, now=NOW)
        with pytest.raises(ImpossibleCallStep):
            call.with_callback()

    def test_waits_from_the_first_queue_to_the_first_answer(self) -> None:
        call = _call(IVR, QUEUED, ANSWERED, HELD, ANSWERED, QUEUED, ANSWERED, WRAPPING_UP, ENDED)
        assert call.wait == timedelta(seconds=10)
        assert call.ended_at == NOW + timedelta(seconds=80)  # the line closed when the paperwork began

    def test_waits_until_it_is_abandoned(self) -> None:
        assert _call(QUEUED, ENDED).wait == timedelta(seconds=10)
        assert _call(QUEUED).wait is None
        assert _call(IVR, ENDED).wait is None

    def test_is_offered_once_it_entered_a_queue_in_opening_hours(self) -> None:
        assert _call(IVR, QUEUED).is_offered
        assert not _call(IVR, ENDED).is_offered
        assert not _call(IVR, QUEUED, arrived_open=False).is_offered
