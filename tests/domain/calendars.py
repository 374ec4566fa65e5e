"""Calendars that the tests of time share. 2026: the clocks of Paris change on 29 March and 25 October."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from domain.business_hours import Calendar

PARIS = ZoneInfo("Europe/Paris")
HOLIDAYS = frozenset({date(2026, 5, 1), date(2026, 7, 14), date(2026, 11, 11), date(2026, 12, 25), date(2027, 1, 1)})
OFFICE = Calendar(
    name="office", zone=PARIS, days=frozenset(range(5)), opens=time(8), closes=time(20), holidays=HOLIDAYS
)
ROUND_THE_CLOCK = Calendar(name="24/7", zone=PARIS, days=frozenset(range(7)), opens=time(0), closes=None)


def paris(text: str) -> datetime:
    """An instant by the clocks of Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)
