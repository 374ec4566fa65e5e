"""The bus between processes, on a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
import pytest

from hub.bus.port import Bus, BusAway, BusKind
from hub.bus.postgres import APPLICATION_NAME, CHANNEL, PostgresBus
from hub.bus.registry import BUSES
from storage.engine import libpq_arguments
from tests.conftest import database_of
from tests.contracts.bus_contract import BusContract, heads_until, next_head
from tests.hub.bus.silence import silencing_proxy

pytestmark = pytest.mark.database

_LISTENERS = "FROM pg_stat_activity WHERE datname = $1 AND application_name = $2"


class Server:
    """The server behind a bus, seen from a session on another of its databases."""

    def __init__(self, session: Any, database: str) -> None:
        self.session = session
        self.database = database

    async def listeners(self) -> set[int]:
        """The processes that serve a bus on the test's database."""
        rows = await self.session.fetch(f"SELECT pid {_LISTENERS}", self.database, APPLICATION_NAME)
        return {row["pid"] for row in rows}

    async def end_listeners(self) -> None:
        """End the connections of every bus; returns when they are gone."""
        await self.session.fetch(
            f"SELECT pg_terminate_backend(pid, 20000) {_LISTENERS}", self.database, APPLICATION_NAME
        )

    async def until_nobody_listens(self) -> None:
        """Return when no bus has a connection."""
        async with asyncio.timeout(20):
            while await self.listeners():
                await self.session.execute("SELECT pg_sleep(0.01)")

    async def admit(self, *, everybody: bool) -> None:
        """Let new sessions into the test's database, or nobody."""
        await self.session.execute(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS {everybody}")


@asynccontextmanager
async def session_on(url: str) -> AsyncIterator[Any]:
    """A session on a database."""
    connection = await asyncpg.connect(**libpq_arguments(url))
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def cluster(database_url: str) -> AsyncIterator[Server]:
    async with session_on(database_of(database_url, "postgres")) as session:
        yield Server(session, libpq_arguments(database_url)["database"])


async def published(bus: Bus, position: int) -> None:
    """Publish as the relay does: until it is told."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await bus.publish(position)
            except BusAway:
                await asyncio.sleep(0.01)


class TestThePostgresBus(BusContract):
    @pytest.fixture
    def opening(self, database_url: str) -> AbstractAsyncContextManager[Bus]:
        return BUSES[BusKind.POSTGRES](database_url)

    async def test_reaches_the_subscribers_of_another_process(self, database_url: str, cluster: Server) -> None:
        async with PostgresBus(database_url) as relay, PostgresBus(database_url) as api:
            async with relay.subscribe() as here, api.subscribe() as there:
                await relay.publish(12)
                assert await next_head(there) == await next_head(here) == 12
            assert len(await cluster.listeners()) == 2

    async def test_wakes_its_subscribers_when_a_lost_connection_is_back(
        self, database_url: str, cluster: Server
    ) -> None:
        async with PostgresBus(database_url) as bus, bus.subscribe() as heads:
            await bus.publish(1)
            assert await next_head(heads) == 1
            before = await cluster.listeners()
            await cluster.end_listeners()
            assert await next_head(heads) == 1  # nothing new was told: it is a call to read the log
            assert not before & await cluster.listeners()
            await published(bus, 2)
            await heads_until(heads, 2)

    async def test_says_when_a_head_was_not_told_and_can_tell_it_later(
        self, database_url: str, cluster: Server
    ) -> None:
        async with PostgresBus(database_url) as bus, bus.subscribe() as heads:
            await cluster.admit(everybody=False)
            await cluster.end_listeners()
            with pytest.raises(BusAway):
                await bus.publish(2)
            await cluster.admit(everybody=True)
            await published(bus, 2)
            await heads_until(heads, 2)

    async def test_opens_without_a_database_and_wakes_when_it_comes(self, database_url: str, cluster: Server) -> None:
        await cluster.admit(everybody=False)
        async with PostgresBus(database_url) as bus, bus.subscribe() as heads:
            with pytest.raises(BusAway, match="away"):
                await bus.publish(1)
            await cluster.admit(everybody=True)
            await next_head(heads)
            await published(bus, 1)
            await heads_until(heads, 1)

    async def test_leaves_a_connection_that_fell_silent(self, database_url: str) -> None:
        async with silencing_proxy(database_url) as (url, silence):
            bus = PostgresBus(url, pulse_seconds=0.05, timeout_seconds=0.5)
            async with bus, bus.subscribe() as heads:
                silence()
                await next_head(heads)
                await published(bus, 4)
                await heads_until(heads, 4)

    async def test_does_not_mind_what_others_say_on_its_channel(self, database_url: str) -> None:
        async with session_on(database_url) as session, PostgresBus(database_url) as bus, bus.subscribe() as heads:
            for words in ("", "bonjour", "-1", "²", "1.5"):
                await session.execute("SELECT pg_notify($1, $2)", CHANNEL, words)
                assert await next_head(heads) == 0

    async def test_notifies_once_a_head(self, database_url: str) -> None:
        heard: list[str] = []
        done = asyncio.Event()

        def note(_connection: Any, _process: int, _channel: str, payload: str) -> None:
            heard.append(payload)
            if payload == "3":
                done.set()

        async with session_on(database_url) as session, PostgresBus(database_url) as bus:
            await session.add_listener(CHANNEL, note)
            for position in (1, 2, 3):
                await bus.publish(position)
            async with asyncio.timeout(20):
                await done.wait()
            await session.remove_listener(CHANNEL, note)
        assert heard == ["1", "2", "3"]

    async def test_leaves_no_connection_behind(self, database_url: str, cluster: Server) -> None:
        async with PostgresBus(database_url) as bus:
            await bus.publish(1)
            assert len(await cluster.listeners()) == 1
        await cluster.until_nobody_listens()
