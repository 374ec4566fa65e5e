"""Opening hours: edges of the day, holidays, daylight saving."""

from datetime import UTC, date, datetime

import pytest

from routing.calendars import ALWAYS, read_calendars

CALENDARS = read_calendars(holidays=frozenset({date(2026, 12, 25)}))


class TestOpeningHours:
    @pytest.mark.parametrize(
        ("at", "is_open"),
        [
            (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), True),  # 08:00 in Paris, winter
            (datetime(2026, 11, 24, 6, 59, 59, tzinfo=UTC), False),
            (datetime(2026, 11, 24, 18, 59, 59, tzinfo=UTC), True),
            (datetime(2026, 11, 24, 19, 0, tzinfo=UTC), False),  # closing time is closed
            (datetime(2026, 7, 7, 6, 0, tzinfo=UTC), True),  # 08:00 in Paris, summer
            (datetime(2026, 11, 28, 10, 0, tzinfo=UTC), False),  # Saturday
            (datetime(2026, 12, 25, 10, 0, tzinfo=UTC), False),  # holiday
        ],
    )
    def test_follow_paris(self, at: datetime, is_open: bool) -> None:
        assert CALENDARS["default"].is_open(at) is is_open

    def test_never_close_round_the_clock(self) -> None:
        for hour in range(24):
            assert CALENDARS[ALWAYS].is_open(datetime(2026, 12, 25, hour, 59, 59, 999999, tzinfo=UTC))
