"""The French public holidays that calendars and deadlines are given."""

from datetime import date

from hub.holidays import french_holidays


class TestTheFrenchHolidays:
    def test_are_the_eleven_of_the_mainland(self) -> None:
        assert sorted(french_holidays([2026])) == [
            date(2026, 1, 1),
            date(2026, 4, 6),
            date(2026, 5, 1),
            date(2026, 5, 8),
            date(2026, 5, 14),
            date(2026, 5, 25),
            date(2026, 7, 14),
            date(2026, 8, 15),
            date(2026, 11, 1),
            date(2026, 11, 11),
            date(2026, 12, 25),
        ]

    def test_leave_out_those_of_alsace_moselle(self) -> None:
        assert not {date(2026, 4, 3), date(2026, 12, 26)} & french_holidays([2026])

    def test_are_given_for_the_years_asked_for(self) -> None:
        assert {day.year for day in french_holidays(range(2026, 2029))} == {2026, 2027, 2028}
        assert french_holidays([]) == frozenset()
