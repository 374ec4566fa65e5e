"""What the fake provider says, as events."""

from datetime import timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import wire
from channels.fake.events import WireAttachment, WireMessage
from channels.port import InboundAttachment, Malformed, MessageArrived, SignatureInvalid, StatusChanged, Unrecognised
from domain.message import DeliveryState
from tests.channels.fake.accounts import MESSAGE, NOW, STATUS, a_channel, raw, signed


class TestAWebhook:
    def test_holds_events_in_the_providers_order(self) -> None:
        second = msgspec.structs.replace(MESSAGE, id="m-2")
        arrived, status, again = a_channel().parse(signed(MESSAGE, STATUS, second))
        assert isinstance(arrived, MessageArrived)
        assert isinstance(status, StatusChanged)
        assert isinstance(again, MessageArrived)
        assert (arrived.message_id, status.message_id, again.message_id) == ("m-1", "fake-1", "m-2")

    def test_may_hold_a_sort_that_nobody_knows(self) -> None:
        (event,) = a_channel().parse(signed(msgspec.Raw(b'{"type": "typing", "who": [1, {}]}')))
        assert isinstance(event, Unrecognised)
        assert event.sort == "typing"

    def test_is_refused_when_one_byte_was_changed(self) -> None:
        event = signed(MESSAGE)
        with pytest.raises(SignatureInvalid):
            a_channel().verify(raw(event.body.replace(b"dos", b"bas"), headers=event.headers))

    def test_is_refused_under_another_secret(self) -> None:
        with pytest.raises(SignatureInvalid, match="not made with its secret"):
            a_channel().verify(signed(MESSAGE, secret="autre"))

    def test_is_refused_while_the_account_has_no_secret(self) -> None:
        with pytest.raises(SignatureInvalid, match="has no secret"):
            a_channel(secret="").verify(signed(MESSAGE, secret=""))

    @given(st.binary())
    def test_is_read_or_malformed_whatever_its_bytes(self, body: bytes) -> None:
        with pytest.raises(Malformed):
            a_channel().parse(raw(body))

    @given(st.text(alphabet=st.characters(exclude_categories=[])))
    def test_gives_only_what_the_inbox_can_keep(self, text: str) -> None:
        body = (
            b'{"events": [{"type": "message", "id": "1", "from": "a", "sent_at": "2026-03-02T09:30:00Z", "text": %s}]}'
        )
        try:
            events = a_channel().parse(raw(body % _json(text)))
        except Malformed:
            return
        for event in events:
            assert isinstance(event, MessageArrived)
            assert "\x00" not in event.text
            assert wire.decode(wire.encode(event)) == event


class TestAMessage:
    def test_is_read_whole(self) -> None:
        paris = timezone(timedelta(hours=1))
        message = WireMessage(
            id="m-9",
            sender=" Camille@V.Example",
            name=" Camille\n Moreau ",
            text="Voilà\x00",
            sent_at=NOW.astimezone(paris),
            thread=("fake-2", "fake-1"),
            automatic=True,
            attachments=(WireAttachment(filename="a.pdf", content_type="application/pdf", content=b"\x00%PDF"),),
        )
        (event,) = a_channel().parse(signed(message))
        assert event == MessageArrived(
            event_key="message:m-9",
            lane_key="camille@v.example",
            message_id="m-9",
            sender="camille@v.example",
            text="Voilà\ufffd",
            sent_at=NOW,
            sender_name="Camille Moreau",
            participants=("camille@v.example",),
            thread=("fake-2", "fake-1"),
            automatic=True,
            attachments=(InboundAttachment("a.pdf", "application/pdf", b"\x00%PDF"),),
        )

    def test_that_comes_again_has_the_same_key(self) -> None:
        (first,) = a_channel().parse(signed(MESSAGE))
        *_, again = a_channel().parse(signed(STATUS, MESSAGE))
        assert first.event_key == again.event_key

    def test_shares_its_lane_with_every_message_of_its_sender(self) -> None:
        events = a_channel().parse(signed(MESSAGE, msgspec.structs.replace(MESSAGE, id="m-2"), STATUS))
        assert {event.lane_key for event in events} == {"+33612345678"}


class TestAStatus:
    @pytest.mark.parametrize("word", ["sent", "delivered", "read", "failed"])
    def test_says_what_became_of_a_call(self, word: str) -> None:
        (event,) = a_channel().parse(signed(msgspec.structs.replace(STATUS, state=word, reason="plein")))
        assert isinstance(event, StatusChanged)
        assert (event.message_id, event.state, event.at) == ("fake-1", DeliveryState(word), NOW)
        assert event.reason == "plein"

    def test_in_an_unknown_word_is_unrecognised(self) -> None:
        (event,) = a_channel().parse(signed(msgspec.structs.replace(STATUS, state="queued")))
        assert isinstance(event, Unrecognised)
        assert event.sort == "status queued"

    def test_has_a_key_for_each_state(self) -> None:
        events = a_channel().parse(signed(STATUS, msgspec.structs.replace(STATUS, state="read")))
        assert len({event.event_key for event in events}) == 2

    def test_without_address_has_the_lane_of_its_message(self) -> None:
        (event,) = a_channel().parse(signed(msgspec.structs.replace(STATUS, to="")))
        assert event.lane_key == "fake-1"


def _json(text: str) -> bytes:
    """As JavaScript writes it: lone surrogates are escaped."""
    return ('"' + "".join(f"\\u{unit:04x}" for unit in _units(text)) + '"').encode()


def _units(text: str) -> list[int]:
    data = text.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(data[place : place + 2], "big") for place in range(0, len(data), 2)]
