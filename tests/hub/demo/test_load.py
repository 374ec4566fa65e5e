"""Loading the demo: the same for the same seed, all of it or nothing, and never twice."""

import argparse
import asyncio
import base64
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import AttachmentId
from hub.commands import demo as command
from hub.demo.contributors import CONTRIBUTORS
from hub.demo.world import World
from storage import tables
from storage.engine import connect
from tests.conftest import NOW
from tests.hub.demo.loaded import SEED, Demo, load_into

pytestmark = pytest.mark.database
#: Sealed anew, hashed anew, or minted when the account was made.
NOT_COMPARED = frozenset({"sealed", "event", "danger", "password_hash", "account_id", "lane"})


class _FullDisk:
    """Files that cannot be kept."""

    async def keep(self, attachment_id: AttachmentId, content: bytes) -> None:
        """Refuse."""
        raise OSError("no space left on the device")

    async def open(self, attachment_id: AttachmentId) -> bytes:
        """Nothing is there."""
        raise NotImplementedError


def made_again(world: World, *, seed: int, parts: int = len(CONTRIBUTORS)) -> World:
    """What the first contributors make of a seed, with nothing stored."""
    again = World(
        seed=seed,
        as_of=world.as_of,
        account=world.account,
        keyring=world.keyring,
        matrix=world.matrix,
        danger=world.danger,
        users=world.users,
        inbox_ids=world.inbox_ids,
    )
    for contributor in CONTRIBUTORS[:parts]:
        contributor.contribute(again)
    return again


def compared(rows: Mapping[Table, list[Mapping[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows without what differs each time."""
    return {
        table.name: [{name: value for name, value in row.items() if name not in NOT_COMPARED} for row in found]
        for table, found in rows.items()
    }


def arguments(**given: Any) -> argparse.Namespace:
    """The options of `hub demo`."""
    return argparse.Namespace(**({"if_empty": False, "accounts_only": False, "seed": SEED, "as_of": NOW} | given))


async def people(url: str) -> int:
    """How many accounts there are."""
    engine = connect(url, pool=1)
    async with engine.connect() as connection:
        found = (await connection.execute(select(func.count()).select_from(tables.user_account))).scalar_one()
    await engine.dispose()
    return int(found)


async def counted(url: str) -> tuple[int, int]:
    """How many members and events there are."""
    engine = connect(url, pool=2)
    async with engine.connect() as connection:
        found = [
            (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (tables.member, tables.event)
        ]
    await engine.dispose()
    return found[0], found[1]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> pytest.MonkeyPatch:
    """Settings of a hub of this test alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HUB_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
    return monkeypatch


class TestTheSameSeed:
    def test_makes_the_same_demo(self, demo: Demo) -> None:
        again = made_again(demo.world, seed=SEED)
        assert again.messages == demo.world.messages
        assert again.events == demo.world.events
        assert again.files == demo.world.files
        assert compared(again.rows) == compared(demo.world.rows)

    def test_and_no_other_does(self, demo: Demo) -> None:
        other = made_again(demo.world, seed=SEED + 1, parts=2)
        assert len(other.residents) == len(demo.world.residents)
        assert {one.member.id for one in other.residents}.isdisjoint(one.member.id for one in demo.world.residents)


class TestWhatIsStored:
    async def test_is_what_was_made(self, demo: Demo, rows: AsyncConnection) -> None:
        world = demo.world
        made = {table: len(found) for table, found in world.rows.items()} | {
            tables.message: len(world.messages),
            tables.event: len(world.events),
            tables.attachment: len(world.files),
        }
        held = {table: (await rows.execute(select(func.count()).select_from(table))).scalar_one() for table in made}
        assert held == made


class TestTheCommand:
    def test_does_nothing_where_members_are(self, demo: Demo, environment: pytest.MonkeyPatch) -> None:
        environment.setenv("DATABASE_URL", demo.url)
        assert command.run(arguments(if_empty=True)) == 0
        assert command.run(arguments()) == 1

    def test_never_loads_into_production(
        self, fresh_database_url: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        environment.setenv("DATABASE_URL", fresh_database_url)
        environment.setenv("HUB_ENVIRONMENT", "production")
        assert command.run(arguments(if_empty=True)) == 0
        assert command.run(arguments()) == 1
        assert "production" in capsys.readouterr().err

    def test_takes_a_seed_and_a_moment(self) -> None:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        given = parser.parse_args(["--if-empty", "--seed", "3", "--as-of", "2026-03-02T10:30+01:00"])
        assert (given.if_empty, given.seed, given.as_of) == (True, 3, NOW)
        assert parser.parse_args([]).as_of is None

    def test_gives_accounts_alone_to_whoever_wants_no_demo(
        self, fresh_database_url: str, environment: pytest.MonkeyPatch
    ) -> None:
        environment.setenv("DATABASE_URL", fresh_database_url)
        for _ in range(2):
            assert command.run(arguments(accounts_only=True)) == 0
        assert asyncio.run(people(fresh_database_url)) == 3
        assert asyncio.run(counted(fresh_database_url)) == (0, 0)

    def test_loads_all_or_nothing_and_shows_its_steps(
        self, fresh_database_url: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        environment.setenv("DATABASE_URL", fresh_database_url)
        with pytest.raises(OSError, match="no space left"):
            asyncio.run(load_into(fresh_database_url, files=_FullDisk()))
        assert asyncio.run(counted(fresh_database_url)) == (0, 0)
        assert command.run(arguments(if_empty=True)) == 0
        assert min(asyncio.run(counted(fresh_database_url))) > 10_000
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == len(CONTRIBUTORS) + 3  # files, writing, and the mailbox
        assert all(" · " in line and " … " in line and line.endswith(" s") for line in lines)
