"""The bus between processes: LISTEN and NOTIFY on a connection of its own."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from types import TracebackType
from typing import Any, Self

import asyncpg

from hub.bus.memory import MemoryBus
from hub.bus.port import BusAway
from storage.engine import libpq_arguments

log = logging.getLogger(__name__)

CHANNEL = "hub_log"
#: How the connection calls itself in pg_stat_activity.
APPLICATION_NAME = "hub bus"
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0

#: What goes wrong between us and a server that is away, going, or refuses us for now.
_TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)


class PostgresBus:
    """Wakes the subscribers of every process on one database. Use as an async context manager.

    Without a database it opens all the same, tries again with growing pauses, and wakes its subscribers once it is
    back. `pulse_seconds`: how often a silent connection is asked whether it still lives.
    """

    def __init__(self, url: str, *, pulse_seconds: float = 15.0, timeout_seconds: float = 5.0) -> None:
        self._arguments = libpq_arguments(url)
        self._pulse_seconds = pulse_seconds
        self._timeout_seconds = timeout_seconds
        self._here = MemoryBus()
        self._connection: Any = None
        self._lost = asyncio.Event()
        self._speaking = asyncio.Lock()
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        with suppress(*_TROUBLE):
            await self._connect()
        self._keeper = asyncio.create_task(self._keep(), name="bus-listener")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self._hang_up()
        self._here.close()

    async def publish(self, position: int) -> None:
        """Notify once that the log has events up to `position`. Raises BusAway."""
        connection, lost = self._connection, self._lost
        if connection is None:
            raise BusAway(f"Head {position} was not published: the database is away")
        try:
            await self._say(connection, "SELECT pg_notify($1, $2)", CHANNEL, str(position))
        except _TROUBLE as error:
            lost.set()  # also when it was only slow: the next one finds a fresh connection
            raise BusAway(f"Head {position} may not have been published: {type(error).__name__} {error}") from error

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[int]]:
        """Heads from now on, for as long as the context is open."""
        return self._here.subscribe()

    async def _keep(self) -> None:
        """Keep a living connection, for ever."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                if self._connection is None:
                    await self._connect()
                pause = _FIRST_PAUSE_SECONDS
                await self._watch(self._connection, self._lost)
            except Exception:
                log.warning("bus_away", exc_info=True, extra={"again_in_seconds": pause})
                self._hang_up()
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _connect(self) -> None:
        lost = asyncio.Event()
        connection = await asyncpg.connect(
            **self._arguments,
            command_timeout=self._timeout_seconds,
            server_settings={"application_name": APPLICATION_NAME},
        )
        try:
            connection.add_termination_listener(lambda _connection: lost.set())
            await connection.add_listener(CHANNEL, self._heard)
        except BaseException:
            connection.terminate()
            raise
        self._connection, self._lost = connection, lost
        self._here.wake()  # what was said before we listened is in the log

    async def _watch(self, connection: Any, lost: asyncio.Event) -> None:
        """Raise once the connection is lost or no longer answers; never return."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pulse_seconds):
                    await lost.wait()
                    raise ConnectionError("the connection that listens was lost")
            await self._say(connection, "SELECT 1")

    async def _say(self, connection: Any, statement: str, *values: str) -> None:
        async with self._speaking:  # one statement at a time on the connection
            await connection.execute(statement, *values)

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    def _heard(self, _connection: Any, _process: int, _channel: str, payload: str) -> None:
        if payload.isascii() and payload.isdigit():
            self._here.tell(int(payload))
        else:
            self._here.wake()  # somebody else spoke on our channel: reading once too often does no harm
