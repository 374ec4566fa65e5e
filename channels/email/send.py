"""Handing a mail to the sending server (RFC 5321), within a time-out at every step."""

import asyncio
import re
from contextlib import suppress

import aiosmtplib
from aiosmtplib.errors import SMTPDataError, SMTPRecipientRefused, SMTPResponseException, SMTPSenderRefused

from channels.email.headers import own_id
from channels.email.mime import read_headers
from channels.email.settings import Security, SmtpServer
from channels.port import SendError, SendReceipt, SendRefused, SendRetryable, SendUncertain, WireCall

#: What goes wrong on a connection: the server's word, the network, a time-out.
_TROUBLE = (aiosmtplib.SMTPException, OSError)
_FAREWELL_SECONDS = 5.0


async def send_mail(call: WireCall, *, sender: str, server: SmtpServer, helo: str) -> SendReceipt:
    """Send one mail; the receipt's provider id is its Message-ID without brackets.

    Raises SendRefused (5xx about this mail), SendRetryable (4xx, no connection, no login, lost before DATA),
    SendUncertain (lost, or silent for too long, once DATA was begun: the server may have taken it).
    """
    client = _client(server, helo)
    try:
        await _introduce(client, call, sender=sender, server=server)
        answer = await _hand_over(client, call, server=server)
        with suppress(*_TROUBLE):
            await client.quit(timeout=_FAREWELL_SECONDS)
    finally:
        client.close()
    return SendReceipt(own_id(read_headers(call.body)), detail=_short(answer))


def _client(server: SmtpServer, helo: str) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=helo,
        timeout=server.timeout_seconds,
        use_tls=server.security is Security.TLS,
        start_tls=server.security is Security.STARTTLS,
        username=server.user,
        password=server.password,
    )


async def _introduce(client: aiosmtplib.SMTP, call: WireCall, *, sender: str, server: SmtpServer) -> None:
    """Connect and say from whom and to whom. Nothing is sent yet: whatever fails here may be tried again."""
    try:
        async with asyncio.timeout(server.timeout_seconds):
            await client.connect()
            await _address(client, sender=sender, recipient=call.target)
    except (SMTPSenderRefused, SMTPRecipientRefused) as error:
        raise _verdict(error, call) from error
    except ValueError as error:
        raise SendRefused(f"{call.target!r} cannot be said in SMTP: correct the address of this person") from error
    except _TROUBLE as error:
        # Also a 5xx: a wrong password or a closed server says nothing about this mail.
        raise SendRetryable(f"{server.host}:{server.port} did not let {call.key} in: {_said(error)}") from error


async def _address(client: aiosmtplib.SMTP, *, sender: str, recipient: str) -> None:
    """MAIL and RCPT; an address beyond ASCII needs a server that knows SMTPUTF8 (RFC 6531)."""
    if sender.isascii() and recipient.isascii():
        await client.mail(sender)
        await client.rcpt(recipient)
        return
    await client.ehlo()
    if not client.supports_extension("smtputf8"):
        raise SendRefused(f"The server cannot write to {recipient!r}: it does not know SMTPUTF8")
    await client.mail(sender, options=["SMTPUTF8"], encoding="utf-8")
    await client.rcpt(recipient, encoding="utf-8")


async def _hand_over(client: aiosmtplib.SMTP, call: WireCall, *, server: SmtpServer) -> str:
    """Give the mail; the server's words when it took it."""
    try:
        async with asyncio.timeout(server.data_seconds):
            response = await client.data(call.body, timeout=server.data_seconds)
    except _TROUBLE as error:
        if isinstance(error, SMTPDataError) and 400 <= error.code < 600:
            raise _verdict(error, call) from error
        raise SendUncertain(
            f"{server.host} gave no answer after DATA for {call.key} and may have taken it: {_said(error)}"
        ) from error
    return response.message


def _verdict(error: SMTPResponseException, call: WireCall) -> SendError:
    text = f"The server said no to {call.key}: {_said(error)}"
    return SendRefused(text) if 500 <= error.code < 600 else SendRetryable(text)


def _said(error: BaseException) -> str:
    code = f"{error.code} {error.message}" if isinstance(error, SMTPResponseException) else str(error)
    return _short(f"{type(error).__name__} {code}")


def _short(text: str) -> str:
    """The server's words, in one printable line of reasonable length."""
    return re.sub(r"[^\x20-\x7e\xa0-\ud7ff]+", " ", text).strip()[:300]
