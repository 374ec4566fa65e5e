"""Month arithmetic, once (ruling 28)."""

import calendar
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day of the month `months` later, clipped to the month's end (31 January + 1 = 28 or 29 February)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
