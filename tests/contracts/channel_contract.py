"""The promises that every channel keeps. Inherit `ChannelContract` and say how the provider speaks."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, suppress
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import ClassVar

import pytest

from channels import wire
from channels.port import (
    ChannelAdapter,
    Malformed,
    MessageArrived,
    OutboundMessage,
    RawEvent,
    SendRefused,
    SendRetryable,
    SendUncertain,
    SignatureInvalid,
    StatusChanged,
    Unsupported,
)

RECEIVED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Provider(Enum):
    """How the provider behaves when it is called."""

    TAKES = "takes the call"
    REFUSES = "says no for good (400, 550)"
    LIMITS = "says too many (429, 452)"
    AWAY = "says not now (503, 421)"
    LOSES = "takes the call and loses its answer"


class ChannelContract:
    """Say `channel`, `samples`, `garbage`, `message`, `unsupported` and `calling`.

    A channel that signs also says `signs = True`, `unsigned` and `garbled`.
    """

    #: Whether the provider proves where its events come from.
    signs: ClassVar[bool] = False

    def channel(self) -> ChannelAdapter:
        """A channel whose pure methods can be called."""
        raise NotImplementedError

    def samples(self) -> Mapping[str, RawEvent]:
        """Real events by the name of their case, signed where the channel signs."""
        raise NotImplementedError

    def garbage(self) -> Mapping[str, RawEvent]:
        """Five sorts of bytes that are no event of this channel, signed where the channel signs."""
        raise NotImplementedError

    def unsigned(self) -> RawEvent:
        """A sample without its signature."""
        raise NotImplementedError

    def garbled(self) -> RawEvent:
        """A sample whose signature holds characters beyond ASCII."""
        raise NotImplementedError

    def message(self, *, text: str = "Bonjour, votre dossier avance.") -> OutboundMessage:
        """A message that the channel can carry when its text is short."""
        raise NotImplementedError

    def unsupported(self) -> Mapping[str, OutboundMessage]:
        """Messages that ask for what the channel cannot carry, by the name of their case."""
        raise NotImplementedError

    def calling(self, provider: Provider) -> AbstractAsyncContextManager[ChannelAdapter]:
        """A channel whose `send` reaches a provider that behaves so."""
        raise NotImplementedError

    def test_accepts_a_signed_event(self) -> None:
        channel = self.channel()
        for event in self.samples().values():
            channel.verify(event)

    def test_refuses_an_unsigned_event(self) -> None:
        if not self.signs:
            pytest.skip("this provider signs nothing")
        with pytest.raises(SignatureInvalid):
            self.channel().verify(self.unsigned())

    def test_refuses_a_garbled_signature_without_crashing(self) -> None:
        if not self.signs:
            pytest.skip("this provider signs nothing")
        with pytest.raises(SignatureInvalid):
            self.channel().verify(self.garbled())

    def test_calls_five_sorts_of_garbage_malformed(self) -> None:
        channel, garbage = self.channel(), self.garbage()
        assert len(garbage) >= 5
        for case, event in garbage.items():
            with pytest.raises(Malformed) as caught:
                channel.parse(event)
            assert str(caught.value), f"{case}: no reason given"

    def test_parses_every_sample_twice_alike(self) -> None:
        channel, samples = self.channel(), self.samples()
        assert samples
        for case, event in samples.items():
            assert channel.parse(event) == channel.parse(event), case

    def test_gives_every_event_its_keys_and_a_time_in_utc(self) -> None:
        channel = self.channel()
        for case, raw in self.samples().items():
            for event in channel.parse(raw):
                assert event.event_key, case
                assert event.lane_key, case
                if isinstance(event, MessageArrived):
                    assert event.message_id, case
                    assert event.sender, case
                    assert event.sent_at.utcoffset() == timedelta(0), case
                if isinstance(event, StatusChanged):
                    assert event.message_id, case
                    assert event.at.utcoffset() == timedelta(0), case

    def test_gives_events_that_the_inbox_can_keep_and_read_back(self) -> None:
        channel = self.channel()
        for case, raw in self.samples().items():
            for event in channel.parse(raw):
                assert wire.decode(wire.encode(event)) == event, case

    def test_renders_the_same_message_twice_alike(self) -> None:
        assert self.channel().render(self.message()) == self.channel().render(self.message())

    def test_gives_every_call_a_key_of_its_own(self) -> None:
        calls = self.channel().render(self.message())
        assert calls
        assert len({call.key for call in calls}) == len(calls)

    def test_splits_a_long_text_or_refuses_it(self) -> None:
        channel = self.channel()
        too_long = self.message(text="Voilà " * (channel.capabilities.max_text_chars // 6 + 2))
        with suppress(Unsupported):
            assert len(channel.render(too_long)) > 1

    def test_refuses_what_it_cannot_carry_before_anything_is_sent(self) -> None:
        channel = self.channel()
        for case, message in self.unsupported().items():
            with pytest.raises(Unsupported) as caught:
                channel.render(message)
            assert str(caught.value), case

    async def test_gives_a_receipt_for_a_call_that_was_taken(self) -> None:
        async with self.calling(Provider.TAKES) as channel:
            (call, *_) = channel.render(self.message())
            receipt = await channel.send(call)
        assert receipt.provider_id

    async def test_says_refused_when_the_provider_says_no_for_good(self) -> None:
        async with self.calling(Provider.REFUSES) as channel:
            (call, *_) = channel.render(self.message())
            with pytest.raises(SendRefused):
                await channel.send(call)

    @pytest.mark.parametrize("provider", [Provider.LIMITS, Provider.AWAY])
    async def test_says_retryable_when_the_provider_says_not_now(self, provider: Provider) -> None:
        async with self.calling(provider) as channel:
            (call, *_) = channel.render(self.message())
            with pytest.raises(SendRetryable):
                await channel.send(call)

    async def test_says_uncertain_when_the_answer_was_lost(self) -> None:
        async with self.calling(Provider.LOSES) as channel:
            (call, *_) = channel.render(self.message())
            with pytest.raises(SendUncertain):
                await channel.send(call)
