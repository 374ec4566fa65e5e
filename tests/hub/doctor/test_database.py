"""The database, well and ill."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.ids import mint
from hub.clock import FixedClock, SystemClock
from hub.doctor.database import address_of, look_at_database
from hub.doctor.finding import Finding, State, is_well
from hub.settings import Settings
from storage.engine import connect
from tests.conftest import NOW, database_of

pytestmark = pytest.mark.database


async def findings(url: str, clock: SystemClock | FixedClock | None = None) -> dict[str, Finding]:
    """What the doctor finds at `url`, by check."""
    engine, found = await look_at_database(url, clock=clock or SystemClock())
    if engine is not None:
        await engine.dispose()
    return {finding.check: finding for finding in found}


async def run(engine: AsyncEngine, *statements: str) -> None:
    """Change the database by hand."""
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


class TestADatabase:
    async def test_is_well_after_the_migrations(self, database_url: str) -> None:
        found = await findings(database_url)
        assert list(found) == ["database", "database_text", "clock", "tables", "partitions"]
        assert is_well(tuple(found.values()))

    async def test_that_does_not_answer_is_said_so_without_its_password(self) -> None:
        found = await findings("postgresql://hub:very-secret@127.0.0.1:9/hub")
        assert found["database"].state is State.WRONG
        assert "very-secret" not in str(found)

    async def test_that_does_not_exist_is_told_from_one_that_is_down(self, database_url: str) -> None:
        found = await findings(database_of(database_url, "nowhere"))
        assert "does not exist" in found["database"].what.en

    async def test_whose_address_cannot_be_read_is_said_so(self) -> None:
        assert (await findings("db.internal hub"))["database"].state is State.WRONG

    async def test_without_tables_needs_migrating(self, database_url: str) -> None:
        found = await findings(database_of(database_url, "postgres"))
        assert found["tables"].state is State.WRONG
        assert "hub migrate" in str(found["tables"].do)
        assert "partitions" not in found

    async def test_that_cannot_read_french_is_wrong(self, database_url: str) -> None:
        engine = connect(database_url, pool=1)
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(
                text("CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0")
            )
        try:
            assert (await findings(database_of(database_url, "ascii")))["database_text"].state is State.WRONG
        finally:
            async with engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text("DROP DATABASE ascii WITH (FORCE)"))
            await engine.dispose()

    async def test_whose_clock_is_elsewhere_is_wrong(self, database_url: str) -> None:
        assert (await findings(database_url, FixedClock(NOW)))["clock"].state is State.WRONG

    async def test_whose_clock_is_a_little_off_is_to_be_looked_at(self, database_url: str) -> None:
        clock = FixedClock(SystemClock().now() - timedelta(seconds=2))
        assert (await findings(database_url, clock))["clock"].state is State.LOOK

    async def test_without_next_months_partition_is_wrong(self, database_url: str, engine: AsyncEngine) -> None:
        await run(engine, f"DROP TABLE event_{SystemClock().now():%Y_%m}")
        found = await findings(database_url)
        assert f"event_{SystemClock().now():%Y_%m}" in found["partitions"].what.en
        assert found["partitions"].state is State.WRONG

    async def test_with_events_in_the_default_partition_is_wrong(self, database_url: str, engine: AsyncEngine) -> None:
        far = mint(NOW - timedelta(days=4000))
        await run(
            engine,
            f"INSERT INTO event (id, type, version, at, actor, data) VALUES ('{far}', 'x', 1, '{NOW}', 'x', '{{}}')",
        )
        assert (await findings(database_url))["partitions"].what.en == "1 events in the default partition"


class TestTheAddress:
    def test_is_the_one_given(self, database_url: str) -> None:
        settings = Settings(_env_file=None, DATABASE_URL=database_url)  # type: ignore[call-arg]
        assert address_of(settings).url == database_url

    def test_of_an_embedded_one_that_never_ran_says_so_and_makes_nothing(self, tmp_path: Path) -> None:
        settings = Settings(_env_file=None).model_copy(update={"data_dir": tmp_path, "database_url": None})  # type: ignore[call-arg]
        address = address_of(settings)
        assert address.url is None
        assert address.finding is not None
        assert list(tmp_path.iterdir()) == []
