"""Reading messages. Bodies are opened only for a viewer who may read tickets."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import AttachmentId, ConversationId, MessageId, TicketId, UserId
from domain.message import Attachment, DeliveryState, Message
from domain.permissions import Action, Viewer
from storage import tables
from storage.engine import digest
from storage.keys import Keyring, Purpose

_messages, _deliveries = tables.message, tables.delivery


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """What a screen needs to know of a delivery."""

    id: UUID
    state: DeliveryState
    attempts: int
    detail: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A message and, when it is ours, its delivery."""

    message: Message
    delivery: DeliveryFacts | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an earlier message stands."""

    message_id: MessageId
    conversation_id: ConversationId
    ticket_id: TicketId


async def of_ticket(
    connection: AsyncConnection,
    keyring: Keyring,
    ticket_id: TicketId,
    *,
    viewer: Viewer,
    before: MessageId | None = None,
    limit: int = 100,
) -> tuple[Said, ...]:
    """The last `limit` messages before `before`, the oldest first. Raises Forbidden."""
    wanted = _messages.c.ticket_id == ticket_id
    if before is not None:
        wanted &= _messages.c.id < before
    said = await _read(connection, keyring, wanted, viewer=viewer, limit=limit)
    return tuple(reversed(said))


async def by_id(connection: AsyncConnection, keyring: Keyring, message_id: MessageId, *, viewer: Viewer) -> Said | None:
    """One message. Raises Forbidden."""
    said = await _read(connection, keyring, _messages.c.id == message_id, viewer=viewer, limit=1)
    return said[0] if said else None


async def by_client_id(
    connection: AsyncConnection, keyring: Keyring, *, user_id: UserId, client_id: str, viewer: Viewer
) -> Said | None:
    """The message that this user's client minted this id for. Raises Forbidden."""
    wanted = (_messages.c.user_id == user_id) & (_messages.c.client_id == client_id)
    said = await _read(connection, keyring, wanted, viewer=viewer, limit=1)
    return said[0] if said else None


async def attachment(
    connection: AsyncConnection, keyring: Keyring, attachment_id: AttachmentId, *, viewer: Viewer
) -> Attachment | None:
    """What is known of one attachment. Raises Forbidden."""
    viewer.require(Action.READ_TICKETS)
    found = select(tables.attachment).where(tables.attachment.c.id == attachment_id)
    row = (await connection.execute(found)).one_or_none()
    return None if row is None else _attachment(row, keyring)


async def places(connection: AsyncConnection, provider_ids: Collection[str]) -> Mapping[str, tuple[Place, ...]]:
    """Where the messages with these provider ids stand, by provider id."""
    hashes = {digest(provider_id): provider_id for provider_id in provider_ids}
    if not hashes:
        return {}
    found = select(_messages.c.provider_hash, _messages.c.id, _messages.c.conversation_id, _messages.c.ticket_id).where(
        _messages.c.provider_hash.in_(list(hashes))
    )
    by_id: dict[str, list[Place]] = defaultdict(list)
    for row in await connection.execute(found.order_by(_messages.c.id)):
        by_id[hashes[row[0]]].append(Place(MessageId(row[1]), ConversationId(row[2]), TicketId(row[3])))
    return {provider_id: tuple(found) for provider_id, found in by_id.items()}


async def thread_ids(
    connection: AsyncConnection, conversation_id: ConversationId, *, limit: int = 20
) -> tuple[str, ...]:
    """Provider ids of a conversation's last messages, the oldest first, for threading headers."""
    found = (
        select(_messages.c.provider_id)
        .where(_messages.c.conversation_id == conversation_id, _messages.c.provider_id.is_not(None))
        .order_by(_messages.c.id.desc())
        .limit(limit)
    )
    return tuple(reversed((await connection.execute(found)).scalars().all()))


async def last_subject(
    connection: AsyncConnection, keyring: Keyring, conversation_id: ConversationId, *, viewer: Viewer
) -> str | None:
    """The subject last used in a conversation. Raises Forbidden."""
    viewer.require(Action.READ_TICKETS)
    found = (
        select(_messages.c.subject)
        .where(_messages.c.conversation_id == conversation_id, _messages.c.subject.is_not(None))
        .order_by(_messages.c.id.desc())
        .limit(1)
    )
    sealed = (await connection.execute(found)).scalar_one_or_none()
    return None if sealed is None else keyring.open(Purpose.BODY, sealed).decode()


async def _read(
    connection: AsyncConnection, keyring: Keyring, wanted: Any, *, viewer: Viewer, limit: int
) -> tuple[Said, ...]:
    viewer.require(Action.READ_TICKETS)
    found = (
        select(
            _messages,
            _deliveries.c.id.label("delivery_id"),
            _deliveries.c.state.label("delivery_state"),
            _deliveries.c.attempts.label("delivery_attempts"),
            _deliveries.c.detail.label("delivery_detail"),
            _deliveries.c.updated_at.label("delivery_updated_at"),
        )
        .outerjoin(_deliveries, _deliveries.c.message_id == _messages.c.id)
        .where(wanted)
        .order_by(_messages.c.id.desc())
        .limit(limit)
    )
    rows = [row._mapping for row in await connection.execute(found)]
    files = await _attachments(connection, keyring, [row["id"] for row in rows])
    return tuple(_said(row, keyring, files.get(row["id"], ())) for row in rows)


async def _attachments(
    connection: AsyncConnection, keyring: Keyring, ids: Sequence[UUID]
) -> Mapping[UUID, tuple[Attachment, ...]]:
    rows = await connection.execute(
        select(tables.attachment).where(tables.attachment.c.message_id.in_(ids)).order_by(tables.attachment.c.id)
    )
    found: dict[UUID, list[Attachment]] = defaultdict(list)
    for row in rows:
        found[row.message_id].append(_attachment(row, keyring))
    return {message: tuple(attachments) for message, attachments in found.items()}


def _attachment(row: Any, keyring: Keyring) -> Attachment:
    filename = keyring.open(Purpose.BODY, row.filename).decode()
    return Attachment(AttachmentId(row.id), filename, row.content_type, row.size)


def _said(row: Any, keyring: Keyring, attachments: tuple[Attachment, ...]) -> Said:
    delivery = None
    if row["delivery_id"] is not None:
        delivery = DeliveryFacts(
            row["delivery_id"],
            row["delivery_state"],
            row["delivery_attempts"],
            row["delivery_detail"],
            row["delivery_updated_at"],
        )
    message = Message(
        id=MessageId(row["id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        ticket_id=TicketId(row["ticket_id"]),
        direction=row["direction"],
        author=row["author"],
        author_name=row["author_name"],
        text=keyring.open(Purpose.BODY, row["text"]).decode(),
        subject=None if row["subject"] is None else keyring.open(Purpose.BODY, row["subject"]).decode(),
        sent_at=row["sent_at"],
        received_at=row["received_at"],
        language=row["language"],
        user_id=UserId(row["user_id"]) if row["user_id"] else None,
        client_id=row["client_id"],
        provider_id=row["provider_id"],
        attachments=attachments,
        delivery=delivery.state if delivery else None,
    )
    return Said(message, delivery)
