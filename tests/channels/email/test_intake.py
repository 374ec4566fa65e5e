"""Mail handed in by real clients, honest and hostile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiosmtplib
import pytest
import uvloop

from channels.email.server import Limits
from channels.port import ListeningChannel, RawEvent
from tests.channels.email.mails import ADDRESS, NOW, a_channel

MAIL = b"From: camille@v.example\r\nSubject: =?utf-8?q?=C3=A9?=\r\n\r\n.cach\xc3\xa9\r\n..\r\n"
Write = Callable[[bytes], Awaitable[bytes]]


@dataclass
class Inbox:
    """What was committed; fails as long as `broken`, waits for `gate` when there is one."""

    events: list[RawEvent] = field(default_factory=list)
    broken: bool = False
    gate: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, event: RawEvent) -> None:
        self.asked.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            raise ConnectionError("the database is away")
        self.events.append(event)


@asynccontextmanager
async def intake(
    inbox: Inbox, *, protocol: str = "smtp", limits: Limits | None = None
) -> AsyncIterator[tuple[str, int]]:
    """The channel listening on loopback."""
    channel = a_channel({"intake_protocol": protocol}, limits=limits)
    assert isinstance(channel, ListeningChannel)
    async with channel.listen(inbox.accept) as address:
        parts = urlsplit(address)
        assert parts.scheme == protocol
        assert parts.hostname is not None
        assert parts.port is not None
        yield parts.hostname, parts.port


async def _hand_in(
    where: tuple[str, int], *, to: str = ADDRESS, mail: bytes = MAIL, sender: str = "camille@v.example"
) -> None:
    async with aiosmtplib.SMTP(hostname=where[0], port=where[1], timeout=5, local_hostname="client") as client:
        await client.sendmail(sender, [to], mail)


@asynccontextmanager
async def _dialogue(where: tuple[str, int], *opening: bytes) -> AsyncIterator[Write]:
    reader, writer = await asyncio.open_connection(*where)

    async def say(line: bytes) -> bytes:
        writer.write(line + b"\r\n")
        return await asyncio.wait_for(reader.readline(), 5)

    try:
        await reader.readline()
        for line in opening:
            await say(line)
        yield say
    finally:
        writer.close()


class TestTheIntake:
    async def test_makes_a_raw_event_with_the_bytes_and_the_envelope(self) -> None:
        inbox = Inbox()
        async with intake(inbox) as where:
            await _hand_in(where)
        (event,) = inbox.events
        assert event.body == MAIL
        assert event.received_at == NOW
        assert event.headers["x-envelope-from"] == "camille@v.example"
        assert event.headers["x-envelope-to"] == ADDRESS
        assert event.headers["x-peer"] == "127.0.0.1"

    async def test_says_250_only_once_the_mail_is_committed(self) -> None:
        inbox = Inbox(gate=asyncio.Event())
        async with intake(inbox) as where:
            sending = asyncio.create_task(_hand_in(where))
            await inbox.asked.wait()
            assert not sending.done()
            assert inbox.gate is not None
            inbox.gate.set()
            await sending
        assert len(inbox.events) == 1

    async def test_says_451_while_nothing_can_be_committed_and_takes_the_retry(self) -> None:
        inbox = Inbox(broken=True)
        async with intake(inbox) as where:
            with pytest.raises(aiosmtplib.SMTPDataError) as caught:
                await _hand_in(where)
            assert (caught.value.code, caught.value.message[:5]) == (451, "4.3.0")
            inbox.broken = False
            await _hand_in(where)
        assert len(inbox.events) == 1

    async def test_says_451_when_committing_takes_too_long(self) -> None:
        async with intake(Inbox(gate=asyncio.Event()), limits=Limits(keep_seconds=0.1)) as where:
            with pytest.raises(aiosmtplib.SMTPDataError, match="451"):
                await _hand_in(where)

    async def test_commits_and_answers_a_mail_that_is_there_when_it_closes(self) -> None:
        inbox = Inbox(gate=asyncio.Event())
        async with intake(inbox) as where:
            sending = asyncio.create_task(_hand_in(where))
            await inbox.asked.wait()
            assert inbox.gate is not None
            asyncio.get_running_loop().call_later(0.05, inbox.gate.set)
        await sending
        assert len(inbox.events) == 1

    @pytest.mark.parametrize("to", [ADDRESS, ADDRESS.upper(), "anyone@hub.example"])
    async def test_takes_our_address_and_our_domain(self, to: str) -> None:
        inbox = Inbox()
        async with intake(inbox) as where:
            await _hand_in(where, to=to)
        assert len(inbox.events) == 1

    @pytest.mark.parametrize(
        "to", ["victim@elsewhere.example", "x@sub.hub.example", "victim%elsewhere@x.example", "v%e@hub.example"]
    )
    async def test_is_no_relay(self, to: str) -> None:
        async with intake(Inbox()) as where:
            with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as caught:
                await _hand_in(where, to=to)
        assert caught.value.recipients[0].code == 550

    async def test_takes_a_bounce_with_its_empty_sender(self) -> None:
        inbox = Inbox()
        async with intake(inbox) as where, _dialogue(where, b"HELO c") as say:
            assert (await say(b"MAIL FROM:<>")).startswith(b"250")
            assert (await say(b"RCPT TO:<" + ADDRESS.encode() + b">")).startswith(b"250")
            assert (await say(b"DATA")).startswith(b"354")
            assert (await say(b"Subject: x\r\n\r\nx\r\n.")).startswith(b"250")
        assert inbox.events[0].headers["x-envelope-from"] == ""

    @pytest.mark.parametrize("to", [b"postmaster", b"Postmaster", b"postmaster@hub.example"])
    async def test_takes_mail_for_the_postmaster(self, to: bytes) -> None:
        async with intake(Inbox()) as where, _dialogue(where, b"HELO c", b"MAIL FROM:<a@v.example>") as say:
            assert (await say(b"RCPT TO:<" + to + b">")).startswith(b"250")

    async def test_takes_eight_bit_text_and_addresses_in_utf_8(self) -> None:
        inbox = Inbox()
        async with intake(inbox) as (host, port), aiosmtplib.SMTP(hostname=host, port=port, timeout=5) as client:
            await client.sendmail("josé@v.example", [ADDRESS], MAIL, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
        assert inbox.events[0].headers["x-envelope-from"] == "josé@v.example"


class TestLmtp:
    async def test_answers_once_for_each_recipient(self) -> None:
        inbox = Inbox()
        async with intake(inbox, protocol="lmtp") as where:
            reader, writer = await asyncio.open_connection(*where)
            for line in (b"LHLO c", b"MAIL FROM:<a@v.example>", b"RCPT TO:<a@hub.example>", b"RCPT TO:<b@hub.example>"):
                writer.write(line + b"\r\n")
            writer.write(b"DATA\r\n" + MAIL.replace(b"\r\n.", b"\r\n..") + b".\r\nQUIT\r\n")
            answers = (await asyncio.wait_for(reader.read(), 5)).splitlines()
            writer.close()
        assert answers[-3:] == [b"250 2.0.0 Kept", b"250 2.0.0 Kept", b"221 Bye"]
        assert inbox.events[0].headers["x-envelope-to"] == "a@hub.example, b@hub.example"
        assert len(inbox.events) == 1

    async def test_refuses_the_greeting_of_smtp(self) -> None:
        async with intake(Inbox(), protocol="lmtp") as where, _dialogue(where) as say:
            assert (await say(b"EHLO c")).startswith(b"500")


class TestAHostileClient:
    LIMITS = Limits(size_bytes=100_000, connections=3, idle_seconds=0.3, data_seconds=0.5)

    async def test_hears_552_for_a_mail_that_is_too_large(self) -> None:
        inbox = Inbox()
        async with intake(inbox, limits=self.LIMITS) as where:
            with pytest.raises(aiosmtplib.SMTPResponseException) as announced:
                await _hand_in(where, mail=b"x" * 100_001)
            assert announced.value.code == 552
            async with _dialogue(where, *_OPENING) as say:
                assert (await say(b"DATA")).startswith(b"354")
                assert (await say((b"x" * 70 + b"\r\n") * 2_000 + b".")).startswith(b"552")
        assert inbox.events == []

    async def test_is_given_up_when_a_line_never_ends(self) -> None:
        async with intake(Inbox(), limits=self.LIMITS) as where, _dialogue(where, *_OPENING) as say:
            await say(b"DATA")
            assert (await say(b"x" * 250_000)).startswith(b"552")
            assert await say(b"NOOP") == b""

    @pytest.mark.parametrize(
        "garbage", [b"\xff\xfe\x00" * 100, b"MAIL FROM:<", b"x" * 100_000, b"RCPT TO:<\xff@hub.example>"]
    )
    async def test_hears_an_error_and_the_others_are_served(self, garbage: bytes) -> None:
        inbox = Inbox()
        async with intake(inbox) as where, _dialogue(where, b"HELO c", b"MAIL FROM:<a@v.example>") as say:
            assert (await say(garbage))[:1] in (b"2", b"4", b"5")
            await _hand_in(where)
        assert len(inbox.events) == 1

    async def test_that_sleeps_is_hung_up_on_while_the_others_are_served(self) -> None:
        inbox = Inbox()
        async with intake(inbox, limits=self.LIMITS) as where:
            sleepers = [await asyncio.open_connection(*where) for _ in range(2)]
            await _hand_in(where)
            for reader, writer in sleepers:
                await asyncio.wait_for(reader.read(), 5)  # ends when we hang up
                writer.close()
        assert len(inbox.events) == 1

    async def test_finds_no_room_when_there_are_too_many(self) -> None:
        async with intake(Inbox(), limits=Limits(connections=2)) as where:
            first, second = await asyncio.open_connection(*where), await asyncio.open_connection(*where)
            await first[0].readline()
            await second[0].readline()
            reader, writer = await asyncio.open_connection(*where)
            assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"421")
            for stream in (writer, first[1], second[1]):
                stream.close()

    async def test_cannot_take_all_the_room(self) -> None:
        async with intake(Inbox(), limits=Limits(connections_per_peer=2)) as where:
            open_ones = [await asyncio.open_connection(*where) for _ in range(2)]
            for reader, _ in open_ones:
                assert (await reader.readline()).startswith(b"220")
            reader, writer = await asyncio.open_connection(*where)
            assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"421")
            open_ones[0][1].write(b"QUIT\r\n")
            await asyncio.wait_for(open_ones[0][0].read(), 5)
            await _hand_in(where)
            for _, stream in (*open_ones, (reader, writer)):
                stream.close()

    async def test_that_never_speaks_is_hung_up_on_before_one_that_thinks(self) -> None:
        limits = Limits(silent_seconds=0.2)
        async with intake(Inbox(), limits=limits) as where, _dialogue(where, b"HELO c") as say:
            reader, writer = await asyncio.open_connection(*where)
            await asyncio.wait_for(reader.read(), 5)
            writer.close()
            assert (await say(b"NOOP")).startswith(b"250")

    @pytest.mark.parametrize("limits", [Limits(connections=0), Limits(connections_per_peer=0), Limits()])
    def test_hears_the_same_on_the_loop_of_the_workers(self, limits: Limits) -> None:
        failures: list[dict[str, Any]] = []

        async def first_line() -> bytes:
            asyncio.get_running_loop().set_exception_handler(lambda _loop, context: failures.append(context))
            async with intake(Inbox(), limits=limits) as where:
                reader, writer = await asyncio.open_connection(*where)
                line = await asyncio.wait_for(reader.readline(), 5)
                writer.close()
                return line

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            assert runner.run(first_line()).startswith(b"220" if limits == Limits() else b"421")
        assert failures == []

    async def test_cannot_smuggle_a_second_mail_after_a_bare_line_feed(self) -> None:
        inbox = Inbox()
        async with intake(inbox) as where, _dialogue(where, *_OPENING) as say:
            await say(b"DATA")
            smuggled = b"a\n.\nMAIL FROM:<b@v.example>\r\nRCPT TO:<a@hub.example>\n.\r\nx\r\n."
            assert (await say(smuggled)).startswith(b"250")
        assert len(inbox.events) == 1
        assert b"RCPT TO" in inbox.events[0].body

    async def test_that_leaves_in_mid_mail_leaves_nothing(self) -> None:
        inbox = Inbox()
        async with intake(inbox) as where:
            async with _dialogue(where, *_OPENING) as say:
                await say(b"DATA\r\nSubject: half")
            await _hand_in(where)
        assert [event.body for event in inbox.events] == [MAIL]


_OPENING = (b"HELO c", b"MAIL FROM:<a@v.example>", b"RCPT TO:<" + ADDRESS.encode() + b">")
