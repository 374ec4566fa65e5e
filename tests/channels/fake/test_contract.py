"""The fake channel keeps every channel's promises."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import ClassVar

import msgspec

from channels.fake.behaviour import Behaviour
from channels.fake.events import WireAttachment
from channels.port import ChannelAdapter, OutboundMessage, RawEvent
from tests.channels.fake.accounts import MESSAGE, SECRET, STATUS, a_channel, a_message, a_provider, raw, signed
from tests.contracts.channel_contract import ChannelContract, Provider

_BEHAVIOURS = {
    Provider.TAKES: Behaviour(),
    Provider.REFUSES: Behaviour(status=400),
    Provider.LIMITS: Behaviour(status=429, retry_after_seconds=30),
    Provider.AWAY: Behaviour(status=503),
    Provider.LOSES: Behaviour(loses_answers=True),
}
_PHOTO = WireAttachment(filename="radio du pied.jpg", content_type="image/jpeg", content=bytes(range(256)))


class TestFakeChannel(ChannelContract):
    signs: ClassVar[bool] = True

    def channel(self) -> ChannelAdapter:
        return a_channel()

    def samples(self) -> Mapping[str, RawEvent]:
        return {
            "message": signed(MESSAGE),
            "message with everything": signed(
                msgspec.structs.replace(
                    MESSAGE,
                    sender=" Camille@V.example ",
                    thread=("fake-1", "fake-0"),
                    automatic=True,
                    attachments=(_PHOTO,),
                )
            ),
            "status": signed(STATUS),
            "several": signed(MESSAGE, STATUS, msgspec.Raw(b'{"type": "typing", "from": "+33612345678"}')),
            "unknown state": signed(msgspec.structs.replace(STATUS, state="pondered")),
            "none": signed(),
        }

    def garbage(self) -> Mapping[str, RawEvent]:
        def event(text: str) -> RawEvent:
            return signed(msgspec.Raw(text.encode()))

        return {
            "nothing": raw(b""),
            "binary": raw(bytes(range(256))),
            "words": raw(b"Bonjour, je suis perdue."),
            "another json": raw(b'{"messages": []}'),
            "no sort": event('{"id": "m-1"}'),
            "half a message": event('{"type": "message", "id": "m-1", "from": "camille"}'),
            "no sender": event(
                '{"type": "message", "id": "1", "from": " ", "text": "", "sent_at": "2026-03-02T10:00:00Z"}'
            ),
            "no offset": event('{"type": "status", "message_id": "1", "state": "read", "at": "2026-03-02T10:00:00"}'),
            "before the calendar": event(
                '{"type": "status", "message_id": "1", "state": "read", "at": "0001-01-01T00:00:00+10:00"}'
            ),
            "no base64": event(
                '{"type": "message", "id": "1", "from": "a", "text": "", "sent_at": "2026-03-02T10:00:00Z", '
                '"attachments": [{"filename": "a", "content_type": "a/b", "content": "é"}]}'
            ),
            "half a character": event('{"type": "status", "message_id": "\\ud800", "state": "read", "at": ""}'),
            "too deep": raw(b'{"events": [' + b'{"a":' * 100_000),
        }

    def unsigned(self) -> RawEvent:
        return raw(signed(MESSAGE).body)

    def garbled(self) -> RawEvent:
        return raw(signed(MESSAGE).body, headers={"x-fake-signature": "é\udcff\x00" * 30})

    def message(self, *, text: str = "Bonjour, votre dossier avance.") -> OutboundMessage:
        return a_message(text=text)

    def unsupported(self) -> Mapping[str, OutboundMessage]:
        return {
            "nobody": a_message(to=" "),
            "a line break in the address": a_message(to="a\r\nb"),
            "no words": a_message(text=" \n"),
            "a line break in the key": a_message(key="a\r\nx-evil: 1"),
        }

    @asynccontextmanager
    async def calling(self, provider: Provider) -> AsyncIterator[ChannelAdapter]:
        async with a_provider(_BEHAVIOURS[provider]) as (_, url):
            yield a_channel(url=url, secret=SECRET)
