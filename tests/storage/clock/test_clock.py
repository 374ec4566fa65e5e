"""A promise runs from its start, is warned of once and broken once, and is kept when it was kept."""

import asyncio
from datetime import timedelta

import pytest

from domain.ids import TicketId
from storage import tables
from storage.clock import reads, writes
from storage.clock.reads import Clock
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows

pytestmark = pytest.mark.database

HOUR = timedelta(hours=1)


async def start(rows: Rows, *clocks: Clock) -> None:
    """Promises begin to run."""
    async with UnitOfWork(rows.engine) as work:
        await writes.start(work.connection, clocks)
        await work.commit()


async def a_clock(rows: Rows, name: str = "first_response", **changes: object) -> Clock:
    """A promise of four hours on a new ticket, warned of after three."""
    ticket = await rows.add_ticket()
    due = {"due_at": NOW + 4 * HOUR, "warning_at": NOW + 3 * HOUR} | changes
    clock = Clock(ticket.id, name, "broker", 240.0, NOW, **due)  # type: ignore[arg-type]
    await start(rows, clock)
    return clock


async def of_ticket(rows: Rows, ticket_id: TicketId) -> tuple[Clock, ...]:
    """The clocks of a ticket as they are kept."""
    async with rows.engine.connect() as connection:
        return await reads.of_ticket(connection, ticket_id)


class TestAPromise:
    async def test_is_kept_as_it_was_made(self, rows: Rows) -> None:
        clock = await a_clock(rows)
        assert await of_ticket(rows, clock.ticket_id) == (clock,)

    async def test_never_restarts(self, rows: Rows) -> None:
        clock = await a_clock(rows)
        again = Clock(clock.ticket_id, clock.name, "assister", 1.0, NOW + HOUR, NOW + 2 * HOUR, NOW + HOUR)
        other = Clock(clock.ticket_id, "resolution", "broker", 600.0, NOW + HOUR, None, None)
        await start(rows, again, other)
        await start(rows)
        assert await of_ticket(rows, clock.ticket_id) == (clock, other)

    async def test_is_met_at_its_time_and_runs_no_longer(self, rows: Rows) -> None:
        clock = await a_clock(rows)
        async with UnitOfWork(rows.engine) as work:
            assert await reads.running(work.connection, clock.ticket_id) == (clock,)
            await writes.meet(work.connection, ticket_id=clock.ticket_id, name=clock.name, at=NOW + HOUR)
            assert await reads.running(work.connection, clock.ticket_id) == ()
            await work.commit()
        assert [one.met_at for one in await of_ticket(rows, clock.ticket_id)] == [NOW + HOUR]

    async def test_is_met_by_one_at_a_time(self, rows: Rows) -> None:
        """Two who answer at once: the second finds it kept."""
        clock = await a_clock(rows)
        met = []

        async def answer() -> None:
            async with UnitOfWork(rows.engine) as work:
                for found in await reads.running(work.connection, clock.ticket_id):
                    await writes.meet(work.connection, ticket_id=found.ticket_id, name=found.name, at=NOW + HOUR)
                    met.append(found)
                await work.commit()

        await asyncio.gather(*(answer() for _ in range(4)))
        assert met == [clock]


