"""Messages, and what becomes of the ones we send."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import AttachmentId, ConversationId, MessageId, TicketId, UserId
from domain.triage import Language


class Direction(StrEnum):
    """Towards us or from us."""

    IN = "in"
    OUT = "out"


class Author(StrEnum):
    """Who wrote a message. Only `human` counts as a first response (KPI dictionary)."""

    MEMBER = "member"
    HUMAN = "human"
    BOT = "bot"
    AUTOMATIC = "automatic"


class DeliveryState(StrEnum):
    """Where an outbound message stands. `uncertain`: the answer was lost and nobody can be asked."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    REFUSED = "refused"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


#: What may follow each state. Receipts move forwards only; a late one is stored as an event and changes nothing.
DELIVERY_STEPS: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.QUEUED: frozenset({DeliveryState.SENDING, DeliveryState.REFUSED, DeliveryState.FAILED}),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.QUEUED,
            DeliveryState.SENT,
            DeliveryState.DELIVERED,
            DeliveryState.READ,
            DeliveryState.REFUSED,
            DeliveryState.FAILED,
            DeliveryState.UNCERTAIN,
        }
    ),
    DeliveryState.SENT: frozenset({DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED}),
    DeliveryState.DELIVERED: frozenset({DeliveryState.READ}),
    DeliveryState.READ: frozenset(),
    DeliveryState.REFUSED: frozenset(),
    DeliveryState.FAILED: frozenset({DeliveryState.QUEUED}),
    DeliveryState.UNCERTAIN: frozenset(
        {DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED}
    ),
}


def may_follow(before: DeliveryState, after: DeliveryState) -> bool:
    """Whether a delivery in `before` may move to `after`."""
    return after in DELIVERY_STEPS[before]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message. `size` in bytes, decoded."""

    id: AttachmentId
    filename: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said. `text` is plain; `sent_at` is the sender's word, `received_at` ours."""

    id: MessageId
    conversation_id: ConversationId
    ticket_id: TicketId
    direction: Direction
    author: Author
    author_name: str
    text: str
    sent_at: datetime
    received_at: datetime
    language: Language = Language.UND
    user_id: UserId | None = None
    client_id: str | None = None
    provider_id: str | None = None
    subject: str | None = None
    attachments: tuple[Attachment, ...] = ()
    delivery: DeliveryState | None = None
