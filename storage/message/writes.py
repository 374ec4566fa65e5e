"""Writing messages and attachments; bodies, subjects and file names are sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to add, with the account it came or goes through and the inbox row it came from."""

    message: Message
    account_id: AccountId
    inbox_id: int | None = None


async def add(connection: AsyncConnection, keyring: Keyring, messages: Sequence[NewMessage]) -> None:
    """Add messages with their attachments' rows (the files themselves are in storage.files)."""
    if not messages:
        return
    await connection.execute(insert(tables.message), [_columns(keyring, new) for new in messages])
    attachments = [
        {
            "id": attachment.id,
            "message_id": new.message.id,
            "filename": keyring.seal(Purpose.BODY, attachment.filename.encode("utf-8", "replace")),
            "content_type": attachment.content_type,
            "size": attachment.size,
        }
        for new in messages
        for attachment in new.message.attachments
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


def _columns(keyring: Keyring, new: NewMessage) -> dict[str, Any]:
    return row(keyring, new.account_id, new.message) | {"inbox_id": new.inbox_id}


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
