"""Channels as the domain knows them: their names and what each can carry."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class ChannelKind(StrEnum):
    """A way to reach us. One member per folder of channels/; the registry is total over it."""

    EMAIL = "email"
    FAKE = "fake"


class Feature(StrEnum):
    """What a message may hold beyond plain text."""

    ATTACHMENTS = "attachments"
    SUBJECT = "subject"
    READ_RECEIPTS = "read_receipts"
    DELIVERY_RECEIPTS = "delivery_receipts"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do, as data; asking for more raises Unsupported.

    honours_key: a repeat of the same idempotency key is delivered once, so a lost answer may be sent again.
    threaded: each thread of messages is a conversation of its own (mail); else one per remote address.
    """

    features: frozenset[Feature]
    max_text_chars: int
    reply_window: timedelta | None = None
    honours_key: bool = False
    threaded: bool = False
