"""What the tests of the labs share."""

import json
from pathlib import Path

import pytest

from tests.hub.lab.files import CALENDARS, write


@pytest.fixture
def calendars(tmp_path: Path) -> Path:
    """A file of calendars."""
    return write(tmp_path / "calendars.json", [json.dumps(CALENDARS)])
