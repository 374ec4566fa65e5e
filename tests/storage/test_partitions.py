"""The event log lies in months: three of them ahead, and whatever lies outside them is kept and told."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.events import CallHeld, Event
from domain.ids import lowest_at, mint
from hub.migration import ahead, migrate
from storage import event_log
from storage.event_log import months
from storage.unit_of_work import UnitOfWork

pytestmark = pytest.mark.database

#: Years away from the partitions that the template has.
MAY = datetime(2031, 5, 1, tzinfo=UTC)
JUNE, JULY = datetime(2031, 6, 1, tzinfo=UTC), datetime(2031, 7, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones())  # noqa: DTZ001


async def make(engine: AsyncEngine, since: datetime, until: datetime) -> tuple[str, ...]:
    """Make partitions, committed."""
    async with UnitOfWork(engine) as work:
        made = await event_log.make_partitions(work.connection, since=since, until=until)
        await work.commit()
    return made


async def tell(engine: AsyncEngine, *events: Event) -> None:
    """Append events, committed."""
    async with UnitOfWork(engine) as work:
        await event_log.append(work.connection, events)
        await work.commit()


async def lie_in(engine: AsyncEngine) -> Sequence[str]:
    """The partition of each event, in order of ids."""
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT tableoid::regclass::text FROM event ORDER BY id"))
        return found.scalars().all()


async def stray(engine: AsyncEngine) -> int:
    """How many events lie outside every month."""
    async with engine.connect() as connection:
        return await event_log.stray(connection)


class TestMonths:
    @given(instants, st.timedeltas(timedelta(0), timedelta(days=2000)))
    def test_cover_what_is_asked_for_without_gap_or_overlap(self, since: datetime, length: timedelta) -> None:
        until = since + length
        found = list(months(since, until))
        assert [end for _, end in found[:-1]] == [start for start, _ in found[1:]]
        assert all((start.day, start.hour, start.tzinfo) == (1, 0, UTC) for start, _ in found)
        if length:
            assert found[0][0] <= since < found[0][1]
            assert found[-1][0] < until <= found[-1][1]

    def test_turn_with_the_year(self) -> None:
        december = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
        assert [f"{start:%Y-%m}" for start, _ in months(december, december + timedelta(days=1))] == [
            "2026-12",
            "2027-01",
        ]

    def test_turn_by_utc_and_not_by_the_clock_of_the_place(self) -> None:
        in_paris = datetime.fromisoformat("2026-06-01T01:00:00+02:00")
        assert [f"{start:%Y-%m}" for start, _ in months(in_paris, in_paris + _TICK)] == ["2026-05"]


class TestPartitions:
    async def test_are_made_three_months_ahead(self, engine: AsyncEngine) -> None:
        now = datetime(2031, 11, 30, 12, tzinfo=UTC)
        assert await make(engine, now, ahead(now)) == (
            "event_2031_11",
            "event_2031_12",
            "event_2032_01",
            "event_2032_02",
        )
        later = now + timedelta(days=1)
        assert await make(engine, later, ahead(later)) == ("event_2032_03",)

    async def test_are_made_once(self, engine: AsyncEngine) -> None:
        assert await make(engine, MAY, JULY) == ("event_2031_05", "event_2031_06")
        assert await make(engine, MAY, JULY) == ()

    async def test_are_made_by_two_at_once_and_neither_fails(self, engine: AsyncEngine) -> None:
        made = await asyncio.gather(*(make(engine, MAY, JULY) for _ in range(4)))
        assert sorted(name for names in made for name in names) == ["event_2031_05", "event_2031_06"]

    async def test_hold_the_first_and_the_last_instant_of_their_month(self, engine: AsyncEngine) -> None:
        await make(engine, MAY, JULY)
        for at in (MAY, JUNE - _TICK, JUNE, JULY - _TICK, JULY):
            await tell(engine, CallHeld(at=at))
        assert await lie_in(engine) == [
            "event_2031_05",
            "event_2031_05",
            "event_2031_06",
            "event_2031_06",
            "event_default",
        ]

    async def test_begin_at_the_lowest_id_of_their_month(self) -> None:
        assert mint(JUNE - _TICK) < lowest_at(JUNE) < mint(JUNE)

    async def test_are_those_of_the_event_log_alone_and_its_key_is_the_id_alone(self, engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            parted = await connection.execute(text("SELECT partrelid::regclass::text FROM pg_partitioned_table"))
            assert parted.scalars().all() == ["event"]
            key = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'pk_event'")
            assert (await connection.execute(key)).scalar_one() == "PRIMARY KEY (id)"


class TestAnEventOutsideEveryMonth:
    async def test_is_kept_read_and_told(self, engine: AsyncEngine) -> None:
        assert await stray(engine) == 0
        event = CallHeld(at=MAY)
        await tell(engine, event)
        assert await lie_in(engine) == ["event_default"]
        assert await stray(engine) == 1
        async with UnitOfWork(engine) as work:
            await event_log.place(work.connection)
            assert [one.event for one in await event_log.read_after(work.connection, 0)] == [event]

    async def test_is_taken_into_its_month_once_that_is_made(self, engine: AsyncEngine) -> None:
        """Else that month, and the start of the hub with it, would fail for ever."""
        told = [CallHeld(at=at) for at in (MAY, JUNE - _TICK, JUNE)]
        await tell(engine, *told)
        assert await make(engine, MAY, JUNE) == ("event_2031_05",)
        assert await lie_in(engine) == ["event_2031_05", "event_2031_05", "event_default"]
        assert await stray(engine) == 1
        async with UnitOfWork(engine) as work:
            assert await event_log.place(work.connection) == (1, 3)
            assert [one.event for one in await event_log.read_after(work.connection, 0)] == told

    async def test_does_not_keep_the_hub_from_starting(self, engine: AsyncEngine) -> None:
        await tell(engine, CallHeld(at=MAY))
        await migrate(engine, now=MAY)
        assert await stray(engine) == 0
        async with engine.connect() as connection:
            indexes = text("SELECT count(*) FROM pg_indexes WHERE tablename = :name")
            counts = [
                (await connection.execute(indexes, {"name": name})).scalar_one() for name in ("event", "event_2031_05")
            ]
        assert counts[0] == counts[1] > 1
