"""Two workers of the inbox, and what they do with its rows, each step committed."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from storage import inbox
from storage.inbox import InboxRow
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows

LEASE = timedelta(seconds=30)
ONE, TWO = uuid4(), uuid4()


async def claim(rows: Rows, worker: UUID = ONE, *, now: datetime = NOW, limit: int = 100) -> list[int]:
    """What a worker claims, as ids."""
    return [row.id for row in await claimed(rows, worker, now=now, limit=limit)]


async def claimed(rows: Rows, worker: UUID = ONE, *, now: datetime = NOW, limit: int = 100) -> tuple[InboxRow, ...]:
    """What a worker claims."""
    async with UnitOfWork(rows.engine) as work:
        found = await inbox.claim(work.connection, worker=worker, now=now, lease=LEASE, limit=limit)
        await work.commit()
    return found


async def finish(rows: Rows, ids: list[int], worker: UUID = ONE) -> int:
    """A worker has done its rows."""
    async with UnitOfWork(rows.engine) as work:
        done = await inbox.finish(work.connection, [(row, "message") for row in ids], worker=worker, now=NOW)
        await work.commit()
    return done


async def fail(rows: Rows, row: InboxRow, worker: UUID = ONE, *, now: datetime = NOW) -> bool:
    """A worker could not do its row."""
    async with UnitOfWork(rows.engine) as work:
        spent = await inbox.fail(work.connection, row, worker=worker, now=now, error="ValueError in parse")
        await work.commit()
    return spent
