"""Writing identities and members."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.member import Identity
from storage import tables
from storage.values import columns_of


async def keep_identities(connection: AsyncConnection, identities: Sequence[Identity]) -> None:
    """Add identities that are not there yet."""
    if identities:
        rows = [columns_of(identity) for identity in identities]
        await connection.execute(
            insert(tables.identity).on_conflict_do_nothing(index_elements=["channel", "address"]), rows
        )
