"""One loaded demo for all tests of this folder; they read it and change nothing."""

import itertools
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import connect, libpq_arguments
from tests.conftest import database_of, run_apart
from tests.hub.demo.loaded import Demo, load_once

_numbers = itertools.count(1)


@pytest.fixture(scope="package")
def demo(server: str) -> Iterator[Demo]:
    """The demo in a database of its own."""
    name = f"demo_{next(_numbers)}"
    run_apart(_run(server, f"CREATE DATABASE {name} TEMPLATE template_hub"))
    yield load_once(database_of(server, name))
    run_apart(_run(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def rows(demo: Demo) -> AsyncIterator[AsyncConnection]:
    """A connection that reads it."""
    engine = connect(demo.url, pool=2)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(**libpq_arguments(url))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
