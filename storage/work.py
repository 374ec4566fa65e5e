"""What is waiting for a worker, in one cheap look: asked many times a second, answered from partial indexes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import Instant

_LOOK = text(
    """
    SELECT EXISTS (SELECT FROM inbox WHERE state = 'new'),
           EXISTS (SELECT FROM inbox WHERE state = 'ready' AND run_at <= :now),
           EXISTS (SELECT FROM outbox WHERE worker IS NULL AND run_at <= :now) OR
           EXISTS (SELECT FROM outbox WHERE lease_until < :now),
           EXISTS (SELECT FROM event WHERE position IS NULL)
    """
).bindparams(bindparam("now", type_=Instant))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whether there is something to look at, to take through, to deliver, to place in the log."""

    unread: bool
    ready: bool
    due: bool
    unplaced: bool


async def waiting(connection: AsyncConnection, *, now: datetime) -> Waiting:
    """What waits at `now`. A row that another worker holds may be counted: then somebody looks in vain."""
    return Waiting(*(await connection.execute(_LOOK, {"now": now})).one())
