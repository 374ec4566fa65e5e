"""The shape of a channel: everything an adapter's author must read.

An adapter translates and nothing else. Retry, idempotency, storage, metrics and order belong to the journeys.

    ChannelError
     ├── SignatureInvalid     not from whom it claims to be: 401, the bytes go to a capped quarantine
     ├── Malformed            from the provider, but unreadable: the bytes are kept, 200, alarm
     ├── Unsupported          the message asks for what the channel cannot carry: mend the message
     └── SendError
          ├── SendRefused     the provider said no for good
          ├── SendRetryable   the provider said not now
          └── SendUncertain   the answer was lost: nobody knows, unless the provider can be asked
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Protocol, runtime_checkable

from domain.channel import Capabilities, ChannelKind
from domain.ids import AccountId
from domain.message import DeliveryState


class ChannelError(Exception):
    """Something that a channel anticipates; the text says what happened, to what, and what to do."""


class SignatureInvalid(ChannelError):  # noqa: N818 - named as in CONVENTIONS
    """The event does not prove where it comes from."""


class Malformed(ChannelError):  # noqa: N818
    """The event is proved but cannot be read."""


class Unsupported(ChannelError):  # noqa: N818
    """The message asks for something that the channel cannot carry."""


class SendError(ChannelError):
    """A call to the provider did not end in a receipt."""


class SendRefused(SendError):  # noqa: N818
    """Final: the same call will never be accepted."""


class SendRetryable(SendError):  # noqa: N818
    """Not now; `retry_after` when the provider said for how long."""

    def __init__(self, text: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class SendUncertain(SendError):  # noqa: N818
    """The answer was lost after the call may have been taken."""


@dataclass(frozen=True, slots=True)
class RawEvent:
    """Bytes as they came. Header names are lower case; `url` is the public one, query included."""

    body: bytes
    headers: Mapping[str, str]
    received_at: datetime
    url: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What every inbound event has.

    event_key: unique in the account for this very event; a repeat carries the same one.
    lane_key: events of one lane are processed in order (account × remote address).
    """

    event_key: str
    lane_key: str


@dataclass(frozen=True, slots=True)
class InboundAttachment:
    """A file inside an inbound message; `content` decoded."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MessageArrived(Arrived):
    """Somebody wrote.

    sender: the remote address, normalised · participants: others addressed (mail: From, To, Cc, ours left out)
    thread: provider ids of earlier messages this one answers, the nearest first · tag: our ticket reference
    automatic: a machine wrote it, so nothing may be answered by machine · text: the sender's new words
    """

    message_id: str
    sender: str
    text: str
    sent_at: datetime
    sender_name: str = ""
    subject: str | None = None
    participants: tuple[str, ...] = ()
    thread: tuple[str, ...] = ()
    tag: str | None = None
    automatic: bool = False
    attachments: tuple[InboundAttachment, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusChanged(Arrived):
    """The provider says what became of a message of ours, named by its `message_id` (provider id)."""

    message_id: str
    state: DeliveryState
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unrecognised(Arrived):
    """Something of a sort that we do not know: stored and counted, never raised. `sort` in the provider's word."""

    sort: str


@dataclass(frozen=True, slots=True)
class Unreadable(Arrived):
    """Bytes that `parse` called Malformed, as the journey keeps them: `text` is what can be read of them.

    Never made by an adapter. They wait for a person, unless danger speaks in them.
    """

    reason: str
    text: str


InboundEvent = MessageArrived | StatusChanged | Unrecognised | Unreadable


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message to render. `key` is the delivery's idempotency key, the same on every retry.

    in_reply_to and references are provider ids, the oldest first.
    """

    key: str
    to: str
    text: str
    sent_at: datetime
    subject: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    author_name: str = ""
    ticket_reference: str | None = None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class WireCall:
    """One call to the provider. A message may need several; each is settled on its own.

    provider_id: the id that the message will carry, where we choose it (mail): answers find it whatever happens.
    """

    key: str
    target: str
    content_type: str
    body: bytes
    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """The provider took the call. `provider_id` is what its receipts and the answers will name."""

    provider_id: str
    detail: str = ""


class ChannelAdapter(Protocol):
    """One instance serves one account."""

    kind: ClassVar[ChannelKind]
    capabilities: ClassVar[Capabilities]

    def verify(self, event: RawEvent) -> None:
        """Prove where the event comes from. Pure. Raises SignatureInvalid."""
        ...

    def parse(self, event: RawEvent) -> tuple[InboundEvent, ...]:
        """Read the event, twice alike. Pure. Raises Malformed."""
        ...

    def render(self, message: OutboundMessage) -> tuple[WireCall, ...]:
        """Write the calls that carry the message, twice alike. Pure. Raises Unsupported."""
        ...

    async def send(self, call: WireCall) -> SendReceipt:
        """Make one call, within a time-out. The only IO. Raises SendError."""
        ...


#: Called by a listener with what it heard; returns only when it is committed, raises when it is not.
Accept = Callable[[RawEvent], Awaitable[None]]


@runtime_checkable
class ListeningChannel(Protocol):
    """A channel that listens by itself (SMTP intake). It says yes to its peer only after `accept` returned."""

    def listen(self, accept: Accept) -> AbstractAsyncContextManager[str]:
        """Listen while the context is open; yields the address listened on, for people to read."""
        ...


@runtime_checkable
class AskableChannel(Protocol):
    """A channel that can be asked what became of a call, so that a lost answer is not uncertain."""

    async def find(self, key: str) -> SendReceipt | None:
        """The receipt of the call with this key, None when it never arrived. Raises SendRetryable."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """One of our addresses on a channel. `settings` holds addresses and secrets, decrypted."""

    id: AccountId
    kind: ChannelKind
    name: str
    address: str
    settings: Mapping[str, str] = field(default_factory=dict)
