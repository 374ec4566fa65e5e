"""Reading the clocks of tickets."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import TicketId
from storage import tables

_clocks = tables.clock


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise on a ticket. `target_minutes` counted in `calendar`; times aware UTC, None while not there."""

    ticket_id: TicketId
    name: str
    calendar: str
    target_minutes: float
    started_at: datetime
    due_at: datetime | None
    warning_at: datetime | None
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    met_at: datetime | None = None


_FIELDS = tuple(_clocks.c[name] for name in Clock.__dataclass_fields__)


async def running(connection: AsyncConnection, ticket_id: TicketId) -> tuple[Clock, ...]:
    """The ticket's clocks whose promise is open, in the order they started; locked until the transaction ends."""
    found = select(*_FIELDS).where(_clocks.c.ticket_id == ticket_id, _clocks.c.met_at.is_(None))
    ordered = found.order_by(_clocks.c.started_at, _clocks.c.name).with_for_update()
    return tuple(Clock(*row) for row in await connection.execute(ordered))


async def of_ticket(connection: AsyncConnection, ticket_id: TicketId) -> tuple[Clock, ...]:
    """All clocks of a ticket, in the order they started."""
    found = select(*_FIELDS).where(_clocks.c.ticket_id == ticket_id).order_by(_clocks.c.started_at, _clocks.c.name)
    return tuple(Clock(*row) for row in await connection.execute(found))


async def to_warn(connection: AsyncConnection, *, now: datetime, limit: int) -> tuple[Clock, ...]:
    """Running clocks whose warning time has come and that nobody was warned of; locked, others' are passed over."""
    found = select(*_FIELDS).where(
        _clocks.c.warning_at <= now, _clocks.c.met_at.is_(None), _clocks.c.warned_at.is_(None)
    )
    ordered = found.order_by(_clocks.c.warning_at).limit(limit).with_for_update(skip_locked=True)
    return tuple(Clock(*row) for row in await connection.execute(ordered))


async def to_breach(connection: AsyncConnection, *, now: datetime, limit: int) -> tuple[Clock, ...]:
    """Running clocks whose time is over and that are not yet marked so; locked, others' are passed over."""
    found = select(*_FIELDS).where(_clocks.c.due_at < now, _clocks.c.met_at.is_(None), _clocks.c.breached_at.is_(None))
    ordered = found.order_by(_clocks.c.due_at).limit(limit).with_for_update(skip_locked=True)
    return tuple(Clock(*row) for row in await connection.execute(ordered))
