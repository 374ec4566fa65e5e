"""Writing tickets and the ties between them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import TicketId
from domain.ticket import LinkRole, Ticket
from storage import tables
from storage.values import columns_of

#: What is settled at the opening and never changes.
_FIXED = frozenset({"id", "reference", "channel", "opened_at", "first_message_at"})


async def add(connection: AsyncConnection, tickets: Sequence[Ticket]) -> None:
    """Add tickets."""
    if tickets:
        await connection.execute(insert(tables.ticket), [columns_of(ticket) for ticket in tickets])


async def save(connection: AsyncConnection, tickets: Sequence[Ticket]) -> None:
    """Store what changed in tickets that were read with a lock."""
    if not tickets:
        return
    rows = [columns_of(ticket, leave_out=_FIXED) for ticket in tickets]
    statement = (
        update(tables.ticket)
        .where(tables.ticket.c.id == bindparam("this"))
        .values({name: bindparam(f"new_{name}") for name in rows[0]})
    )
    await connection.execute(
        statement,
        [
            {"this": ticket.id} | {f"new_{name}": value for name, value in row.items()}
            for ticket, row in zip(tickets, rows, strict=True)
        ],
    )


async def link(
    connection: AsyncConnection, ties: Sequence[tuple[TicketId, TicketId, LinkRole]], *, now: datetime
) -> None:
    """Tie tickets together; a tie that is there stays as it is."""
    if ties:
        rows = [{"ticket_id": one, "other_id": other, "role": role, "created_at": now} for one, other, role in ties]
        await connection.execute(upsert(tables.ticket_link).on_conflict_do_nothing(), rows)
