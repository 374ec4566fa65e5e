"""The messages of a ticket, and answering."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from domain.ids import MessageId, TicketId
from hub.api.reception import Here
from hub.api.schemas import AttachmentItem, DeliveryItem, MessageItem, MessagePage, NewReply
from hub.api.viewer import Viewing
from hub.journey.reply import NoSuchTicket
from storage.message import reads
from storage.message.reads import Said
from storage.ticket import reads as ticket_reads
from storage.unit_of_work import UnitOfWork

router = APIRouter()


@router.get("/tickets/{id}/messages", summary="The messages of a ticket")
async def messages(
    id: UUID,
    reception: Here,
    viewer: Viewing,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> MessagePage:
    """The last messages before `before`, the oldest first."""
    ticket_id, earlier = TicketId(id), None if before is None else MessageId(before)
    async with UnitOfWork(reception.hub.engine) as work:
        said = await reads.of_ticket(
            work.connection, reception.hub.keyring, ticket_id, viewer=viewer, before=earlier, limit=limit + 1
        )
        if not said and await ticket_reads.by_id(work.connection, ticket_id, viewer=viewer) is None:
            raise NoSuchTicket(f"no ticket {id}")
    shown = said[-limit:]
    return MessagePage(
        items=[message_item(one) for one in shown], before=str(shown[0].message.id) if len(said) > limit else None
    )


@router.post("/tickets/{id}/replies", status_code=201, summary="Answer a ticket")
async def reply(
    id: UUID,
    answer: NewReply,
    reception: Here,
    viewer: Viewing,
) -> MessageItem:
    """Accept an answer, to be sent by the worker; a repeat of its `client_id` is the same message."""
    said = await reception.hub.reply().write(
        ticket_id=TicketId(id), client_id=answer.client_id, text=answer.text, viewer=viewer
    )
    return message_item(said)


def message_item(said: Said) -> MessageItem:
    """A message as the API tells it."""
    message, delivery = said.message, said.delivery
    return MessageItem(
        id=message.id,
        client_id=message.client_id,
        direction=message.direction,
        author=message.author,
        author_name=message.author_name,
        subject=message.subject,
        text=message.text,
        language=message.language,
        sent_at=message.sent_at,
        received_at=message.received_at,
        attachments=[AttachmentItem.model_validate(attachment) for attachment in message.attachments],
        delivery=None if delivery is None else DeliveryItem.model_validate(delivery),
    )
