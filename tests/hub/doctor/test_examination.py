"""`hub doctor` as a whole."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub.commands.doctor import as_json, as_text
from hub.doctor.finding import State, Words, is_well, look, well, wrong

DO = Words("Faites ceci", "Do this")
WELL, LOOK = well("disk", "Tout va", "All well"), look("clock", Words("À voir", "To see"), do=DO)
WRONG = wrong("worker", Words("Personne", "Nobody"), do=DO)


class TestWhatIsSaid:
    def test_is_a_sign_what_and_what_to_do_in_both_languages(self) -> None:
        lines = [line.strip() for line in as_text((WELL, LOOK, WRONG)).splitlines() if line.strip()]
        assert lines == [
            "✓ Tout va · All well",
            "! À voir · To see",
            "→ Faites ceci · Do this",
            "✗ Personne · Nobody",
            "→ Faites ceci · Do this",
            "1 à réparer · 1 to mend",
        ]

    def test_is_the_same_for_machines(self) -> None:
        told = json.loads(as_json((WELL, WRONG)))
        assert told["well"] is False
        assert told["findings"][1] == {
            "check": "worker",
            "state": State.WRONG,
            "what": {"fr": "Personne", "en": "Nobody"},
            "do": {"fr": "Faites ceci", "en": "Do this"},
        }

    def test_is_well_when_something_is_only_to_be_looked_at(self) -> None:
        assert is_well((WELL, LOOK))
        assert not is_well((WELL, LOOK, WRONG))


class TestTheCommand:
    @pytest.mark.database
    def test_looks_at_a_hub_that_does_not_run_and_says_what_is_missing(self, server: str, tmp_path: Path) -> None:
        done = doctor("--json", DATABASE_URL=server, HUB_DATA_DIR=str(tmp_path), HUB_PORT="9")
        assert done.returncode == 1
        told = {finding["check"]: finding["state"] for finding in json.loads(done.stdout)["findings"]}
        assert told["database"] == "well"
        assert told["tables"] == "wrong"
        assert told["api"] == "wrong"
        assert list(tmp_path.iterdir()) == []

    def test_says_which_setting_is_wrong(self) -> None:
        done = doctor(HUB_PORT="eighty")
        assert done.returncode == 1
        assert "✗" in done.stdout
        assert "HUB_PORT" in done.stdout


def doctor(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`hub doctor` as a person runs it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "-m", "hub", "doctor", *options],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
