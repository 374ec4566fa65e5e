"""Writing the clocks of tickets."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Update, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import TicketId
from storage import tables
from storage.clock.reads import Clock
from storage.values import columns_of

_clocks = tables.clock


async def start(connection: AsyncConnection, clocks: Sequence[Clock]) -> None:
    """Start clocks; one that a ticket has already goes on as it was (clocks do not restart)."""
    if clocks:
        await connection.execute(insert(_clocks).on_conflict_do_nothing(), [columns_of(clock) for clock in clocks])


async def meet(connection: AsyncConnection, *, ticket_id: TicketId, name: str, at: datetime) -> None:
    """The promise was kept at this time, in time or late."""
    await connection.execute(_one(ticket_id, name).values(met_at=at))


async def mark_warned(connection: AsyncConnection, clocks: Sequence[Clock], *, now: datetime) -> None:
    """Three quarters of these clocks' time are gone and it was said."""
    await _mark(connection, clocks, {"warned_at": now})


async def mark_breached(connection: AsyncConnection, clocks: Sequence[Clock], *, now: datetime) -> None:
    """The time of these clocks is over and it was said."""
    await _mark(connection, clocks, {"breached_at": now})


def _one(ticket_id: TicketId, name: str) -> Update:
    return update(_clocks).where(_clocks.c.ticket_id == ticket_id, _clocks.c.name == name)


async def _mark(connection: AsyncConnection, clocks: Sequence[Clock], values: dict[str, datetime]) -> None:
    if clocks:
        keys = [(clock.ticket_id, clock.name) for clock in clocks]
        await connection.execute(
            update(_clocks).where(tuple_(_clocks.c.ticket_id, _clocks.c.name).in_(keys)).values(values)
        )
