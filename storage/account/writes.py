"""Writing channel accounts."""

from datetime import datetime

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.account.reads import AccountRow
from storage.keys import Keyring, Purpose


async def keep(connection: AsyncConnection, keyring: Keyring, account: AccountRow, *, now: datetime) -> None:
    """Add the account or, when its kind and address exist, take over its name and settings."""
    sealed = keyring.seal(Purpose.ACCOUNT, msgspec.json.encode(dict(account.settings)))
    row = insert(tables.account).values(
        id=account.id, kind=account.kind, name=account.name, address=account.address, settings=sealed, created_at=now
    )
    await connection.execute(
        row.on_conflict_do_update(
            index_elements=["kind", "address"], set_={"name": account.name, "settings": row.excluded.settings}
        )
    )
