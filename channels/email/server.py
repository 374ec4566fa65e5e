"""An SMTP or LMTP server inside the running loop: takes mails and answers for each only once it is kept.

aiosmtpd speaks the protocol. Reading the mail itself is ours: aiosmtpd keeps every fragment of a line that never
ends, so that one hostile client could fill the memory.
"""

import asyncio
import logging
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from channels.email.settings import IntakeAddress, Protocol

log = logging.getLogger(__name__)
# aiosmtpd logs addresses and commands: personal data has no place in logs.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

_TOO_LARGE = "552 5.3.4 Message larger than the limit"
_LATER = "451 4.3.0 Not kept, please send it again later"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail as it was handed in. Addresses are as the client wrote them, printable, without brackets."""

    content: bytes
    sender: str
    recipients: tuple[str, ...]
    peer: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may cost, and all of them from one address.

    `silent` is the time for the first command, `idle` for every other, `data` for one mail's bytes, `keep` for `take`.
    """

    size_bytes: int = 35_000_000
    connections: int = 200
    connections_per_peer: int = 20
    recipients: int = 100
    silent_seconds: float = 60.0
    idle_seconds: float = 300.0
    data_seconds: float = 900.0
    keep_seconds: float = 60.0
    farewell_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Rules:
    """`is_ours` tells whose mail we take; `take` keeps a mail and returns only when it is kept."""

    hostname: str
    is_ours: Callable[[str], bool]
    take: Callable[[Delivery], Awaitable[None]]
    limits: Limits = Limits()


@asynccontextmanager
async def serving(address: IntakeAddress, rules: Rules) -> AsyncIterator[tuple[str, int]]:
    """Listen while the context is open; yields the host and port. Raises OSError when it cannot listen.

    At the end, mails whose bytes have all come are kept and answered first.
    """
    house = _House(address.protocol, rules)
    server = await asyncio.get_running_loop().create_server(house.open, address.host, address.port)
    try:
        host, port = server.sockets[0].getsockname()[:2]
        yield host, port
    finally:
        server.close()
        await house.close()


class _House:
    """The open connections of one server, and the answers to the dialogue's questions."""

    def __init__(self, protocol: Protocol, rules: Rules) -> None:
        self.rules = rules
        self._connection = _LmtpConnection if protocol is Protocol.LMTP else _SmtpConnection
        self._open: dict[SMTP, str] = {}  # whence each comes
        self._tasks: set[asyncio.Task[None]] = set()
        self._keeping = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    def open(self) -> asyncio.Protocol:
        """A protocol for a new client."""
        return _Door(self)

    def enter(self, peer: str) -> asyncio.Protocol | None:
        """The dialogue with a client from this address; None when there is no room for it."""
        limits = self.rules.limits
        if len(self._open) >= limits.connections:
            return None
        if sum(1 for other in self._open.values() if other == peer) >= limits.connections_per_peer:
            return None
        return self._connection(self)

    def entered(self, connection: SMTP, task: asyncio.Task[None], *, peer: str) -> None:
        """A client is there; `task` talks with it."""
        self._open[connection] = peer
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def left(self, connection: SMTP) -> None:
        """The client is gone."""
        self._open.pop(connection, None)

    async def close(self) -> None:
        """Let mails be kept, then hang up."""
        try:
            await asyncio.wait_for(self._quiet.wait(), self.rules.limits.farewell_seconds)
        except TimeoutError:
            log.warning("mail_intake_closed_while_keeping", extra={"mails": self._keeping})
        for connection in tuple(self._open):
            if connection.transport is not None:
                connection.transport.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take our recipients only: this is no relay."""
        if len(envelope.rcpt_tos) >= self.rules.limits.recipients:
            return "452 4.5.3 Too many recipients"
        if not self.rules.is_ours(_printable(address).lower()):
            return "550 5.1.1 Not an address of this service"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Answer a dialogue that aiosmtpd could not follow; nothing was promised yet."""
        log.warning("mail_intake_dialogue_failed", extra={"error": type(error).__name__})
        return "451 4.3.0 Not understood"

    async def keep(self, session: Session, envelope: Envelope, content: bytes) -> str:
        """Hand the mail over; yes only when it is kept."""
        recipients = tuple(_printable(one) for one in envelope.rcpt_tos)
        delivery = Delivery(content, _printable(envelope.mail_from or ""), recipients, _host(session.peer))
        self._keeping += 1
        self._quiet.clear()
        try:
            await asyncio.wait_for(self.rules.take(delivery), self.rules.limits.keep_seconds)
        except Exception:
            log.warning("mail_not_kept", exc_info=True)
            return _LATER
        finally:
            self._keeping -= 1
            if not self._keeping:
                self._quiet.set()
        return "250 2.0.0 Kept"


