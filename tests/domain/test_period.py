"""Half-open periods and their union."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.period import ImpossiblePeriod, Period, in_utc, outside, union

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def _period(start: int, end: int | None) -> Period:
    return Period(_at(start), None if end is None else _at(end))


periods = st.builds(
    lambda start, length: _period(start, None if length is None else start + length),
    st.integers(0, 60),
    st.none() | st.integers(0, 30),
)


class TestAPeriod:
    def test_cannot_end_before_it_starts(self) -> None:
        with pytest.raises(ImpossiblePeriod, match="cannot end"):
            _period(1, 0)

    def test_may_be_empty(self) -> None:
        assert _period(0, 0).end == NOON

    def test_is_kept_in_utc(self) -> None:
        east = NOON.astimezone(timezone(timedelta(hours=2)))
        assert Period(east).start.tzinfo is UTC

    def test_refuses_a_naive_time(self) -> None:
        with pytest.raises(ValueError, match="naive"):
            in_utc(NOON.replace(tzinfo=None))


class TestTheUnion:
    @pytest.mark.parametrize(
        ("given_periods", "expected"),
        [
            ([], []),
            ([(0, 0)], []),
            ([(5, 7), (0, 2)], [(0, 2), (5, 7)]),
            ([(0, 5), (3, 7)], [(0, 7)]),
            ([(0, 5), (5, 7)], [(0, 7)]),
            ([(0, 9), (3, 4)], [(0, 9)]),
            ([(0, 5), (3, None), (9, 12)], [(0, None)]),
            ([(0, 2), (4, None), (6, None)], [(0, 2), (4, None)]),
        ],
    )
    def test_puts_together_what_overlaps_or_touches(
        self, given_periods: list[tuple[int, int | None]], expected: list[tuple[int, int | None]]
    ) -> None:
        assert union(_period(*one) for one in given_periods) == tuple(_period(*one) for one in expected)

    @given(st.lists(periods, max_size=6), st.integers(-5, 100))
    def test_holds_an_instant_exactly_when_one_of_the_periods_does(self, some: list[Period], minute: int) -> None:
        def held(those: tuple[Period, ...] | list[Period]) -> bool:
            at = _at(minute)
            return any(one.start <= at and (one.end is None or at < one.end) for one in those)

        assert held(union(some)) == held(some)


class TestTheTimeOutside:
    @given(st.lists(periods, max_size=6), st.integers(-10, 60), st.integers(0, 60))
    def test_is_every_minute_of_the_span_that_no_period_holds(
        self, some: list[Period], start: int, length: int
    ) -> None:
        apart = union(some)
        parts = list(outside(apart, start=_at(start), end=_at(start + length)))
        minutes = {
            minute
            for minute in range(start, start + length)
            if not any(one.start <= _at(minute) and (one.end is None or _at(minute) < one.end) for one in apart)
        }
        assert {minute for minute in range(start, start + length) for a, b in parts if a <= _at(minute) < b} == minutes
        assert sum((b - a for a, b in parts), timedelta()) == timedelta(minutes=len(minutes))
