"""The migrations make exactly the tables that the product works with."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.migration import check, migrate, newest, revision_of
from tests.conftest import NOW

pytestmark = pytest.mark.database


class TestTheMigrations:
    async def test_leave_nothing_for_another_revision_to_do(self, engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await connection.run_sync(check)

    async def test_reach_the_newest_revision_and_can_be_repeated(self, engine: AsyncEngine) -> None:
        assert await migrate(engine, now=NOW) == newest() == await revision_of(engine)

    async def test_make_the_partitions_of_the_next_three_months(self, engine: AsyncEngine) -> None:
        await migrate(engine, now=NOW + timedelta(days=400))
        async with engine.connect() as connection:
            names = (await connection.execute(text("SELECT inhrelid::regclass::text FROM pg_inherits"))).scalars().all()
        assert {"event_2027_04", "event_2027_05", "event_2027_06", "event_2027_07", "event_default"} <= set(names)
