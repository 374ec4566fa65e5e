"""Business time: holidays, daylight-saving changes, zero, midnight, closing time, pauses."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.business_hours import Calendar, ImpossibleCalendar
from domain.period import Period
from tests.domain.calendars import HOLIDAYS, OFFICE, PARIS, ROUND_THE_CLOCK, paris

NIGHT_OWLS = Calendar(name="owls", zone=PARIS, days=frozenset({5, 6}), opens=time(1, 30), closes=time(4))
SANTIAGO = replace(ROUND_THE_CLOCK, zone=ZoneInfo("America/Santiago"))
CALENDARS = (OFFICE, ROUND_THE_CLOCK, NIGHT_OWLS, SANTIAGO, replace(OFFICE, opens=time(14), closes=None))


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def _pauses(*texts: tuple[str, str | None]) -> tuple[Period, ...]:
    return tuple(Period(paris(start), None if end is None else paris(end)) for start, end in texts)


class TestACalendar:
    @pytest.mark.parametrize(
        ("calendar", "at", "is_open"),
        [
            (OFFICE, "2026-03-02T08:00", True),
            (OFFICE, "2026-03-02T07:59:59.999999", False),
            (OFFICE, "2026-03-02T19:59:59.999999", True),
            (OFFICE, "2026-03-02T20:00", False),
            (OFFICE, "2026-03-01T12:00", False),  # Sunday
            (OFFICE, "2026-05-01T12:00", False),  # holiday
            (ROUND_THE_CLOCK, "2026-05-01T00:00", True),
            (ROUND_THE_CLOCK, "2026-05-01T23:59:59.999999", True),
            (NIGHT_OWLS, "2026-03-29T03:00", True),  # the clocks have just jumped over 02:00
        ],
    )
    def test_opens_at_its_opening_time_and_is_closed_at_closing_time(
        self, calendar: Calendar, at: str, is_open: bool
    ) -> None:
        assert calendar.is_open(paris(at)) is is_open

    def test_opens_at_the_jump_when_its_opening_time_is_skipped(self) -> None:
        calendar = replace(NIGHT_OWLS, opens=time(2, 30))
        jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
        assert calendar.is_open(jump)
        assert not calendar.is_open(jump - timedelta.resolution)
        assert calendar.elapsed(since=jump - timedelta(hours=5), until=jump + timedelta(hours=9)) == timedelta(hours=1)

    def test_does_not_open_when_all_its_hours_are_skipped(self) -> None:
        calendar = replace(NIGHT_OWLS, opens=time(2, 10), closes=time(2, 50))
        since = datetime(2026, 3, 29, tzinfo=UTC)
        assert calendar.elapsed(since=since, until=since + timedelta(hours=12)) == timedelta()

    def test_has_no_day_that_a_country_left_out(self) -> None:
        apia = replace(ROUND_THE_CLOCK, zone=ZoneInfo("Pacific/Apia"))  # 30 December 2011 never was
        since = datetime(2011, 12, 28, tzinfo=UTC)
        assert apia.elapsed(since=since, until=since + timedelta(days=4)) == timedelta(days=4)

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"days": frozenset()}, "days"),
            ({"days": frozenset({7})}, "days"),
            ({"closes": time(8)}, "closes"),
            ({"opens": time(21)}, "closes"),
            ({"opens": time(8, tzinfo=UTC)}, "local"),
        ],
    )
    def test_cannot_have_hours_that_no_desk_keeps(self, change: dict[str, object], says: str) -> None:
        with pytest.raises(ImpossibleCalendar, match=says):
            replace(OFFICE, **change)  # type: ignore[arg-type]

    def test_refuses_a_naive_time(self) -> None:
        with pytest.raises(ValueError, match="naive"):
            OFFICE.is_open(datetime(2026, 3, 2, 12))  # noqa: DTZ001


class TestElapsedTime:
    @pytest.mark.parametrize(
        ("calendar", "since", "until", "minutes"),
        [
            (OFFICE, "2026-03-02T10:00", "2026-03-02T10:00", 0),
            (OFFICE, "2026-03-02T10:00", "2026-03-02T09:00", 0),
            (OFFICE, "2026-03-02T10:00", "2026-03-02T10:00:30", 0.5),
            (OFFICE, "2026-06-12T17:00", "2026-06-15T09:00", 240),  # Friday to Monday
            (OFFICE, "2026-04-30T19:00", "2026-05-04T09:00", 120),  # over 1 May and a week-end
            (OFFICE, "2026-03-02T20:00", "2026-03-03T08:00", 0),
            (OFFICE, "2026-03-27T08:00", "2026-03-30T20:00", 2 * 720),  # clocks change while closed
            (ROUND_THE_CLOCK, "2026-03-29T00:00", "2026-03-30T00:00", 23 * 60),
            (ROUND_THE_CLOCK, "2026-10-25T00:00", "2026-10-26T00:00", 25 * 60),
            (ROUND_THE_CLOCK, "2026-12-31T23:59", "2027-01-01T00:01", 2),
            (NIGHT_OWLS, "2026-03-29T00:00", "2026-03-30T00:00", 90),
            (NIGHT_OWLS, "2026-10-25T00:00", "2026-10-26T00:00", 210),
        ],
    )
    def test_counts_real_minutes_of_opening_hours(
        self, calendar: Calendar, since: str, until: str, minutes: float
    ) -> None:
        assert calendar.elapsed(since=paris(since), until=paris(until)) == _minutes(minutes)

    @pytest.mark.parametrize(
        ("pauses", "minutes"),
        [
            ((("2026-03-02T10:00", "2026-03-02T11:00"),), 660),
            ((("2026-03-02T10:00", "2026-03-02T11:00"), ("2026-03-02T10:30", "2026-03-02T11:30")), 630),
            ((("2026-03-02T10:00", "2026-03-02T12:00"), ("2026-03-02T10:30", "2026-03-02T11:00")), 600),
            ((("2026-03-02T20:00", "2026-03-03T08:00"),), 720),  # outside hours
            ((("2026-03-01T00:00", "2026-03-02T09:00"),), 660),  # began before
            ((("2026-03-02T19:00", None),), 660),
            ((("2026-03-01T00:00", None),), 0),
            ((("2026-03-02T10:00", "2026-03-02T10:00"),), 720),
        ],
    )
    def test_leaves_out_the_union_of_pauses(self, pauses: tuple[tuple[str, str | None], ...], minutes: float) -> None:
        day = {"since": paris("2026-03-02T00:00"), "until": paris("2026-03-03T00:00")}
        assert OFFICE.elapsed(**day, pauses=_pauses(*pauses)) == _minutes(minutes)

    def test_is_counted_the_same_whatever_zone_the_instants_are_written_in(self) -> None:
        since, until = paris("2026-10-25T02:15"), paris("2026-10-25T02:15").replace(fold=1)
        assert ROUND_THE_CLOCK.elapsed(since=since, until=until) == timedelta(hours=1)


class TestTheEndOfATarget:
    @pytest.mark.parametrize(
        ("calendar", "since", "minutes", "due"),
        [
            (OFFICE, "2026-06-12T19:30", 60, "2026-06-15T08:30"),
            (OFFICE, "2026-06-12T19:00", 60, "2026-06-12T20:00"),  # exactly at closing
            (OFFICE, "2026-06-12T08:00", 720, "2026-06-12T20:00"),
            (OFFICE, "2026-06-12T08:00", 1440, "2026-06-15T20:00"),
            (OFFICE, "2026-06-12T20:00", 1, "2026-06-15T08:01"),  # starts at closing
            (OFFICE, "2026-06-13T12:00", 60, "2026-06-15T09:00"),  # starts on a Saturday
            (OFFICE, "2026-06-15T05:00", 60, "2026-06-15T09:00"),  # starts before opening
            (OFFICE, "2026-04-30T19:00", 61, "2026-05-04T08:01"),  # 1 May
            (OFFICE, "2026-12-24T19:00", 780, "2026-12-28T20:00"),
            (OFFICE, "2026-06-12T19:30", 0.5, "2026-06-12T19:30:30"),
            (OFFICE, "2026-06-13T12:00", 0, "2026-06-13T12:00"),  # nothing to wait for
            (ROUND_THE_CLOCK, "2026-03-28T12:00", 1440, "2026-03-29T13:00"),
            (ROUND_THE_CLOCK, "2026-10-24T12:00", 1440, "2026-10-25T11:00"),
            (ROUND_THE_CLOCK, "2026-12-31T23:00", 60, "2027-01-01T00:00"),
        ],
    )
    def test_is_reached_in_opening_hours(self, calendar: Calendar, since: str, minutes: float, due: str) -> None:
        assert calendar.after(_minutes(minutes), since=paris(since)) == paris(due)

    @pytest.mark.parametrize(
        ("pauses", "due"),
        [
            ((("2026-03-02T10:30", "2026-03-02T11:00"),), "2026-03-02T11:30"),
            ((("2026-03-02T10:30", "2026-03-02T11:00"), ("2026-03-02T10:45", "2026-03-02T11:15")), "2026-03-02T11:45"),
            ((("2026-03-02T09:00", "2026-03-02T10:30"),), "2026-03-02T11:30"),  # began before the start
            ((("2026-03-02T11:00", "2026-03-02T12:00"),), "2026-03-02T11:00"),  # begins when the target is reached
            ((("2026-03-02T11:00", None),), "2026-03-02T11:00"),
            ((("2026-03-02T10:59", None),), None),
            ((("2026-03-01T10:00", None),), None),
            ((("2026-03-02T10:30", "2026-03-02T20:00"),), "2026-03-03T08:30"),
            ((("2026-03-02T20:00", "2026-03-03T08:00"),), "2026-03-02T11:00"),
        ],
    )
    def test_stands_still_during_pauses(self, pauses: tuple[tuple[str, str | None], ...], due: str | None) -> None:
        reached = OFFICE.after(_minutes(60), since=paris("2026-03-02T10:00"), pauses=_pauses(*pauses))
        assert reached == (None if due is None else paris(due))

    def test_cannot_be_before_the_start(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            OFFICE.after(_minutes(-1), since=paris("2026-03-02T10:00"))

    def test_says_when_it_leads_out_of_the_calendar(self) -> None:
        late = datetime(9999, 12, 30, tzinfo=UTC)
        with pytest.raises(OverflowError):
            OFFICE.after(timedelta(days=9), since=late)


#: Whole minutes of 2026, with both clock changes and the turn of the year in reach.
instants = st.integers(0, 400 * 1440).map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + _minutes(minute))
near_changes = st.sampled_from(
    [
        datetime(2026, 3, 28, 20, tzinfo=UTC),
        datetime(2026, 10, 24, 20, tzinfo=UTC),
        datetime(2026, 9, 5, tzinfo=UTC),
        datetime(2026, 4, 4, tzinfo=UTC),
    ]
).flatmap(lambda start: st.integers(0, 3000).map(lambda minute: start + _minutes(minute)))
starts = instants | near_changes
calendars = st.sampled_from(CALENDARS)
lengths = st.integers(0, 6000).map(_minutes)
pauses = st.lists(st.tuples(st.integers(-500, 4000), st.integers(0, 2000) | st.none()), max_size=5)


def _after(start: datetime, spans: list[tuple[int, int | None]]) -> tuple[Period, ...]:
    return tuple(
        Period(start + _minutes(begin), None if length is None else start + _minutes(begin + length))
        for begin, length in spans
    )


def _is_open_by_the_clock_face(calendar: Calendar, at: datetime) -> bool:
    local = at.astimezone(calendar.zone)
    return (
        local.weekday() in calendar.days
        and local.date() not in calendar.holidays
        and calendar.opens <= local.time()
        and (calendar.closes is None or local.time() < calendar.closes)
    )


class TestBusinessTime:
    @given(calendar=calendars, start=starts, length=st.integers(0, 3000), spans=pauses)
    def test_is_the_sum_of_the_open_minutes_counted_one_by_one(
        self, calendar: Calendar, start: datetime, length: int, spans: list[tuple[int, int | None]]
    ) -> None:
        held = _after(start, spans)
        counted = sum(
            _is_open_by_the_clock_face(calendar, at)
            and not any(one.start <= at and (one.end is None or at < one.end) for one in held)
            for at in (start + _minutes(minute) for minute in range(length))
        )
        assert calendar.elapsed(since=start, until=start + _minutes(length), pauses=held) == _minutes(counted)

    @given(calendar=calendars, start=starts, target=lengths, spans=pauses)
    def test_elapsed_until_due_is_the_target(
        self, calendar: Calendar, start: datetime, target: timedelta, spans: list[tuple[int, int | None]]
    ) -> None:
        held = _after(start, spans)
        due = calendar.after(target, since=start, pauses=held)
        assume(due is not None)
        assert due is not None
        assert calendar.elapsed(since=start, until=due, pauses=held) == target
        assert due == start or calendar.elapsed(since=start, until=due - timedelta.resolution, pauses=held) < target

    @given(calendar=calendars, start=starts, target=lengths, spans=pauses, more=pauses)
    def test_is_never_due_earlier_for_more_pauses(
        self,
        calendar: Calendar,
        start: datetime,
        target: timedelta,
        spans: list[tuple[int, int | None]],
        more: list[tuple[int, int | None]],
    ) -> None:
        first = calendar.after(target, since=start, pauses=_after(start, spans))
        then = calendar.after(target, since=start, pauses=_after(start, spans + more))
        assert then is None or (first is not None and then >= first)

    @given(calendar=calendars, start=starts, first=st.integers(0, 5000), second=st.integers(0, 5000))
    def test_adds_up(self, calendar: Calendar, start: datetime, first: int, second: int) -> None:
        middle = start + _minutes(first)
        end = middle + _minutes(second)
        parts = calendar.elapsed(since=start, until=middle) + calendar.elapsed(since=middle, until=end)
        assert parts == calendar.elapsed(since=start, until=end)

    def test_knows_no_holiday_but_those_it_was_given(self) -> None:
        assert date(2026, 5, 1) in HOLIDAYS
        unaware = replace(OFFICE, holidays=frozenset())
        since, until = paris("2026-05-01T00:00"), paris("2026-05-02T00:00")
        assert unaware.elapsed(since=since, until=until) == timedelta(hours=12)
