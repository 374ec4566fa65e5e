"""Tickets: their lists, one of them with its member, solving and reopening."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.conversation import Conversation
from domain.ids import TicketId
from domain.permissions import Viewer
from domain.ticket import Ticket
from hub.api.reception import Here, Reception
from hub.api.schemas import Closure, MemberCard, Queue, Storable, TicketDetail, TicketPage, TicketRow
from hub.api.viewer import Viewing
from hub.journey.channels import UnknownAccount
from hub.journey.reply import NoSuchTicket
from storage.conversation import reads as conversation_reads
from storage.member import reads as member_reads
from storage.ticket import lists, reads
from storage.ticket.lists import TicketLine, Which
from storage.unit_of_work import UnitOfWork

router = APIRouter()


@router.get("/queues", summary="The owners' queues")
async def queues(reception: Here, viewer: Viewing) -> list[Queue]:
    """The open tickets of each owner, and how many are past their time."""
    async with UnitOfWork(reception.hub.engine) as work:
        counts = await reads.queues(work.connection, now=reception.hub.clock.now(), viewer=viewer)
    return [Queue.model_validate(count) for count in counts]


@router.get("/tickets", summary="A list of tickets")
async def tickets(
    reception: Here,
    viewer: Viewing,
    state: Literal["open", "waiting", "solved", "all"] = "open",
    owner: Annotated[str | None, Query(max_length=100), Storable] = None,
    after: Annotated[str | None, Query(max_length=1000), Storable] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TicketPage:
    """A page in the order of work: unsolved first, danger before all, then the soonest due; `after` continues."""
    async with UnitOfWork(reception.hub.engine) as work:
        lines, following = await lists.page(
            work.connection, which=Which(state), owner=owner, after=after, limit=limit, viewer=viewer
        )
    now = reception.hub.clock.now()
    return TicketPage(items=[_row(line, now=now) for line in lines], next=following)


@router.get("/tickets/{id}", summary="One ticket")
async def ticket(
    id: UUID,
    reception: Here,
    viewer: Viewing,
) -> TicketDetail:
    """A ticket with its member and the reason it is where it is."""
    async with UnitOfWork(reception.hub.engine) as work:
        line = await _line(work.connection, TicketId(id), viewer=viewer)
        conversations = await conversation_reads.of_ticket(work.connection, id)
        conversation = conversations[0] if conversations else None
        card = await _member_card(work.connection, reception, line.ticket, conversation, viewer=viewer)
    row = _row(line, now=reception.hub.clock.now())
    return TicketDetail(
        **row.model_dump(),
        reason=line.ticket.reason,
        remote_address=conversation.remote_address if conversation else None,
        member=card,
    )


@router.put("/tickets/{id}/closure", summary="Solve a ticket")
async def close(
    id: UUID,
    closure: Closure,
    reception: Here,
    viewer: Viewing,
) -> TicketRow:
    """Say that the request is answered to the end. May be repeated."""
    await reception.hub.closure().solve(ticket_id=TicketId(id), reason=closure.reason, viewer=viewer)
    return await _row_of(reception, TicketId(id), viewer=viewer)


@router.delete("/tickets/{id}/closure", summary="Reopen a ticket")
async def reopen(
    id: UUID,
    reception: Here,
    viewer: Viewing,
) -> TicketRow:
    """Say that it was not. May be repeated."""
    await reception.hub.closure().reopen(ticket_id=TicketId(id), viewer=viewer)
    return await _row_of(reception, TicketId(id), viewer=viewer)


async def _row_of(reception: Reception, ticket_id: TicketId, *, viewer: Viewer) -> TicketRow:
    async with UnitOfWork(reception.hub.engine) as work:
        line = await _line(work.connection, ticket_id, viewer=viewer)
    return _row(line, now=reception.hub.clock.now())


async def _line(connection: AsyncConnection, ticket_id: TicketId, *, viewer: Viewer) -> TicketLine:
    line = await lists.line(connection, ticket_id, viewer=viewer)
    if line is None:
        raise NoSuchTicket(f"no ticket {ticket_id}")
    return line


async def _member_card(
    connection: AsyncConnection,
    reception: Reception,
    ticket: Ticket,
    conversation: Conversation | None,
    *,
    viewer: Viewer,
) -> MemberCard | None:
    """The ticket's member; verified when the address that writes is known to be theirs."""
    if ticket.member_id is None:
        return None
    member = (await member_reads.members(connection, [ticket.member_id], viewer=viewer))[ticket.member_id]
    verified = False
    if conversation is not None:
        pair = (_channel(reception, ticket, conversation), conversation.remote_address)
        identity = (await member_reads.identities(connection, [pair])).get(pair)
        verified = identity is not None and identity.member_id == member.id and identity.verified_at is not None
    return MemberCard(
        id=member.id,
        name=member.full_name,
        rank=member.rank,
        language=member.language,
        country=member.country,
        time_zone=member.time_zone,
        departure_date=_day(member.departure_date),
        mission_end=_day(member.mission_end),
        verified=verified,
    )


def _channel(reception: Reception, ticket: Ticket, conversation: Conversation) -> str:
    try:
        return reception.hub.channels.of(conversation.account_id).account.kind
    except UnknownAccount:  # the account was removed: the ticket still knows how it came
        return ticket.channel


def _row(line: TicketLine, *, now: datetime) -> TicketRow:
    ticket = line.ticket
    return TicketRow(
        id=ticket.id,
        reference=ticket.reference,
        state=ticket.state,
        kind=ticket.kind,
        risk=ticket.risk,
        owner=ticket.owner,
        urgency=ticket.urgency,
        medical=ticket.medical,
        language=ticket.language,
        title=ticket.title,
        channel=ticket.channel,
        member_name=line.member_name,
        sender=line.sender,
        country=line.country,
        opened_at=ticket.opened_at,
        first_message_at=ticket.first_message_at,
        updated_at=ticket.updated_at,
        first_response_at=ticket.first_response_at,
        solved_at=ticket.solved_at,
        due_at=ticket.due_at,
        warning_at=line.warning_at,
        breached=ticket.due_at is not None and ticket.due_at < now,
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
