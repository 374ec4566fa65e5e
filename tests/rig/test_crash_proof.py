"""Killing any process at any moment loses nothing, and every reply ends in a state that people see."""

import os
from collections.abc import Sequence

import pytest

from tests.rig.autopsy import Window
from tests.rig.proof import Report, prove
from tests.rig.rig import Terms

pytestmark = [pytest.mark.database, pytest.mark.xdist_group("rig")]

#: A failure says its seed: give it to RIG_SEED and the same mishaps come in the same order.
SEED = int(os.environ.get("RIG_SEED", "20261125"))
#: One steered kill for each window, and the two ways in which the database dies.
WINDOWS = (
    "api before commit",
    "api after commit",
    "worker with a claim",
    "worker with work done",
    "worker while sending",
    "worker while publishing",
)
OTHERS = ("worker overslept", "database after commit", "database at random")


def at_random(kills: int) -> tuple[str, ...]:
    """So many kills at random moments, of the API and the worker by turns."""
    return ("api at random", "worker at random") * (kills // 2) + ("worker at random",) * (kills % 2)


def assert_kept(report: Report, windows: Sequence[Window] = tuple(Window)) -> None:
    """No promise is broken, and each window was hit."""
    assert report.broken == [], str(report)
    assert [window for window in windows if not report.hits[window]] == [], str(report)


class TestTheHub:
    """With a provider that honours keys: every reply is taken exactly once."""

    @pytest.mark.timeout(600)
    def test_loses_and_repeats_nothing_however_it_is_killed(self) -> None:
        assert_kept(prove(Terms(events=2000, lanes=300, seed=SEED), [*WINDOWS, *OTHERS, *at_random(5)]))

    @pytest.mark.long
    @pytest.mark.timeout(1800)
    def test_loses_and_repeats_nothing_in_a_long_row_of_kills(self) -> None:
        report = prove(Terms(events=4000, lanes=300, seed=SEED + 1), [*WINDOWS * 3, *OTHERS * 3, *at_random(30)])
        assert_kept(report)
        assert sum(report.kills.values()) == 30 + 3 * 6 + 3 * 2


class TestTheHubBeforeAProviderThatCannotBeAsked:
    """Nor does it honour keys: every reply is taken at most once, and is called uncertain where nobody knows."""

    @pytest.mark.timeout(600)
    def test_sends_nothing_twice(self) -> None:
        terms = Terms(events=300, lanes=60, seed=SEED, honours_key=False)
        report = prove(terms, ["worker while sending", "worker while sending", *at_random(2)])
        assert_kept(report, [Window.SEND_TO_SETTLE])
        assert report.uncertain > 0, str(report)

    @pytest.mark.long
    @pytest.mark.timeout(1800)
    def test_sends_nothing_twice_in_a_long_row_of_kills(self) -> None:
        terms = Terms(events=1500, lanes=200, seed=SEED + 1, honours_key=False)
        report = prove(terms, [*("worker while sending",) * 4, *WINDOWS, *OTHERS, *at_random(12)])
        assert_kept(report)
        assert report.uncertain > 0, str(report)
