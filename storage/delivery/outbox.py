"""The outbox: a thin row a delivery, claimed in order per conversation, gone when the delivery is settled.

A row in back-off holds back the later ones of its conversation, so that an answer never overtakes the one before,
but not for ever: after `HOLDS_ATTEMPTS` failures the conversation goes on and the row is tried on its own.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import ConversationId, DeliveryId
from storage.engine import lane_of
from storage.tables import outbox

HOLDS_ATTEMPTS = 3
#: Answers to somebody in danger go first.
PRIORITY_DANGER, PRIORITY_NORMAL = 0, 5
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to make. `lapsed`: a worker died with it, and nobody knows how far it came."""

    delivery_id: DeliveryId
    attempts: int
    lapsed: bool


async def put(
    connection: AsyncConnection,
    *,
    delivery_id: DeliveryId,
    conversation_id: ConversationId,
    priority: int,
    run_at: datetime,
) -> None:
    """Have a delivery made, not before `run_at`. To be called in the transaction that makes the delivery."""
    await connection.execute(
        insert(outbox).values(
            lane=lane_of(str(conversation_id)), delivery_id=delivery_id, priority=priority, run_at=run_at
        )
    )


async def claim(
    connection: AsyncConnection, *, worker: UUID, now: datetime, lease: timedelta, limit: int
) -> tuple[Due, ...]:
    """Claim what is due, one a conversation; also what a dead worker held when its lease is over."""
    other = outbox.alias("other")
    first = (
        select(func.min(other.c.id))
        .where(other.c.lane == outbox.c.lane, other.c.attempts < HOLDS_ATTEMPTS)
        .scalar_subquery()
    )
    free = outbox.c.worker.is_(None) & (outbox.c.run_at <= now)
    wanted = (
        select(outbox.c.id, outbox.c.worker)
        .where(
            or_(free, outbox.c.lease_until < now),
            or_(outbox.c.id == first, outbox.c.attempts >= HOLDS_ATTEMPTS),
        )
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = {row: holder is not None for row, holder in await connection.execute(wanted)}
    if not found:
        return ()
    claimed = await connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(list(found)))
        .values(worker=worker, lease_until=now + lease)
        .returning(outbox.c.id, outbox.c.delivery_id, outbox.c.attempts)
    )
    return tuple(Due(DeliveryId(row[1]), row[2], found[row[0]]) for row in sorted(claimed))


async def renew(
    connection: AsyncConnection,
    deliveries: Collection[DeliveryId],
    *,
    worker: UUID,
    now: datetime,
    lease: timedelta,
) -> None:
    """Keep what this worker has under way for another lease."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.worker == worker, outbox.c.delivery_id.in_(list(deliveries)))
        .values(lease_until=now + lease)
    )


async def holds(connection: AsyncConnection, delivery_id: DeliveryId, *, worker: UUID) -> bool:
    """Whether this worker still holds the delivery; locked until the transaction ends."""
    found = select(outbox.c.id).where(outbox.c.delivery_id == delivery_id, outbox.c.worker == worker).with_for_update()
    return (await connection.execute(found)).one_or_none() is not None


async def put_back(connection: AsyncConnection, delivery_id: DeliveryId, *, run_at: datetime) -> None:
    """Have it tried again at `run_at`."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.delivery_id == delivery_id)
        .values(worker=None, lease_until=None, run_at=run_at, attempts=outbox.c.attempts + 1)
    )


async def ask_later(connection: AsyncConnection, delivery_id: DeliveryId, *, at: datetime) -> None:
    """Nobody could say what became of it: let it lapse at `at`, and be asked about again."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.delivery_id == delivery_id)
        .values(worker=_NOBODY, lease_until=at, attempts=outbox.c.attempts + 1)
    )


async def remove(connection: AsyncConnection, deliveries: Sequence[DeliveryId]) -> None:
    """The deliveries are settled."""
    if deliveries:
        await connection.execute(delete(outbox).where(outbox.c.delivery_id.in_(list(deliveries))))


async def waiting(connection: AsyncConnection) -> int:
    """How many deliveries are not settled."""
    found: int = (await connection.execute(select(func.count()).select_from(outbox))).scalar_one()
    return found
