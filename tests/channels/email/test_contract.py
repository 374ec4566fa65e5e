"""The e-mail channel keeps every channel's promises."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from channels.port import ChannelAdapter, OutboundMessage, RawEvent
from tests.channels.email.mails import Sink, a_channel, a_message, raw, sending_server
from tests.contracts.channel_contract import ChannelContract, Provider

_SINKS = {
    Provider.TAKES: Sink(),
    Provider.REFUSES: Sink(rcpt="550 5.1.1 No such user"),
    Provider.LIMITS: Sink(rcpt="452 4.2.2 Mailbox full"),
    Provider.AWAY: Sink(data="421 4.3.2 Closing"),
    Provider.LOSES: Sink(data="drop"),
}


class TestEmailChannel(ChannelContract):
    def channel(self) -> ChannelAdapter:
        return a_channel()

    def samples(self) -> Mapping[str, RawEvent]:
        plain = "From: Camille <camille@volontaires.example>\nMessage-ID: <1@v.example>\n"
        bounce = (
            "From: MAILER-DAEMON\nContent-Type: multipart/report; boundary=b\n\n--b\n"
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\nStatus: 5.1.1\n\n--b\n"
            "Content-Type: message/rfc822\n\nMessage-ID: <k@hub.example>\n\n--b--\n"
        )
        return {
            "plain": raw(plain + "Date: Mon, 02 Mar 2026 10:00:00 +0100\n\nBonjour"),
            "without id and date": raw("From: camille@volontaires.example\n\nJ’ai mal au dos"),
            "bounce": raw(bounce),
            "delay": raw(bounce.replace("failed", "delayed").replace("5.1.1", "4.4.1")),
            "raw bytes": raw(b"From: <\xe9@v.example>\nSubject: \xff\xfe\n\n\x00\x01\xed\xa0\x80"),
        }

    def garbage(self) -> Mapping[str, RawEvent]:
        return {
            "nothing": raw(b""),
            "binary": raw(bytes(range(256)) * 40),
            "json": raw(b'{"from": "camille"}'),
            "words": raw("Bonjour, je suis perdue."),
            "no sender": raw("Subject: Bonjour\nTo: assistance@hub.example\n\nBonjour"),
            "no address": raw("From: Camille\n\nBonjour"),
        }

    def message(self, *, text: str = "Bonjour, votre dossier avance.") -> OutboundMessage:
        return a_message(text=text)

    def unsupported(self) -> Mapping[str, OutboundMessage]:
        return {
            "no address": a_message(to="+33612345678"),
            "two addresses": a_message(to="a@v.example, b@v.example"),
            "a header in the address": a_message(to="a@v.example\r\nBcc: b@v.example"),
        }

    @asynccontextmanager
    async def calling(self, provider: Provider) -> AsyncIterator[ChannelAdapter]:
        async with sending_server(_SINKS[provider]) as server:
            yield a_channel(smtp=server)
