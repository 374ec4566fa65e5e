"""Payloads whose signature did not prove where they came from: kept sealed, few and not for long.

A mis-rotated secret must not lose messages; a stranger must not fill the disk.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import AccountId
from storage import tables
from storage.values import storable

_rejected = tables.rejected_payload
KEPT_FOR = timedelta(hours=24)
#: Per account, all together; and the largest single one.
MAX_BYTES, MAX_ONE_BYTES = 20_000_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Rejected:
    """A payload that was refused. `sealed` is the raw request."""

    id: int
    account_id: AccountId
    channel: str
    received_at: datetime
    reason: str
    sealed: bytes


async def keep(
    connection: AsyncConnection, *, account_id: AccountId, received_at: datetime, reason: str, sealed: bytes
) -> bool:
    """Keep a payload unless the account's share is full or it is too large; says whether it was kept."""
    # Counted under a lock: many at once may not fill more than the share.
    await connection.execute(text("SELECT pg_advisory_xact_lock(7201003)"))
    used = (
        await connection.execute(
            select(func.coalesce(func.sum(func.length(_rejected.c.sealed)), 0)).where(
                _rejected.c.account_id == account_id
            )
        )
    ).scalar_one()
    if len(sealed) > MAX_ONE_BYTES or used + len(sealed) > MAX_BYTES:
        return False
    await connection.execute(
        insert(_rejected).values(
            account_id=account_id, received_at=received_at, reason=storable(reason, most=500), sealed=sealed
        )
    )
    return True


async def everything(connection: AsyncConnection, *, limit: int = 200) -> tuple[Rejected, ...]:
    """What is kept, the oldest first."""
    rows = await connection.execute(_select().order_by(_rejected.c.id).limit(limit))
    return tuple(Rejected(*row) for row in rows)


async def waiting(connection: AsyncConnection) -> int:
    """How many are kept."""
    found: int = (await connection.execute(select(func.count()).select_from(_rejected))).scalar_one()
    return found


async def take(connection: AsyncConnection, rejected_id: int) -> Rejected | None:
    """One payload, locked."""
    row = (
        await connection.execute(_select().where(_rejected.c.id == rejected_id).with_for_update(of=_rejected))
    ).one_or_none()
    return None if row is None else Rejected(*row)


async def remove(connection: AsyncConnection, rejected_id: int) -> None:
    """It was replayed."""
    await connection.execute(delete(_rejected).where(_rejected.c.id == rejected_id))


async def forget(connection: AsyncConnection, *, now: datetime) -> int:
    """Drop what was kept for long enough."""
    result = await connection.execute(delete(_rejected).where(_rejected.c.received_at < now - KEPT_FOR))
    return result.rowcount


def _select() -> Select[Any]:
    return select(
        _rejected.c.id,
        _rejected.c.account_id,
        tables.account.c.kind,
        _rejected.c.received_at,
        _rejected.c.reason,
        _rejected.c.sealed,
    ).join(tables.account, tables.account.c.id == _rejected.c.account_id)
