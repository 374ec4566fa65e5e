"""What the pipeline carries from step to step: one inbox row, and all that the steps have found out about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from channels import wire
from channels.port import (
    Account,
    InboundAttachment,
    InboundEvent,
    MessageArrived,
    StatusChanged,
    Unreadable,
    Unrecognised,
)
from domain.channel import Capabilities
from domain.conversation import Conversation
from domain.ids import AttachmentId, MessageId, TicketId
from domain.member import Identity
from domain.message import Attachment, Message
from domain.ticket import Ticket
from domain.triage import Assessment, Danger, LanguageGuess
from hub.journey.channels import Channels
from hub.journey.first_look import unseal
from storage.inbox import InboxRow
from storage.keys import Keyring, Purpose

#: Longer names and addresses are cut: nobody has one, and a column is no place for a novel.
_MAX_NAME_CHARS, _MAX_ADDRESS_CHARS = 200, 320


@dataclass(slots=True)
class Said:
    """A message on its way through the pipeline; each step fills in its own field."""

    row: InboxRow
    account: Account
    capabilities: Capabilities
    event: MessageArrived
    danger: Danger | None
    id: MessageId
    attachments: tuple[tuple[Attachment, InboundAttachment], ...] = ()
    identity: Identity | None = None
    guess: LanguageGuess | None = None
    assessment: Assessment | None = None
    conversation: Conversation | None = None
    #: The ticket of the mail that this one answers, when its sender may join it.
    answers: TicketId | None = None
    #: The ticket of the mail that this one answers, when its sender may not join it (ruling 12).
    may_belong_to: TicketId | None = None
    ticket: Ticket | None = None
    message: Message | None = None


@dataclass(slots=True)
class Batch:
    """Rows claimed together, sorted by what they are."""

    said: list[Said] = field(default_factory=list)
    statuses: list[tuple[InboxRow, StatusChanged]] = field(default_factory=list)
    unrecognised: list[tuple[InboxRow, Unrecognised]] = field(default_factory=list)


def opened(rows: tuple[InboxRow, ...], *, keyring: Keyring, channels: Channels, mint: Callable[[], UUID]) -> Batch:
    """Open the rows. Raises Unsealable, msgspec.ValidationError, UnknownAccount."""
    batch = Batch()
    for row in rows:
        event: InboundEvent = wire.decode(keyring.open(Purpose.RAW, row.event))
        if isinstance(event, StatusChanged):
            batch.statuses.append((row, event))
        elif isinstance(event, Unrecognised):
            batch.unrecognised.append((row, event))
        else:
            batch.said.append(_said(row, _readable(event, row), keyring=keyring, channels=channels, mint=mint))
    return batch


def _said(
    row: InboxRow, event: MessageArrived, *, keyring: Keyring, channels: Channels, mint: Callable[[], UUID]
) -> Said:
    place = channels.of(row.account_id)
    clean = _clean(event)
    return Said(
        row=row,
        account=place.account,
        capabilities=place.channel.capabilities,
        event=clean,
        danger=unseal(keyring, row.danger),
        id=MessageId(mint()),
        attachments=tuple((_attachment(AttachmentId(mint()), one), one) for one in clean.attachments),
    )


def _attachment(attachment_id: AttachmentId, file: InboundAttachment) -> Attachment:
    return Attachment(attachment_id, file.filename, file.content_type, len(file.content))


def _readable(event: MessageArrived | Unreadable, row: InboxRow) -> MessageArrived:
    """Danger spoke in bytes that are no message: they become one, from a sender who cannot be answered."""
    if isinstance(event, MessageArrived):
        return event
    return MessageArrived(
        event_key=event.event_key,
        lane_key=event.lane_key,
        message_id=f"{event.event_key[:32]}@unreadable.invalid",
        sender=f"unreadable:{event.event_key[:16]}",
        text=event.text,
        sent_at=row.received_at,
        automatic=True,
    )


def _clean(event: MessageArrived) -> MessageArrived:
    """Names and addresses as a database column can hold them; the words themselves stay as they were written."""
    return MessageArrived(
        event_key=event.event_key,
        lane_key=event.lane_key,
        message_id=_line(event.message_id, _MAX_ADDRESS_CHARS * 3),
        sender=_line(event.sender, _MAX_ADDRESS_CHARS),
        text=event.text,
        sent_at=event.sent_at,
        sender_name=_line(event.sender_name, _MAX_NAME_CHARS),
        subject=event.subject,
        participants=tuple(_line(one, _MAX_ADDRESS_CHARS) for one in event.participants),
        thread=event.thread,
        tag=event.tag,
        automatic=event.automatic,
        attachments=tuple(
            InboundAttachment(one.filename, _line(one.content_type, 200), one.content) for one in event.attachments
        ),
    )


def _line(text: str, most: int) -> str:
    encodable = text.encode("utf-8", "replace").decode()
    return "".join(mark for mark in encodable if mark.isprintable() or mark == " ")[:most]
