"""Messages in and out, and what happened on the way."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.events.event import Event
from domain.message import Author
from domain.triage import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(Event):
    """Somebody wrote to us. `sent_at` is the sender's word; `at` is our server's."""

    type: ClassVar[str] = "message.received"
    channel: str
    sent_at: datetime
    language: Language
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(Event):
    """We wrote. Only a `human` and `substantive` message is a first response: "we are looking into it" is none."""

    type: ClassVar[str] = "message.sent"
    channel: str
    author: Author
    substantive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryMoved(Event):
    """An outbound message went on: sending, sent, delivered, read, refused, failed or uncertain."""

    type: ClassVar[str] = "delivery.moved"
    delivery_id: UUID
    state: str
    attempt: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventUnrecognised(Event):
    """A provider told us something of a sort that we do not know; it is kept."""

    type: ClassVar[str] = "event.unrecognised"
    channel: str
    sort: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuarantined(Event):
    """An event failed three times and was put aside for a person; its lane went on."""

    type: ClassVar[str] = "event.quarantined"
    channel: str
    inbox_id: int
    reason: str