class _Dialogue(SMTP):
    """One client's connection; reads the mail's bytes itself."""

    line_length_limit = 16_384  # of the buffer; a longer line comes in fragments

    def __init__(self, house: _House) -> None:
        self._house = house
        self.command_size_limits = defaultdict(lambda: 2_048)  # its own: aiosmtpd shares one between connections
        rules = house.rules
        super().__init__(
            house,
            data_size_limit=rules.limits.size_bytes,
            enable_SMTPUTF8=True,
            hostname=rules.hostname,
            ident="ESMTP",
            timeout=rules.limits.idle_seconds,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Join the house."""
        super().connection_made(transport)
        assert self._handler_coroutine is not None
        self._house.entered(self, self._handler_coroutine, peer=_host(transport.get_extra_info("peername")))
        limits = self._house.rules.limits
        self._reset_timeout(min(limits.silent_seconds, limits.idle_seconds))

    def connection_lost(self, error: Exception | None) -> None:
        """Leave the house."""
        self._house.left(self)
        super().connection_lost(error)

    def answers(self, status: str) -> str:
        """The answer to a mail."""
        return status

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        """Read one mail, have it kept, answer."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        assert self.session is not None
        if arg or not self.envelope.rcpt_tos:
            await self.push("501 5.5.4 Syntax: DATA" if arg else "503 5.5.1 Need RCPT")
            return
        await self.push("354 End with <CR><LF>.<CR><LF>")
        limits = self._house.rules.limits
        self._reset_timeout(limits.data_seconds)
        content = await _read_content(self._reader, limits.size_bytes)
        self._reset_timeout()
        status = _TOO_LARGE if content is None else await self._house.keep(self.session, self.envelope, content)
        answers = self.answers(status)
        self.envelope = self._create_envelope()
        await self.push(answers)
        if content is None and self.transport is not None:
            self.transport.close()


class _SmtpConnection(_Dialogue):
    """SMTP: one answer per mail."""


class _LmtpConnection(_Dialogue, LMTP):
    """LMTP (RFC 2033): one answer per recipient, in their order."""

    def answers(self, status: str) -> str:
        """The same for each: they are kept together."""
        assert self.envelope is not None
        return "\r\n".join([status] * len(self.envelope.rcpt_tos))


class _Door(asyncio.Protocol):
    """Lets a client in, or says that there is no room now."""

    def __init__(self, house: _House) -> None:
        self._house = house

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand over to the dialogue, or refuse and hang up."""
        stream = cast(asyncio.WriteTransport, transport)  # one of uvloop's does not say that it is one
        dialogue = self._house.enter(_host(stream.get_extra_info("peername")))
        if dialogue is None:
            stream.write(b"421 4.3.2 Too many connections, please come again later\r\n")
            stream.close()
        else:
            stream.set_protocol(dialogue)
            dialogue.connection_made(stream)


def _host(peer: object) -> str:
    """The address of a socket's other end."""
    return str(peer[0]) if isinstance(peer, tuple) and peer else ""


async def _read_content(reader: asyncio.StreamReader, limit: int) -> bytes | None:
    """The bytes up to the final dot, dots unstuffed (RFC 5321, 4.5.2); None when there are more than `limit`.

    Only CRLF.CRLF ends a mail, so that no second one can be smuggled in. What is too large is read on for as
    many bytes again, so that an honest client hears why, and is then given up.
    """
    kept = bytearray()
    size = 0
    begins = True
    while size <= 2 * limit:
        line, ends = await _read_line(reader)
        if begins and ends and line == b".\r\n":
            return bytes(kept) if size <= limit else None
        size += len(line)
        if size <= limit:
            kept += line[1:] if begins and line.startswith(b".") else line
        else:
            kept.clear()
        begins = ends
    return None


async def _read_line(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    """A line, or a fragment of one that is longer than the buffer, and whether it ends here."""
    try:
        return await reader.readuntil(b"\r\n"), True
    except asyncio.LimitOverrunError as overrun:
        return await reader.readexactly(overrun.consumed), False


def _printable(address: str) -> str:
    """An address of the dialogue as text that can be stored: raw bytes replaced, controls and brackets away."""
    text = address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return re.sub(r"[\x00-\x20\x7f-\x9f<>]", "", text)[:320]
