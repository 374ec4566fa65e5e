"""Reading tickets: one, a list in the order of work, the queues. Every read asks for a viewer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import ConversationId, TicketId
from domain.permissions import Action, Viewer
from domain.ticket import LinkRole, Ticket, TicketState
from storage import tables

_tickets, _links = tables.ticket, tables.ticket_link
COLUMNS = tuple(_tickets.c[field.name] for field in fields(Ticket))


@dataclass(frozen=True, slots=True)
class Tie:
    """Another ticket that this one is tied to."""

    ticket_id: TicketId
    reference: str
    role: LinkRole


@dataclass(frozen=True, slots=True)
class QueueCount:
    """An owner's open tickets and how many of them are past their time."""

    owner: str
    open: int
    breached: int


async def by_id(connection: AsyncConnection, ticket_id: TicketId, *, viewer: Viewer) -> Ticket | None:
    """One ticket. Raises Forbidden."""
    viewer.require(Action.READ_TICKETS)
    row = (await connection.execute(select(*COLUMNS).where(_tickets.c.id == ticket_id))).one_or_none()
    return None if row is None else ticket_of(row._mapping)


async def locked(connection: AsyncConnection, ticket_id: TicketId, *, viewer: Viewer) -> Ticket | None:
    """One ticket, which nobody else changes until this transaction ends. Raises Forbidden."""
    viewer.require(Action.READ_TICKETS)
    # Against changes only, as conversations are locked.
    found = select(*COLUMNS).where(_tickets.c.id == ticket_id).with_for_update(key_share=True)
    row = (await connection.execute(found)).one_or_none()
    return None if row is None else ticket_of(row._mapping)


async def of_conversations(
    connection: AsyncConnection, ids: Collection[ConversationId], *, since: datetime, viewer: Viewer
) -> Mapping[ConversationId, tuple[Ticket, ...]]:
    """The tickets of each conversation that are open or were solved after `since`, the newest first; locked."""
    viewer.require(Action.READ_TICKETS)
    if not ids:
        return {}
    gathered = tables.ticket_conversation
    found = (
        select(gathered.c.conversation_id, *COLUMNS)
        .join(gathered, gathered.c.ticket_id == _tickets.c.id)
        .where(
            gathered.c.conversation_id.in_(list(ids)),
            (_tickets.c.state != TicketState.SOLVED) | (_tickets.c.solved_at >= since),
        )
        .order_by(_tickets.c.id.desc())
        .with_for_update(key_share=True, of=_tickets)
    )
    by_conversation: dict[ConversationId, tuple[Ticket, ...]] = {}
    for row in await connection.execute(found):
        conversation = ConversationId(row[0])
        by_conversation[conversation] = (*by_conversation.get(conversation, ()), ticket_of(row._mapping))
    return by_conversation


async def by_references(
    connection: AsyncConnection, references: Collection[str], *, viewer: Viewer
) -> Mapping[str, tuple[TicketId, tuple[ConversationId, ...]]]:
    """Tickets by their reference, each with the conversations it gathers, the oldest first. Raises Forbidden."""
    viewer.require(Action.READ_TICKETS)
    if not references:
        return {}
    gathered = tables.ticket_conversation
    found = (
        select(_tickets.c.reference, _tickets.c.id, gathered.c.conversation_id)
        .join(gathered, gathered.c.ticket_id == _tickets.c.id)
        .where(_tickets.c.reference.in_(list(references)))
        .order_by(gathered.c.conversation_id)
    )
    by_reference: dict[str, tuple[TicketId, tuple[ConversationId, ...]]] = {}
    for reference, ticket, conversation in await connection.execute(found):
        before = by_reference.get(reference, (TicketId(ticket), ()))[1]
        by_reference[reference] = (TicketId(ticket), (*before, ConversationId(conversation)))
    return by_reference


async def ties(connection: AsyncConnection, ticket_id: TicketId, *, viewer: Viewer) -> tuple[Tie, ...]:
    """The tickets that this one is tied to, in either direction. Raises Forbidden."""
    viewer.require(Action.READ_TICKETS)
    forth = select(_links.c.other_id.label("id"), _links.c.role).where(_links.c.ticket_id == ticket_id)
    back = select(_links.c.ticket_id.label("id"), _links.c.role).where(_links.c.other_id == ticket_id)
    tied = forth.union(back).subquery()
    found = (
        select(_tickets.c.id, _tickets.c.reference, tied.c.role)
        .join(tied, tied.c.id == _tickets.c.id)
        .order_by(_tickets.c.id)
    )
    return tuple(Tie(TicketId(row[0]), row[1], LinkRole(row[2])) for row in await connection.execute(found))


async def queues(connection: AsyncConnection, *, now: datetime, viewer: Viewer) -> tuple[QueueCount, ...]:
    """The open tickets of each owner, busiest first. Raises Forbidden."""
    viewer.require(Action.READ_TICKETS)
    late = func.count().filter(_tickets.c.due_at < now)
    found = (
        select(_tickets.c.owner, func.count(), late)
        .where(_tickets.c.state == TicketState.OPEN)
        .group_by(_tickets.c.owner)
        .order_by(func.count().desc(), _tickets.c.owner)
    )
    return tuple(QueueCount(*row) for row in await connection.execute(found))


def ticket_of(row: Any) -> Ticket:
    """A ticket from a row that holds COLUMNS."""
    return Ticket(**{column.name: row[column.name] for column in COLUMNS})
