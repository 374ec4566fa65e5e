"""Identifiers in the order of time."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from domain.ids import lowest_at, mint

NOW = datetime(2026, 3, 2, 9, 30, 0, 123_456, tzinfo=UTC)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


class TestAnId:
    @given(instants)
    def test_is_a_uuid_of_version_7(self, now: datetime) -> None:
        made = mint(now)
        assert (made.version, made.variant) == (7, RFC_4122)

    @given(instants, instants)
    def test_sorts_by_the_time_it_was_made(self, one: datetime, other: datetime) -> None:
        if one != other:
            assert (mint(one) < mint(other)) == (one < other)

    @given(instants)
    def test_holds_its_millisecond(self, now: datetime) -> None:
        assert mint(now).int >> 80 == int(now.timestamp()) * 1000 + now.microsecond // 1000

    def test_is_unique_among_many_of_one_instant(self) -> None:
        assert len({mint(NOW) for _ in range(20_000)}) == 20_000

    def test_keeps_the_order_of_minting_within_one_instant(self) -> None:
        made = [mint(NOW) for _ in range(20_000)]
        assert made == sorted(made)


class TestTheLowestId:
    @given(instants)
    def test_is_at_most_any_made_then_and_above_any_made_before(self, now: datetime) -> None:
        assert lowest_at(now) < mint(now)
        assert mint(now - timedelta(milliseconds=1)) < lowest_at(now)
