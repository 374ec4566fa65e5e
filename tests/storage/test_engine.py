"""Connections that never wait for ever, tell nobody what people wrote, and say when the database is away."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.engine import asyncpg_url, connect, digest, is_away, lane_of, libpq_arguments

pytestmark = pytest.mark.database


async def fault_of(work: Callable[[], Awaitable[object]]) -> BaseException:
    """The error that this ends with."""
    try:
        await work()
    except Exception as error:  # noqa: BLE001 - any
        return error
    raise AssertionError("it went well")


class TestAConnection:
    async def test_waits_for_nothing_for_ever(self, engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                query = text("SELECT setting::int FROM pg_settings WHERE name = :name")
                assert 0 < (await connection.execute(query, {"name": name})).scalar_one() <= 30_000, name

    async def test_tells_nobody_what_was_in_a_statement_that_failed(self, engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            with pytest.raises(DBAPIError) as failed:
                await connection.execute(text("SELECT 1 / 0, CAST(:words AS text)"), {"words": "zyxgrippe"})
        assert "zyxgrippe" not in f"{failed.value} {failed.value!r}"

    async def test_speaks_of_itself_by_its_name(self, engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            assert (await connection.execute(text("SHOW application_name"))).scalar_one() == "hub"


class TestADatabase:
    async def test_is_away_when_it_ends_the_connection(self, engine: AsyncEngine, database_url: str) -> None:
        other = await asyncpg.connect(**libpq_arguments(database_url))
        async with engine.connect() as connection:
            process = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            await other.execute("SELECT pg_terminate_backend($1, 5000)", process)
            assert is_away(await fault_of(lambda: connection.execute(text("SELECT 1"))))
        await other.close()

    async def test_is_away_when_it_is_not_there(self) -> None:
        for url in ("postgresql://hub@/hub?host=/nowhere", "postgresql://hub@127.0.0.1:9/hub"):
            engine = connect(url, pool=1)
            assert is_away(await fault_of(engine.connect().start))
            await engine.dispose()

    async def test_is_away_when_it_has_no_room_for_us(self, server: str, database_url: str) -> None:
        admin = await asyncpg.connect(**libpq_arguments(server))
        await admin.execute("CREATE ROLE nobody_else LOGIN CONNECTION LIMIT 0")
        crowded = connect(make_url(database_url).set(username="nobody_else").render_as_string(), pool=1)
        fault = await fault_of(crowded.connect().start)
        await crowded.dispose()
        await admin.execute("DROP ROLE nobody_else")
        await admin.close()
        assert is_away(fault)

    async def test_is_away_when_all_its_connections_are_taken(self, database_url: str) -> None:
        with self.narrow(database_url) as engine:
            async with engine.connect():
                assert is_away(await fault_of(engine.connect().start))
            await engine.dispose()

    async def test_is_there_when_a_statement_was_wrong(self, engine: AsyncEngine) -> None:
        for statement in ("SELECT 1 / 0", "SELECT nonsense", "INSERT INTO relay VALUES (1, 0, 0)"):

            async def run(connection: AsyncConnection, statement: str = statement) -> None:
                await connection.execute(text(statement))

            async with engine.connect() as connection:
                assert not is_away(await fault_of(lambda: run(connection)))
        assert not is_away(ValueError("nothing to do with it"))

    async def test_is_found_again_by_the_same_engine(self, engine: AsyncEngine, database_url: str) -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        other = await asyncpg.connect(**libpq_arguments(database_url))
        await other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await other.close()

        async def ask() -> int:
            async with engine.connect() as connection:
                return int((await connection.execute(text("SELECT 1"))).scalar_one())

        assert is_away(await fault_of(ask))
        assert await asyncio.wait_for(ask(), timeout=10) == 1

    @contextmanager
    def narrow(self, url: str) -> Iterator[AsyncEngine]:
        engine = connect(url, pool=1)
        pool = engine.sync_engine.pool
        pool._max_overflow, pool._timeout = 0, 0.1  # type: ignore[attr-defined]
        yield engine


class TestAnAddress:
    @pytest.mark.parametrize(
        ("url", "host", "port", "password"),
        [
            ("postgresql://hub@/hub?host=/run/hub&port=5433", "/run/hub", 5433, None),
            ("postgresql://hub:p%40ss@db.internal:6000/hub", "db.internal", 6000, "p@ss"),
            ("postgres://hub@db.internal/hub", "db.internal", 5432, None),
            ("postgresql+asyncpg://hub@db.internal/hub", "db.internal", 5432, None),
        ],
    )
    def test_of_any_form_says_the_same_to_both_drivers(
        self, url: str, host: str, port: int, password: str | None
    ) -> None:
        arguments = libpq_arguments(url)
        assert (arguments["host"], arguments["port"], arguments["password"]) == (host, port, password)
        assert (arguments["user"], arguments["database"]) == ("hub", "hub")
        assert make_url(asyncpg_url(url)).drivername == "postgresql+asyncpg"
        assert make_url(asyncpg_url(url)).password == password


class TestALane:
    @given(st.lists(st.text()), st.lists(st.text()))
    def test_is_the_same_for_the_same_parts_alone(self, one: list[str], other: list[str]) -> None:
        plain = [[part for part in parts if "\x1f" not in part] for parts in (one, other)]
        if any(plain):
            same = "\x1f".join(plain[0]) == "\x1f".join(plain[1])
            assert (lane_of(*plain[0]) == lane_of(*plain[1])) is same

    @given(st.text())
    def test_fits_its_column(self, part: str) -> None:
        assert -(2**63) <= lane_of(part) < 2**63

    def test_does_not_depend_on_the_process(self) -> None:
        assert lane_of("account", "+33600000001") == 336328764290313675
        assert digest("\ud800")
