"""The proof itself: with a fault built in, it fails, and says what is broken."""

import pytest

from tests.rig.proof import prove
from tests.rig.rig import Terms

pytestmark = [pytest.mark.database, pytest.mark.xdist_group("rig"), pytest.mark.timeout(300)]


def broken_by(fault: str, mishap: str) -> str:
    """What a small run finds when the hub has this fault and this happens to it."""
    return "\n".join(prove(Terms(events=80, lanes=20, seed=5, fault=fault), [mishap]).broken)


class TestTheProof:
    def test_fails_when_the_hub_says_yes_before_it_has_committed(self) -> None:
        assert "acknowledged events are not stored" in broken_by("early_yes", "api before commit")

    @pytest.mark.long
    def test_fails_when_a_repeat_is_stored_again(self) -> None:
        broken = broken_by("unique_key", "api after commit")
        assert "acknowledged events are stored twice" in broken
        assert "events have several messages" in broken

    @pytest.mark.long
    def test_fails_when_a_worker_that_lost_its_lease_commits_all_the_same(self) -> None:
        assert "events have several messages" in broken_by("lease", "worker overslept")
