"""Opening hours: edges of the day, holidays, daylight saving."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.business_hours import ImpossibleCalendar
from routing.calendars import ALWAYS, calendar_of, read_calendars

CALENDARS = read_calendars(holidays=frozenset({date(2026, 12, 25)}))


class TestTheShippedCalendars:
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

    def test_make_a_business_day_of_720_minutes(self) -> None:
        monday = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)  # midnight in Paris
        assert CALENDARS["default"].elapsed(since=monday, until=monday + timedelta(days=1)) == timedelta(minutes=720)


WRITTEN = {"tz": "Europe/Paris", "days": [0], "open": "08:00", "close": "20:00", "holidays": "FR"}


class TestACalendarInData:
    @pytest.mark.parametrize("closed", [None, "FR"])
    def test_is_closed_on_the_holidays_it_names(self, closed: str | None) -> None:
        monday = date(2026, 4, 6)
        calendar = calendar_of(name="desk", data=WRITTEN | {"holidays": closed}, holidays=frozenset({monday}))
        assert calendar.is_open(datetime(2026, 4, 6, 10, tzinfo=UTC)) is (closed is None)

    def test_may_close_at_24_00(self) -> None:
        calendar = calendar_of(name="desk", data=WRITTEN | {"close": "24:00"}, holidays=frozenset())
        assert calendar.closes is None

    @pytest.mark.parametrize(
        "wrong", [{"tz": "Europe/Atlantis"}, {"tz": "../etc"}, {"days": 5}, {"close": None}, {"holidays": "DE"}]
    )
    def test_is_refused_by_name_when_it_cannot_be(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ImpossibleCalendar, match="calendar desk"):
            calendar_of(name="desk", data=WRITTEN | wrong, holidays=frozenset())

    def test_is_refused_when_something_is_missing(self) -> None:
        with pytest.raises(ImpossibleCalendar, match="tz"):
            calendar_of(name="desk", data={}, holidays=frozenset())
