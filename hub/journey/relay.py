"""The relay: gives committed events their place in the log and tells the bus. One relay at a time, whoever runs it.

A crash between placing and telling is repaired at the next start: the bus is told again (at least once).
"""

import time

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from hub import metrics
from hub.bus.port import Bus
from storage import event_log
from storage.engine import libpq_arguments
from storage.unit_of_work import UnitOfWork

#: Whoever holds this advisory lock is the relay.
LOCK = 7_201_002
#: How often one that lost tries again.
_STAND_AGAIN_SECONDS = 0.5
#: How often it writes down how far it told.
_REMEMBER_SECONDS = 1.0


class Relay:
    """Use `stand_for` until it says yes, then `work` again and again."""

    def __init__(self, *, engine: AsyncEngine, url: str, bus: Bus) -> None:
        self._engine, self._url, self._bus = engine, url, bus
        self._seat: asyncpg.Connection | None = None
        self._seated = False
        self._again_at = 0.0
        self._told = self._remembered = -1
        self._remember_at = 0.0

    async def stand_for(self) -> bool:
        """Try to become the relay; the lock is held by a connection of its own until we or the database end."""
        if self._seat is not None and self._seat.is_closed():
            self._seat, self._seated = None, False
        if self._seated:
            return True
        now = time.monotonic()
        if now < self._again_at:
            return False
        self._again_at = now + _STAND_AGAIN_SECONDS
        if self._seat is None:
            self._seat = await asyncpg.connect(**libpq_arguments(self._url))
        self._seated = bool(await self._seat.fetchval("SELECT pg_try_advisory_lock($1)", LOCK))
        self._told = self._remembered = -1
        return self._seated

    async def work(self) -> int:
        """Place what is new and tell the bus; returns how many events were placed."""
        async with UnitOfWork(self._engine) as work:
            first, last = await event_log.place(work.connection)
            if first <= last:
                await work.commit()
        if last > self._told:
            await self._bus.publish(last)
            self._told = last
        await self._remember()
        placed = last - first + 1
        metrics.RELAYED.inc(placed)
        return placed

    async def _remember(self) -> None:
        """Write down how far the bus was told, now and then: what was told twice after a crash is heard once."""
        now = time.monotonic()
        if self._told > self._remembered and now >= self._remember_at:
            async with UnitOfWork(self._engine) as work:
                await event_log.mark_published(work.connection, self._told)
                await work.commit()
            self._remembered, self._remember_at = self._told, now + _REMEMBER_SECONDS

    async def resign(self) -> None:
        """Let another one be the relay."""
        if self._seat is not None:
            await self._seat.close()
            self._seat, self._seated = None, False
