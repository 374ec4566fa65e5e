"""Our addresses, with settings that nobody can read from the database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.ids import AccountId, mint
from storage import tables
from storage.account import reads, writes
from storage.account.reads import AccountRow
from storage.keys import Keyring, Unsealable
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows

pytestmark = pytest.mark.database

SECRET = "hunter2-é"


def mailbox(**settings: str) -> AccountRow:
    """A mail account."""
    return AccountRow(AccountId(mint(NOW)), "email", "Assistance", "assistance@hub.example", settings)


async def keep(rows: Rows, account: AccountRow, *, after: timedelta = timedelta()) -> None:
    """Keep an account."""
    async with UnitOfWork(rows.engine) as work:
        await writes.keep(work.connection, rows.keyring, account, now=NOW + after)
        await work.commit()


async def everything(rows: Rows, keyring: Keyring | None = None) -> tuple[AccountRow, ...]:
    """All accounts."""
    async with rows.engine.connect() as connection:
        return await reads.everything(connection, keyring or rows.keyring)


class TestAnAccount:
    async def test_is_read_as_it_was_kept_the_oldest_first(self, rows: Rows) -> None:
        account = mailbox(smtp_user="hub", smtp_password=SECRET)
        await keep(rows, account, after=timedelta(seconds=1))
        first, second = await everything(rows)
        assert (first.id, second) == (rows.account_id, account)

    async def test_keeps_its_settings_where_nobody_can_read_them(self, rows: Rows) -> None:
        await keep(rows, mailbox(smtp_user="hub-robot", smtp_password=SECRET))
        kept = b"".join(bytes(row["settings"]) for row in await rows.all(tables.account))
        for word in (SECRET, "hub-robot", "smtp_password"):
            assert word.encode() not in kept
        with pytest.raises(Unsealable):
            await everything(rows, Keyring(bytes(32)))

    async def test_of_the_same_address_takes_over_name_and_settings_and_stays_the_same(self, rows: Rows) -> None:
        account = mailbox(smtp_password="old")
        await keep(rows, account)
        again = replace(account, id=AccountId(mint(NOW)), name="Renamed", settings={"smtp_password": SECRET})
        await keep(rows, again, after=timedelta(days=1))
        assert await everything(rows) == (
            (await everything(rows))[0],
            replace(account, name="Renamed", settings={"smtp_password": SECRET}),
        )
