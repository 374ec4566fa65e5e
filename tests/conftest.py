"""One PostgreSQL a test process, built by running the migrations; each test gets a database of its own from them."""

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.clock import FixedClock, SystemClock
from hub.embedded import throwaway_postgres
from hub.migration import migrate
from storage.engine import connect, libpq_arguments
from storage.keys import Keyring

#: A Monday morning in winter, Paris open.
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server with a migrated database `template_hub`."""
    with throwaway_postgres(settings={"fsync": "off", "max_connections": "100"}, base=_memory()) as url:
        asyncio.run(_make_template(url))
        yield url


def _memory() -> Path | None:
    """A folder in memory, where the machine has one with room: what a test writes need not outlive it."""
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > 4_000_000_000
    return folder if roomy else None


async def _make_template(url: str) -> None:
    await _run(url, "CREATE DATABASE template_hub")
    engine = connect(database_of(url, "template_hub"), pool=2)
    await migrate(engine, now=SystemClock().now())
    await migrate(engine, now=NOW)
    await engine.dispose()


@pytest.fixture
async def database_url(server: str) -> AsyncIterator[str]:
    """A database of this test alone, at the newest revision and empty."""
    name = f"test_{next(_numbers)}"
    await _run(server, f"CREATE DATABASE {name} TEMPLATE template_hub")
    yield database_of(server, name)
    await _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fresh_database_url(server: str) -> Iterator[str]:
    """The same for tests that run no event loop of their own (browsers)."""
    name = f"test_{next(_numbers)}"
    run_apart(_run(server, f"CREATE DATABASE {name} TEMPLATE template_hub"))
    yield database_of(server, name)
    run_apart(_run(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on the test's database."""
    engine = connect(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def keyring() -> Keyring:
    """A keyring of fixed keys."""
    return Keyring(bytes(range(32)))


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at NOW until the test moves it."""
    return FixedClock(NOW)


def run_apart(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: a browser's test has an event loop that is not ours."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coroutine).result()


def database_of(url: str, name: str) -> str:
    """The same server, another database."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(**libpq_arguments(url))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
