"""Waiting for what will happen, and looking at who waits for whom in a database."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg

#: How many sessions of this database wait for a lock.
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 10) -> None:
    """Wait for a condition; fail when it does not come in time."""
    async with asyncio.timeout(seconds):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.01)


async def somebody_waits(connection: asyncpg.Connection) -> bool:
    """Whether a session of this connection's database waits for a lock."""
    return bool(await connection.fetchval(WAITING))
