"""Calendars of opening hours by name, read from data. The hours themselves are the domain's."""

import tomllib
from collections.abc import Mapping
from datetime import date, time
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from domain.business_hours import Calendar, ImpossibleCalendar

ALWAYS = "24/7"
_MIDNIGHT = "24:00"


def read_calendars(*, holidays: frozenset[date]) -> Mapping[str, Calendar]:
    """The calendars shipped with the product; `holidays` are the French public holidays. Reads a file."""
    source = resources.files(__package__) / "data" / "calendars.toml"
    calendars = tomllib.loads(source.read_text(encoding="utf-8"))
    return {name: calendar_of(name=name, data=data, holidays=holidays) for name, data in calendars.items()}


def calendar_of(*, name: str, data: Mapping[str, Any], holidays: frozenset[date]) -> Calendar:
    """The calendar that `tz`, `days`, `open`, `close` (to 24:00) and `holidays` ("FR" or none) describe.

    Raises ImpossibleCalendar, which names what is missing or wrong.
    """
    try:
        closed = data.get("holidays")
        if closed not in (None, "FR"):
            raise ImpossibleCalendar(f'calendar {name}: holidays of {closed!r} are not known, only "FR"')
        return Calendar(
            name=name,
            zone=ZoneInfo(data["tz"]),
            days=frozenset(data["days"]),
            opens=time.fromisoformat(data["open"]),
            closes=None if data["close"] == _MIDNIGHT else time.fromisoformat(data["close"]),
            holidays=holidays if closed == "FR" else frozenset(),
        )
    except ImpossibleCalendar:
        raise
    except (AttributeError, LookupError, OSError, TypeError, ValueError) as error:
        # A zone that does not exist is a LookupError, an OSError or a ValueError, as its name goes.
        raise ImpossibleCalendar(f"calendar {name}: {type(error).__name__}: {error}") from error
