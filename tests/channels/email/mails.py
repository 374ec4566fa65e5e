"""Accounts, mails and a real sending server for the tests of the e-mail channel."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.email.adapter import EmailChannel
from channels.email.server import Limits
from channels.email.settings import Security, SmtpServer
from channels.port import Account, InboundEvent, MessageArrived, OutboundMessage, RawEvent
from domain.channel import ChannelKind
from domain.ids import AccountId
from hub.clock import FixedClock

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ADDRESS = "assistance@hub.example"
REAL_MAILS = Path(__file__).parents[4] / "shared/contracts/data/email/mikel-mail/spec/fixtures/emails"


def an_account(settings: Mapping[str, str] | None = None) -> Account:
    """The programme's address, with these settings."""
    return Account(AccountId(UUID(int=1)), ChannelKind.EMAIL, "Assistance VI", ADDRESS, dict(settings or {}))


def a_channel(
    settings: Mapping[str, str] | None = None, *, smtp: SmtpServer | None = None, limits: Limits | None = None
) -> EmailChannel:
    """The channel of that account, at a fixed time."""
    return EmailChannel(an_account(settings), clock=FixedClock(NOW), smtp=smtp, limits=limits)


def raw(mail: str | bytes, **headers: str) -> RawEvent:
    """A mail as it came in; keywords are envelope headers with `_` for `-`."""
    body = mail.replace("\n", "\r\n").encode() if isinstance(mail, str) else mail
    return RawEvent(body, {name.replace("_", "-"): value for name, value in headers.items()}, NOW)


def parsed(mail: str | bytes, **headers: str) -> InboundEvent:
    """The event of a mail."""
    (event,) = a_channel().parse(raw(mail, **headers))
    return event


def arrived(mail: str | bytes, **headers: str) -> MessageArrived:
    """The message of a mail that is one."""
    event = parsed(mail, **headers)
    assert isinstance(event, MessageArrived)
    return event


def a_message(
    *,
    to: str = "camille.moreau@volontaires.example",
    text: str = "Bonjour Camille,\n\nVotre dossier avance.",
    subject: str | None = "Remboursement",
    in_reply_to: str | None = "question@volontaires.example",
    references: tuple[str, ...] = (),
    key: str = "0199aabb-0001",
    author_name: str = "Zoé Lefèvre",
    ticket_reference: str | None = "VI-7K2M9Q",
    automatic: bool = False,
) -> OutboundMessage:
    """An answer by an adviser."""
    return OutboundMessage(
        key=key,
        to=to,
        text=text,
        sent_at=NOW,
        subject=subject,
        in_reply_to=in_reply_to,
        references=references,
        author_name=author_name,
        ticket_reference=ticket_reference,
        automatic=automatic,
    )


@dataclass
class Sink:
    """A sending server as its handler: what it answers at each step, and what it took.

    `data` may also be "drop" (hangs up after the mail) or "silence" (never answers it).
    """

    mail: str = "250 OK"
    rcpt: str = "250 OK"
    data: str = "250 OK"
    taken: list[Envelope] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.mail

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        if self.data == "silence":
            await asyncio.Event().wait()
        if self.data == "drop":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return self.data

    def content(self) -> bytes:
        """The one mail that was taken."""
        (envelope,) = self.taken
        assert isinstance(envelope.content, bytes)
        return envelope.content


@asynccontextmanager
async def sending_server(sink: Sink, *, utf8: bool = True, seconds: float = 5.0) -> AsyncIterator[SmtpServer]:
    """A real SMTP server on loopback, as the channel's settings name it."""
    loop = asyncio.get_running_loop()
    connections: list[SMTP] = []

    def connect() -> SMTP:
        connections.append(SMTP(sink, hostname="sink.example", enable_SMTPUTF8=utf8, loop=loop))
        return connections[-1]

    server = await loop.create_server(connect, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield SmtpServer("127.0.0.1", port, Security.NONE, timeout_seconds=seconds, data_seconds=seconds)
    finally:
        server.close()
        for connection in connections:
            if isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()
        tasks = [connection._handler_coroutine for connection in connections if connection._handler_coroutine]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def closed_port() -> AsyncIterator[SmtpServer]:
    """A server that nobody listens at."""
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    yield SmtpServer("127.0.0.1", port, Security.NONE, timeout_seconds=5.0)
