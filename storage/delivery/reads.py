"""Reading deliveries: where each stands, and everything that is needed to send it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import AccountId, ConversationId, DeliveryId, MessageId, TicketId
from domain.message import Author, DeliveryState
from storage import tables
from storage.engine import digest
from storage.keys import Keyring, Purpose

_deliveries, _messages, _attempts = tables.delivery, tables.message, tables.attempt


@dataclass(frozen=True, slots=True)
class Delivery:
    """What becomes of an outbound message. `next_step`: the first of its calls that is not settled."""

    id: DeliveryId
    message_id: MessageId
    account_id: AccountId
    conversation_id: ConversationId
    to_address: str
    state: DeliveryState
    created_at: datetime
    updated_at: datetime
    next_step: int = 0
    attempts: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery with the message it carries, opened. `in_reply_to` and `references`: provider ids, oldest first."""

    delivery: Delivery
    ticket_id: TicketId
    ticket_reference: str
    text: str
    subject: str | None
    author: Author
    author_name: str
    sent_at: datetime
    references: tuple[str, ...]


_FIELDS = tuple(_deliveries.c[field.name] for field in fields(Delivery))


async def locked(connection: AsyncConnection, delivery_id: DeliveryId) -> tuple[Delivery, TicketId] | None:
    """A delivery and its ticket, which nobody else moves until this transaction ends."""
    found = (
        select(*_FIELDS, _messages.c.ticket_id)
        .join(_messages, _messages.c.id == _deliveries.c.message_id)
        .where(_deliveries.c.id == delivery_id)
        .with_for_update(of=_deliveries)
    )
    row = (await connection.execute(found)).one_or_none()
    return None if row is None else (Delivery(*row[:-1]), TicketId(row[-1]))


async def by_provider_ids(
    connection: AsyncConnection, provider_ids: Collection[str]
) -> Mapping[str, tuple[DeliveryId, ...]]:
    """The deliveries whose calls the provider knows under these ids."""
    hashes = {digest(provider_id): provider_id for provider_id in provider_ids}
    if not hashes:
        return {}
    found = (
        select(_attempts.c.provider_hash, _attempts.c.delivery_id)
        .where(_attempts.c.provider_hash.in_(list(hashes)))
        .distinct()
        .order_by(_attempts.c.delivery_id)
    )
    by_id: dict[str, tuple[DeliveryId, ...]] = {}
    for provider_hash, delivery in await connection.execute(found):
        name = hashes[provider_hash]
        by_id[name] = (*by_id.get(name, ()), DeliveryId(delivery))
    return by_id


async def outgoing(
    connection: AsyncConnection, keyring: Keyring, ids: Collection[DeliveryId], *, references: int = 20
) -> tuple[Outgoing, ...]:
    """What these deliveries carry, for the journey that sends them. Only `hub.journey.deliver` may call this."""
    if not ids:
        return ()
    found = (
        select(
            *_FIELDS,
            _messages.c.ticket_id,
            tables.ticket.c.reference,
            _messages.c.text,
            _messages.c.subject,
            _messages.c.author,
            _messages.c.author_name,
            _messages.c.sent_at,
        )
        .join(_messages, _messages.c.id == _deliveries.c.message_id)
        .join(tables.ticket, tables.ticket.c.id == _messages.c.ticket_id)
        .where(_deliveries.c.id.in_(list(ids)))
        .order_by(_deliveries.c.id)
        .with_for_update(of=_deliveries)
    )
    carried = []
    for row in (await connection.execute(found)).all():
        delivery = Delivery(*row[: len(_FIELDS)])
        carried.append(
            Outgoing(
                delivery=delivery,
                ticket_id=TicketId(row.ticket_id),
                ticket_reference=row.reference,
                text=keyring.open(Purpose.BODY, row.text).decode(),
                subject=None if row.subject is None else keyring.open(Purpose.BODY, row.subject).decode(),
                author=row.author,
                author_name=row.author_name,
                sent_at=row.sent_at,
                references=await _names_before(connection, delivery, limit=references),
            )
        )
    return tuple(carried)


async def _names_before(connection: AsyncConnection, delivery: Delivery, *, limit: int) -> tuple[str, ...]:
    """Provider ids of what was said before in the conversation, the oldest first."""
    found = (
        select(_messages.c.provider_id)
        .where(
            _messages.c.conversation_id == delivery.conversation_id,
            _messages.c.provider_id.is_not(None),
            _messages.c.id < delivery.message_id,
        )
        .order_by(_messages.c.id.desc())
        .limit(limit)
    )
    return tuple(reversed((await connection.execute(found)).scalars().all()))
