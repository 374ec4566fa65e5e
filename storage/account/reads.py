"""Reading channel accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import AccountId
from storage import tables
from storage.keys import Keyring, Purpose


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with its settings opened."""

    id: AccountId
    kind: str
    name: str
    address: str
    settings: Mapping[str, str]


async def everything(connection: AsyncConnection, keyring: Keyring) -> tuple[AccountRow, ...]:
    """All accounts, the oldest first."""
    rows = await connection.execute(select(tables.account).order_by(tables.account.c.created_at, tables.account.c.id))
    return tuple(_account(row._mapping, keyring) for row in rows)


def _account(row: Any, keyring: Keyring) -> AccountRow:
    settings = msgspec.json.decode(keyring.open(Purpose.ACCOUNT, row["settings"]), type=dict[str, str])
    return AccountRow(AccountId(row["id"]), row["kind"], row["name"], row["address"], settings)
