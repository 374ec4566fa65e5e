"""Identifiers: time-ordered UUIDv7 (RFC 9562, 5.7), one NewType per noun."""

import itertools
import secrets
from datetime import datetime
from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
MemberId = NewType("MemberId", UUID)
IdentityId = NewType("IdentityId", UUID)
ConversationId = NewType("ConversationId", UUID)
TicketId = NewType("TicketId", UUID)
MessageId = NewType("MessageId", UUID)
AttachmentId = NewType("AttachmentId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
UserId = NewType("UserId", UUID)
EventId = NewType("EventId", UUID)

_COUNTER_BITS = 40
_RANDOM_BITS = 62 - _COUNTER_BITS
#: Starts anywhere in the lower half: a process does not live long enough to count to the end.
_counter = itertools.count(secrets.randbelow(1 << (_COUNTER_BITS - 1)))


def mint(now: datetime) -> UUID:
    """Mint a UUIDv7 for the aware instant `now`.

    Ids minted by one process for the same instant keep the order in which they were minted:
    a counter fills the bits that follow the millisecond and its fraction.
    """
    micros = int(now.timestamp()) * 1_000_000 + now.microsecond
    millis, rest = divmod(micros, 1000)
    fraction = rest * 4096 // 1000
    counter = next(_counter) & ((1 << _COUNTER_BITS) - 1)
    return UUID(
        int=(millis & 0xFFFFFFFFFFFF) << 80
        | 0x7 << 76
        | fraction << 64
        | 0b10 << 62
        | counter << _RANDOM_BITS
        | secrets.randbits(_RANDOM_BITS)
    )


def lowest_at(moment: datetime) -> UUID:
    """The lowest UUIDv7 that can be minted at `moment`: a partition's or a page's boundary."""
    millis = int(moment.timestamp()) * 1000 + moment.microsecond // 1000
    return UUID(int=(millis & 0xFFFFFFFFFFFF) << 80)
