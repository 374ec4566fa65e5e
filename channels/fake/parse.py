"""The provider's webhooks as events of the hub. Strict: what is only half right is Malformed."""

import hashlib
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from channels.fake.events import Webhook, WireMessage, WireSort, WireStatus
from channels.port import (
    InboundAttachment,
    InboundEvent,
    Malformed,
    MessageArrived,
    RawEvent,
    StatusChanged,
    Unrecognised,
)
from domain.message import DeliveryState

#: The provider's words for what becomes of a message.
_STATES = {
    state.value: state
    for state in (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED)
}
_Wire = TypeVar("_Wire", Webhook, WireSort, WireMessage, WireStatus)


def parse_webhook(event: RawEvent, *, address: str) -> tuple[InboundEvent, ...]:
    """Read the events of one webhook to `address`, in its order. Pure. Raises Malformed."""
    return tuple(_event(raw, address=address) for raw in _read(event.body, Webhook).events)


def _event(raw: msgspec.Raw, *, address: str) -> InboundEvent:
    sort = _read(raw, WireSort).type
    if sort == "message":
        return _message(_read(raw, WireMessage))
    if sort == "status":
        status = _read(raw, WireStatus)
        if status.state in _STATES:
            return _status(status)
        sort = f"status {status.state}"
    return Unrecognised(f"{sort}:{hashlib.sha256(raw).hexdigest()}", address, sort=sort)


def _message(message: WireMessage) -> MessageArrived:
    message_id, sender = _word(message.id, "id"), _word(message.sender, "from").lower()
    return MessageArrived(
        event_key=f"message:{message_id}",
        lane_key=sender,
        message_id=message_id,
        sender=sender,
        text=_text(message.text),
        sent_at=_utc(message.sent_at),
        sender_name=" ".join(_text(message.name).split()),
        participants=(sender,),
        thread=tuple(_word(earlier, "thread") for earlier in message.thread),
        automatic=message.automatic,
        attachments=tuple(
            InboundAttachment(_text(file.filename), _text(file.content_type), file.content)
            for file in message.attachments
        ),
    )


def _status(status: WireStatus) -> StatusChanged:
    message_id = _word(status.message_id, "message_id")
    at = _utc(status.at)
    return StatusChanged(
        event_key=f"status:{message_id}:{status.state}:{at.isoformat()}",
        lane_key=status.to.strip().lower() or message_id,
        message_id=message_id,
        state=_STATES[status.state],
        at=at,
        reason=_text(status.reason),
    )


def _read(data: bytes | msgspec.Raw, wire: type[_Wire]) -> _Wire:
    try:
        return msgspec.json.decode(data, type=wire)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"No {wire.__name__} in {len(bytes(data))} bytes of a webhook: {error}") from error


def _word(value: str, name: str) -> str:
    word = value.strip()
    if not word or not word.isprintable():
        raise Malformed(f"{name} holds characters that cannot be printed")
    return word


def _text(value: str) -> str:
    return value.replace("\x00", "\ufffd")  # the database keeps no NUL


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise Malformed(f"{moment.isoformat()} is outside the calendar") from error
