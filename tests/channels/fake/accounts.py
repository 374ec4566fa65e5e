"""Accounts, webhooks and providers for the tests of the fake channel."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from channels.fake.adapter import FakeChannel
from channels.fake.behaviour import Behaviour
from channels.fake.emission import WireEvent, webhook
from channels.fake.events import WireMessage, WireStatus
from channels.fake.provider import FakeProvider
from channels.port import Account, OutboundMessage, RawEvent
from domain.channel import ChannelKind
from domain.ids import AccountId
from hub.clock import FixedClock

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = "clé partagée"
MESSAGE = WireMessage(id="m-1", sender="+33612345678", name="Camille", text="J’ai mal au dos", sent_at=NOW)
STATUS = WireStatus(message_id="fake-1", state="delivered", at=NOW, to="+33612345678")


def an_account(settings: Mapping[str, str] | None = None) -> Account:
    """One of our addresses on the fake channel, with these settings."""
    return Account(AccountId(UUID(int=1)), ChannelKind.FAKE, "Essai", "vi-hub", {"secret": SECRET, **(settings or {})})


def a_channel(**settings: str) -> FakeChannel:
    """The channel of that account."""
    return FakeChannel(an_account(settings))


def raw(body: bytes, *, headers: Mapping[str, str] | None = None) -> RawEvent:
    """Bytes as they came in, with no proof."""
    return RawEvent(body, headers or {}, NOW)


def signed(*events: WireEvent, secret: str = SECRET) -> RawEvent:
    """A webhook with these events."""
    headers, body = webhook(events, secret=secret)
    return raw(body, headers=headers)


def a_message(
    *, key: str = "0199aabb", to: str = "+33612345678", text: str = "Bonjour, votre dossier avance."
) -> OutboundMessage:
    """An answer by an adviser."""
    return OutboundMessage(key=key, to=to, text=text, sent_at=NOW, subject="Remboursement", author_name="Zoé Lefèvre")


@asynccontextmanager
async def a_provider(
    behaviour: Behaviour | None = None, *, log: Path | None = None
) -> AsyncIterator[tuple[FakeProvider, str]]:
    """A provider that listens, and its address."""
    provider = FakeProvider(clock=FixedClock(NOW), log=log)
    provider.behaviour = behaviour or Behaviour()
    async with provider.listening() as url:
        yield provider, url


@asynccontextmanager
async def a_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A server that speaks as it likes, and its address; it hangs up after the talk."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


async def nobody() -> str:
    """An address that nobody listens at."""
    async with a_server(lambda _reader, _writer: asyncio.sleep(0)) as url:
        return url