class TestAWarning:
    async def test_comes_when_its_time_has_come(self, rows: Rows) -> None:
        clock = await a_clock(rows)
        async with UnitOfWork(rows.engine) as work:
            before = clock.started_at + 3 * HOUR - timedelta(microseconds=1)
            assert await reads.to_warn(work.connection, now=before, limit=10) == ()
            assert await reads.to_warn(work.connection, now=NOW + 3 * HOUR, limit=10) == (clock,)

    async def test_comes_once_with_two_workers(self, rows: Rows) -> None:
        clocks = [await a_clock(rows) for _ in range(10)]
        warned: list[Clock] = []
        together = asyncio.Barrier(2)

        async def warn() -> None:
            async with UnitOfWork(rows.engine) as work:
                found = await reads.to_warn(work.connection, now=NOW + 3 * HOUR, limit=6)
                await together.wait()  # both have looked, neither has told
                await writes.mark_warned(work.connection, found, now=NOW + 3 * HOUR)
                await work.commit()
            warned.extend(found)

        await asyncio.gather(warn(), warn())
        assert sorted(clock.ticket_id for clock in warned) == sorted(clock.ticket_id for clock in clocks)
        async with UnitOfWork(rows.engine) as work:
            assert await reads.to_warn(work.connection, now=NOW + 9 * HOUR, limit=10) == ()

    async def test_never_comes_for_a_promise_that_was_kept_or_stands_still(self, rows: Rows) -> None:
        kept = await a_clock(rows)
        await a_clock(rows, due_at=None, warning_at=None)
        async with UnitOfWork(rows.engine) as work:
            await writes.meet(work.connection, ticket_id=kept.ticket_id, name=kept.name, at=NOW)
            assert await reads.to_warn(work.connection, now=NOW + 9 * HOUR, limit=10) == ()
            assert await reads.to_breach(work.connection, now=NOW + 9 * HOUR, limit=10) == ()


class TestABreach:
    async def test_comes_after_the_instant_that_was_promised(self, rows: Rows) -> None:
        clock = await a_clock(rows)
        async with UnitOfWork(rows.engine) as work:
            assert await reads.to_breach(work.connection, now=NOW + 4 * HOUR, limit=10) == ()
            just_after = NOW + 4 * HOUR + timedelta(microseconds=1)
            assert await reads.to_breach(work.connection, now=just_after, limit=10) == (clock,)

    async def test_comes_once_with_two_workers(self, rows: Rows) -> None:
        clocks = [await a_clock(rows) for _ in range(10)]
        broken: list[Clock] = []
        together = asyncio.Barrier(2)

        async def breach() -> None:
            async with UnitOfWork(rows.engine) as work:
                found = await reads.to_breach(work.connection, now=NOW + 5 * HOUR, limit=6)
                await together.wait()
                await writes.mark_breached(work.connection, found, now=NOW + 5 * HOUR)
                await work.commit()
            broken.extend(found)

        await asyncio.gather(breach(), breach())
        assert sorted(clock.ticket_id for clock in broken) == sorted(clock.ticket_id for clock in clocks)
        assert {row["breached_at"] for row in await rows.all(tables.clock)} == {NOW + 5 * HOUR}
        async with UnitOfWork(rows.engine) as work:
            assert await reads.to_breach(work.connection, now=NOW + 9 * HOUR, limit=10) == ()

    async def test_is_told_of_the_longest_overdue_first(self, rows: Rows) -> None:
        late = await a_clock(rows, due_at=NOW + 2 * HOUR, warning_at=NOW)
        later = await a_clock(rows, due_at=NOW + HOUR, warning_at=NOW)
        async with UnitOfWork(rows.engine) as work:
            assert await reads.to_breach(work.connection, now=NOW + 9 * HOUR, limit=10) == (later, late)
            assert await reads.to_breach(work.connection, now=NOW + 9 * HOUR, limit=1) == (later,)

    async def test_marks_its_own_promise_and_no_other_of_the_ticket(self, rows: Rows) -> None:
        clock = await a_clock(rows)
        await start(rows, Clock(clock.ticket_id, "resolution", "broker", 60.0, NOW, NOW + 9 * HOUR, NOW + 8 * HOUR))
        async with UnitOfWork(rows.engine) as work:
            await writes.mark_breached(work.connection, [clock], now=NOW + 5 * HOUR)
            await writes.mark_warned(work.connection, [], now=NOW + 5 * HOUR)
            await work.commit()
        assert [(one.name, one.breached_at) for one in await of_ticket(rows, clock.ticket_id)] == [
            ("first_response", NOW + 5 * HOUR),
            ("resolution", None),
        ]
