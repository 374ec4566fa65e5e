"""The files that the tests of the labs give them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

CALENDARS: dict[str, dict[str, Any]] = {
    "BH": {"tz": "Europe/Paris", "days": [0, 1, 2, 3, 4], "open": "08:00", "close": "20:00", "holidays": "FR"},
    "NO-HOLIDAYS": {"tz": "Europe/Paris", "days": [0, 1, 2, 3, 4], "open": "08:00", "close": "20:00", "holidays": None},
    "ALWAYS": {"tz": "Europe/Paris", "days": [0, 1, 2, 3, 4, 5, 6], "open": "00:00", "close": "24:00"},
    "EVENING": {"tz": "America/New_York", "days": [4, 5], "open": "18:30", "close": "24:00", "holidays": None},
}


def write(path: Path, lines: Sequence[str]) -> Path:
    """The file, now with these lines."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
