"""Opening hours by name, read from data. Zones live here; everything outside is aware UTC."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from importlib import resources
from zoneinfo import ZoneInfo

ALWAYS = "24/7"


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """One slot a day on given weekdays (0 = Monday), `[opens, closes)` in local time; None closes at midnight."""

    name: str
    zone: ZoneInfo
    days: frozenset[int]
    opens: time
    closes: time | None
    holidays: frozenset[date]

    def is_open(self, at: datetime) -> bool:
        """Whether the aware instant `at` falls into the hours."""
        local = at.astimezone(self.zone)
        if local.weekday() not in self.days or local.date() in self.holidays:
            return False
        return self.opens <= local.time() and (self.closes is None or local.time() < self.closes)


def read_calendars(*, holidays: frozenset[date]) -> Mapping[str, OpeningHours]:
    """The calendars shipped with the product; `holidays` are the French public holidays. Reads a file."""
    source = resources.files(__package__) / "data" / "calendars.toml"
    calendars = tomllib.loads(source.read_text(encoding="utf-8"))
    return {
        name: OpeningHours(
            name=name,
            zone=ZoneInfo(data["tz"]),
            days=frozenset(data["days"]),
            opens=time.fromisoformat(data["open"]),
            closes=None if data["close"] == "24:00" else time.fromisoformat(data["close"]),
            holidays=holidays if data.get("holidays") == "FR" else frozenset(),
        )
        for name, data in calendars.items()
    }
