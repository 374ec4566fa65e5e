"""Writing deliveries and their attempts. States move forwards only: `domain.message.may_follow` decides."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import DeliveryId
from domain.message import DeliveryState, may_follow
from storage import tables
from storage.delivery.reads import Delivery
from storage.engine import digest
from storage.values import columns_of, storable

_deliveries, _attempts = tables.delivery, tables.attempt
_MAX_DETAIL_CHARS = 500


async def add(connection: AsyncConnection, delivery: Delivery) -> None:
    """Add a delivery; `storage.delivery.outbox.put` has it made."""
    await connection.execute(insert(_deliveries).values(columns_of(delivery)))


async def move(
    connection: AsyncConnection, delivery: Delivery, state: DeliveryState, *, now: datetime, detail: str = ""
) -> Delivery | None:
    """Move a delivery that was read with a lock; None when its state may not be followed by `state` (a late word)."""
    if not may_follow(delivery.state, state):
        return None
    moved = replace(delivery, state=state, detail=storable(detail, most=_MAX_DETAIL_CHARS), updated_at=now)
    await connection.execute(
        update(_deliveries)
        .where(_deliveries.c.id == delivery.id)
        .values(state=moved.state, detail=moved.detail, updated_at=now)
    )
    return moved


async def begin_attempt(
    connection: AsyncConnection,
    *,
    delivery_id: DeliveryId,
    step: int,
    key: str,
    provider_id: str | None,
    now: datetime,
) -> None:
    """A call is about to be made. `provider_id`: the id that it will carry, where we choose it."""
    n = (
        select(func.coalesce(func.max(_attempts.c.n), 0) + 1)
        .where(_attempts.c.delivery_id == delivery_id, _attempts.c.step == step)
        .scalar_subquery()
    )
    await connection.execute(
        insert(_attempts).values(
            delivery_id=delivery_id,
            step=step,
            n=n,
            key=key,
            started_at=now,
            provider_id=provider_id,
            provider_hash=None if provider_id is None else digest(provider_id),
        )
    )
    await connection.execute(
        update(_deliveries)
        .where(_deliveries.c.id == delivery_id)
        .values(attempts=_deliveries.c.attempts + 1, next_step=step)
    )


async def end_attempt(
    connection: AsyncConnection,
    *,
    delivery_id: DeliveryId,
    step: int,
    outcome: str,
    now: datetime,
    provider_id: str | None = None,
    detail: str = "",
) -> None:
    """What came of the attempts of this step that are not finished."""
    named = {} if provider_id is None else {"provider_id": provider_id, "provider_hash": digest(provider_id)}
    await connection.execute(
        update(_attempts)
        .where(_attempts.c.delivery_id == delivery_id, _attempts.c.step == step, _attempts.c.finished_at.is_(None))
        .values(finished_at=now, outcome=outcome, detail=storable(detail, most=_MAX_DETAIL_CHARS), **named)
    )


async def advance(connection: AsyncConnection, delivery_id: DeliveryId, *, next_step: int) -> None:
    """The calls before `next_step` are settled and never made again."""
    await connection.execute(update(_deliveries).where(_deliveries.c.id == delivery_id).values(next_step=next_step))
