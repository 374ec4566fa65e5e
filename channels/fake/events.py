"""What the fake provider says in its webhooks: `{"events": […]}`, each event with its `type`.

Both sides are here: the provider writes them, the channel reads them. Times are RFC 3339 with their offset.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

#: An id, an address or a sort: short, and something.
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=320)]
#: A moment that says its offset.
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class WireAttachment(msgspec.Struct, frozen=True):
    """A file; `content` travels in base64."""

    filename: Word
    content_type: Word
    content: bytes


class WireMessage(msgspec.Struct, frozen=True, tag="message", rename={"sender": "from"}, omit_defaults=True):
    """Somebody wrote. `thread`: ids of the messages it answers, the nearest first."""

    id: Word
    sender: Word
    text: str
    sent_at: Moment
    name: str = ""
    automatic: bool = False
    thread: tuple[Word, ...] = ()
    attachments: tuple[WireAttachment, ...] = ()


class WireStatus(msgspec.Struct, frozen=True, tag="status", omit_defaults=True):
    """What became of a call that the provider took; `state` in its own words, `to` the address written to."""

    message_id: Word
    state: Word
    at: Moment
    reason: str = ""
    to: str = ""


class WireSort(msgspec.Struct, frozen=True):
    """The one thing that an event of any sort has."""

    type: Word


class Webhook(msgspec.Struct, frozen=True):
    """One request of the provider: events, each still in its own bytes."""

    events: tuple[msgspec.Raw, ...]


def write_webhook(events: Sequence[WireMessage | WireStatus | msgspec.Raw]) -> bytes:
    """The body of one request that carries these events, in this order."""
    return msgspec.json.encode({"events": events})
