"""What is waiting for a worker, in one cheap look: asked many times a second, answered from partial indexes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.columns import Instant

_LOOK = text(
    """
    SELECT EXISTS (SELECT FROM inbox WHERE state = 'new'),
           EXISTS (SELECT FROM inbox WHERE state = 'ready' AND run_at <= :now),
           EXISTS (SELECT FROM outbox WHERE worker IS NULL AND run_at <= :now) OR
           EXISTS (SELECT FROM outbox WHERE lease_until < :now),
           EXISTS (SELECT FROM event WHERE position IS NULL)
    """
).bindparams(bindparam("now", type_=Instant))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whether there is something to look at, to take through, to deliver, to place in the log."""

    unread: bool
    ready: bool
    due: bool
    unplaced: bool


class Watch:
    """Looks what waits, over one connection of its own that no transaction holds open."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None

    async def look(self, *, now: datetime) -> Waiting:
        """What waits at `now`. What another worker holds may be told too: then somebody looks in vain."""
        if self._connection is None:
            opened = await self._engine.connect()
            self._connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        try:
            return Waiting(*(await self._connection.execute(_LOOK, {"now": now})).one())
        except BaseException:
            lost, self._connection = self._connection, None
            await lost.invalidate()
            raise

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
