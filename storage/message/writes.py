"""Writing messages and attachments; bodies, subjects and file names are sealed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import AccountId, MessageId
from domain.message import Message
from storage import tables
from storage.engine import digest
from storage.keys import Keyring, Purpose
from storage.values import columns_of

_ELSEWHERE = frozenset({"attachments", "delivery"})


async def add(connection: AsyncConnection, keyring: Keyring, messages: Sequence[tuple[AccountId, Message]]) -> None:
    """Add messages with their attachments' rows (the files themselves are in storage.files)."""
    if not messages:
        return
    await connection.execute(insert(tables.message), [row(keyring, account, message) for account, message in messages])
    attachments = [
        {
            "id": attachment.id,
            "message_id": message.id,
            "filename": keyring.seal(Purpose.BODY, attachment.filename.encode("utf-8", "replace")),
            "content_type": attachment.content_type,
            "size": attachment.size,
        }
        for _, message in messages
        for attachment in message.attachments
    ]
    if attachments:
        await connection.execute(insert(tables.attachment), attachments)


async def name(connection: AsyncConnection, message_id: MessageId, provider_id: str) -> None:
    """Remember the provider's name for an outbound message, so that its answers find it."""
    await connection.execute(
        update(tables.message)
        .where(tables.message.c.id == message_id, tables.message.c.provider_id.is_(None))
        .values(provider_id=provider_id, provider_hash=digest(provider_id))
    )


def row(keyring: Keyring, account: AccountId, message: Message) -> dict[str, Any]:
    """A message as the columns of its table."""
    subject = None if message.subject is None else keyring.seal(Purpose.BODY, _bytes(message.subject))
    return columns_of(message, leave_out=_ELSEWHERE) | {
        "account_id": account,
        "text": keyring.seal(Purpose.BODY, _bytes(message.text)),
        "subject": subject,
        "provider_hash": None if message.provider_id is None else digest(message.provider_id),
    }


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
