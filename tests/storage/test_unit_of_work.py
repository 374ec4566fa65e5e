"""A step happens as a whole, with everything that is told about it, or not at all."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.events import CallHeld, Event, EventUnrecognised
from storage import event_log, tables
from storage.ticket import writes
from storage.unit_of_work import UnitOfWork
from tests.architecture.checkout import ROOMS, Source, faults, python
from tests.architecture.code import says, uses
from tests.conftest import NOW
from tests.storage.rows import Rows, a_ticket

pytestmark = pytest.mark.database

HELD = CallHeld(at=NOW)


async def log(engine: AsyncEngine) -> list[Event]:
    """What the log holds."""
    async with engine.begin() as connection:
        await event_log.place(connection)
        return [placed.event for placed in await event_log.read_after(connection, 0)]


class TestAUnitOfWork:
    async def test_undoes_everything_unless_it_is_committed(self, rows: Rows) -> None:
        async with UnitOfWork(rows.engine) as work:
            await writes.add(work.connection, [a_ticket()])
            work.record(HELD)
        assert await rows.all(tables.ticket) == []
        assert await log(rows.engine) == []

    async def test_undoes_everything_when_it_fails(self, rows: Rows) -> None:
        async def step() -> None:
            async with UnitOfWork(rows.engine) as work:
                await writes.add(work.connection, [a_ticket()])
                work.record(HELD)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await step()
        assert await rows.all(tables.ticket) == []
        assert await log(rows.engine) == []

    async def test_undoes_everything_when_it_is_cancelled(self, rows: Rows) -> None:
        began = asyncio.Event()

        async def step() -> None:
            async with UnitOfWork(rows.engine) as work:
                await writes.add(work.connection, [a_ticket()])
                began.set()
                await asyncio.Event().wait()
                await work.commit()

        task = asyncio.create_task(step())
        await began.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await rows.all(tables.ticket) == []
        assert rows.engine.sync_engine.pool.checkedout() == 0  # type: ignore[attr-defined]

    async def test_keeps_rows_and_events_together_in_order(self, rows: Rows) -> None:
        told = [EventUnrecognised(at=NOW, channel="fake", sort=f"{number}") for number in range(20)]
        async with UnitOfWork(rows.engine) as work:
            await writes.add(work.connection, [a_ticket()])
            work.record(*told[:10])
            work.record(*told[10:])
            await work.commit()
        assert len(await rows.all(tables.ticket)) == 1
        assert await log(rows.engine) == told

    async def test_keeps_nothing_when_an_event_cannot_be_kept(self, rows: Rows) -> None:
        async with UnitOfWork(rows.engine) as work:
            await writes.add(work.connection, [a_ticket()])
            work.record(HELD, CallHeld(at=datetime(2026, 3, 2)))  # noqa: DTZ001
            with pytest.raises(StatementError, match="give it a zone"):
                await work.commit()
        assert await rows.all(tables.ticket) == []
        assert await log(rows.engine) == []

    async def test_shows_nothing_to_others_before_it_is_committed(self, rows: Rows) -> None:
        async with UnitOfWork(rows.engine) as work:
            await writes.add(work.connection, [a_ticket()])
            assert await rows.all(tables.ticket) == []
            await work.commit()
            assert len(await rows.all(tables.ticket)) == 1

    async def test_tells_each_event_once_although_it_is_committed_twice(self, rows: Rows) -> None:
        async with UnitOfWork(rows.engine) as work:
            work.record(HELD)
            await work.commit()
            await work.commit()
        assert await log(rows.engine) == [HELD]

    async def test_takes_no_event_along_into_its_next_use(self, rows: Rows) -> None:
        work = UnitOfWork(rows.engine)
        async with work:
            work.record(HELD)
        async with work:
            await work.commit()
        assert await log(rows.engine) == []

    async def test_has_no_connection_before_and_after(self, rows: Rows) -> None:
        work = UnitOfWork(rows.engine)
        with pytest.raises(RuntimeError, match="async with"):
            _ = work.connection
        async with work:
            await work.connection.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError, match="async with"):
            _ = work.connection

    async def test_gives_its_connection_back_without_what_it_left_undone(self, rows: Rows) -> None:
        for _ in range(30):  # more often than there are connections
            async with UnitOfWork(rows.engine) as work:
                await work.connection.execute(text("LOCK TABLE ticket"))
        assert await rows.all(tables.ticket) == []


#: Inside every transaction a notice costs three quarters of the throughput: only the bus of the relay gives one.
NOTICES = {"hub/bus/postgres.py": "the bus, one notice a batch"}


def gives_notice(source: Source) -> list[str]:
    """Where the file has the database tell listeners."""
    return uses(source, {"sqlalchemy.func.pg_notify"}) + says(source, r"\b(NOTIFY\s+\w|pg_notify\b)")


class TestANotice:
    def test_is_given_by_the_bus_alone(self) -> None:
        assert faults(gives_notice, python(*ROOMS, "migrations"), excepted=NOTICES) == []

    @pytest.mark.parametrize(
        "code",
        ["text('NOTIFY hub_log')", "f('SELECT pg_notify($1, $2)')", "from sqlalchemy import func\nfunc.pg_notify('x')"],
    )
    def test_is_seen_elsewhere(self, code: str) -> None:
        assert gives_notice(Source("storage/x.py", code))
