"""The one transaction of a step: rollback by default, commit once and explicitly, events in the same transaction.

One of the two places in the product that commit (the other is storage.inbox.group_commit).
"""

from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.events import Event
from storage import event_log


class UnitOfWork:
    """`async with UnitOfWork(engine) as work:` … `await work.commit()`.

    No network call may happen inside; leaving without commit undoes everything.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._events: list[Event] = []
        self._connection: AsyncConnection | None = None

    @property
    def connection(self) -> AsyncConnection:
        """The open transaction's connection."""
        if self._connection is None:
            raise RuntimeError("this unit of work is not open: use it in `async with`")
        return self._connection

    async def __aenter__(self) -> Self:
        self._connection = await self._engine.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection, self._connection = self.connection, None
        self._events.clear()
        await connection.close()

    def record(self, *events: Event) -> None:
        """Keep events for the log; they are appended, in order, by `commit`."""
        self._events.extend(events)

    async def commit(self) -> None:
        """Append the recorded events and commit."""
        await event_log.append(self.connection, self._events)
        self._events.clear()
        await self.connection.commit()
