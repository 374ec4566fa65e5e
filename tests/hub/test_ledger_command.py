"""`hub ledger`: the books on a terminal, and the way back for what was put aside."""

import argparse
import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.fake.events import WireMessage, write_webhook
from channels.fake.signature import HEADER, sign
from channels.port import RawEvent, SignatureInvalid
from hub.commands.ledger import add_arguments
from storage import tables
from storage.account import writes as account_writes
from storage.account.reads import AccountRow
from storage.unit_of_work import UnitOfWork
from tests.hub.journey.conftest import house as house_fixture
from tests.hub.journey.house import SECRET, House

pytestmark = pytest.mark.database
house = house_fixture


def ledger(database_url: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`hub ledger` as a person runs it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "DATABASE_"))}
    environment = {
        "DATABASE_URL": database_url,
        "HUB_DATA_DIR": str(folder),
        "HUB_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
    }
    return subprocess.run(
        [sys.executable, "-m", "hub", "ledger", *options],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def to_now(engine: AsyncEngine) -> None:
    """Have everything happen in this hour of the machine, which is the command's clock."""
    async with engine.begin() as connection:
        for table, column in (("inbox", "received_at"), ("raw_payload", "received_at"), ("delivery", "created_at")):
            await connection.execute(text(f"UPDATE {table} SET {column} = now() - interval '1 minute'"))


class TestTheBooks:
    async def test_add_up_after_an_ordinary_day(self, house: House, database_url: str, tmp_path: Path) -> None:
        await house.hear("Bonjour", "Encore moi")
        await house.hear("Bonjour")
        await house.work()
        await house.answer((await house.one(tables.ticket))["id"])
        await to_now(house.hub.engine)
        done = ledger(database_url, tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        totals = next(line.split() for line in done.stdout.splitlines() if line.startswith("  total"))
        #            received, repeats, stored, processed, aside, waiting, messages, replies, settled, open
        assert totals[1:] == ["3", "1", "2", "2", "0", "0", "2", "1", "0", "1"]
        assert "Everything adds up" in done.stdout

    async def test_are_a_fault_when_an_event_is_gone(self, house: House, database_url: str, tmp_path: Path) -> None:
        await house.hear("Bonjour")
        await to_now(house.hub.engine)
        async with house.hub.engine.begin() as connection:
            await connection.execute(text("DELETE FROM inbox"))
        done = ledger(database_url, tmp_path)
        assert done.returncode == 1
        assert "1 acknowledged events are not in the inbox" in done.stdout
        assert "1 événements acceptés ne sont pas dans la boîte d’arrivée" in done.stdout

    async def test_of_an_empty_database_say_that_nothing_happened(self, database_url: str, tmp_path: Path) -> None:
        done = ledger(database_url, tmp_path)
        assert done.returncode == 0, done.stderr
        assert "Nothing happened" in done.stdout


class TestReplay:
    async def test_gives_an_event_another_chance(self, house: House, database_url: str, tmp_path: Path) -> None:
        await house.bring_bytes(b"{")
        await house.work()
        listed = ledger(database_url, tmp_path)
        name = next(word for word in listed.stdout.split() if word.startswith("event-"))
        assert (await house.one(tables.inbox))["error"] in listed.stdout
        assert ledger(database_url, tmp_path, "--replay", name).returncode == 0
        assert (await house.one(tables.inbox))["state"] == "new"

    async def test_takes_a_payload_in_once_its_secret_is_mended(
        self, house: House, database_url: str, tmp_path: Path
    ) -> None:
        message = WireMessage(id="m-1", sender="+33600000001", text="Bonjour", sent_at=house.clock.now())
        body = write_webhook([message])
        raw = RawEvent(body, {HEADER: sign(body, secret="rotated")}, house.clock.now())
        with pytest.raises(SignatureInvalid):
            await house.hub.ingest(house.store).accept(house.fake.id, raw)

        refused = ledger(database_url, tmp_path, "--replay", "all")
        assert refused.returncode == 1
        assert "payload-1" in refused.stdout
        assert await house.rows(tables.inbox) == []

        mended = AccountRow(house.fake.id, house.fake.kind, house.fake.name, house.fake.address, {"secret": "rotated"})
        async with UnitOfWork(house.hub.engine) as work:
            await account_writes.keep(work.connection, house.hub.keyring, mended, now=house.clock.now())
            await work.commit()
        assert ledger(database_url, tmp_path, "--replay", "all").returncode == 0
        assert len(await house.rows(tables.inbox)) == 1
        assert await house.rows(tables.rejected_payload) == []
        assert SECRET != "rotated"

    async def test_says_when_there_is_nothing_of_that_name(self, database_url: str, tmp_path: Path) -> None:
        done = ledger(database_url, tmp_path, "--replay", "event-7")
        assert done.returncode == 1
        assert "event-7" in done.stdout


class TestTheOptions:
    @pytest.mark.parametrize(
        "words", [["--hours", "0"], ["--hours", "721"], ["--hours", "x"], ["--replay", "everything"]]
    )
    def test_that_mean_nothing_are_refused(self, words: list[str]) -> None:
        parser = argparse.ArgumentParser(exit_on_error=False)
        add_arguments(parser)
        with pytest.raises(argparse.ArgumentError):
            parser.parse_args(words)

    def test_may_name_an_event_by_its_number(self) -> None:
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        assert parser.parse_args(["--replay", "12"]).replay == "event-12"
