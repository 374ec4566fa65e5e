"""The live stream over a real WebSocket: for whoever is signed in, from where they were, each event once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hub import metrics
from hub.api import stream
from hub.api.viewer import COOKIE
from tests.hub.api.premises import Premises, served

pytestmark = pytest.mark.database


class _Line:
    """Dials the stream of a served application."""

    def __init__(self, premises: Premises, address: str) -> None:
        self._premises = premises
        self._address = address

    @asynccontextmanager
    async def dial(
        self, query: str = "", *, token: str | None = None, origin: str | None = None
    ) -> AsyncIterator[ClientConnection]:
        """Open the stream; signed in unless a token is given."""
        chosen = await self._premises.session() if token is None else token
        headers = {"Cookie": f"{COOKIE}={chosen}"} if chosen else {}
        if origin:
            headers["Origin"] = origin
        url = f"ws://{self._address}/api/stream{query}"
        async with asyncio.timeout(20), connect(url, additional_headers=headers, compression=None) as socket:
            yield socket


@pytest.fixture
async def line(premises: Premises) -> AsyncIterator[_Line]:
    """The stream of this API."""
    async with served(premises.app) as address:
        yield _Line(premises, address)


async def _read(socket: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await socket.recv())
    return frame


async def _positions(socket: ClientConnection, *, until: int) -> list[int]:
    found: list[int] = []
    while not found or found[-1] < until:
        found += [event["position"] for event in (await _read(socket))["events"]]
    return found


async def _open_streams(count: int) -> None:
    """Wait until so many are counted."""
    async with asyncio.timeout(20):
        while metrics.STREAMS._value.get() != count:  # noqa: ASYNC110 - a gauge has no event
            await asyncio.sleep(0)


class TestTheStream:
    async def test_tells_that_something_happened_and_never_what_was_said(self, premises: Premises, line: _Line) -> None:
        async with line.dial() as socket:
            assert await _read(socket) == {"type": "hello", "position": 0}
            ticket_id = await premises.ticket("Un secret médical")
            await premises.place()
            frame = await socket.recv()
        assert "secret" not in str(frame)
        told = json.loads(frame)
        assert {event["ticket_id"] for event in told["events"]} == {str(ticket_id)}
        assert "message.received" in [event["type"] for event in told["events"]]

    async def test_resumes_after_a_position_and_tells_each_event_once(self, premises: Premises, line: _Line) -> None:
        await premises.ticket("un")
        async with line.dial("?after=0") as socket:
            await _read(socket)
            before = await _positions(socket, until=await premises.place())
        await premises.ticket("deux", prefix="while away")
        head = await premises.place()
        async with line.dial(f"?after={before[-1]}") as socket:
            assert (await _read(socket))["type"] == "hello"
            after = await _positions(socket, until=head)
        assert before + after == list(range(1, head + 1))

    async def test_beyond_the_head_is_told_to_read_again(self, line: _Line) -> None:
        async with line.dial("?after=7") as socket:
            assert [(await _read(socket))["type"], (await _read(socket))["type"]] == ["hello", "reset"]

    @pytest.mark.parametrize("token", ["", "of-nobody"])
    async def test_is_closed_with_4401_without_a_session(self, line: _Line, token: str) -> None:
        async with line.dial(token=token) as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401

    async def test_is_closed_with_4401_when_its_session_ends(
        self, premises: Premises, line: _Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stream, "SESSION_SECONDS", 0.01)
        async with line.dial() as socket:
            await _read(socket)
            premises.house.clock.advance(timedelta(hours=13))
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401

    async def test_is_refused_to_another_sites_page(self, line: _Line) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with line.dial(origin="https://elsewhere.example"):
                pass
        assert refused.value.response.status_code == 403
        async with line.dial(origin="http://hub.local") as socket:
            assert (await _read(socket))["type"] == "hello"

    @pytest.mark.parametrize("after", ["-1", "x", "", "9" * 30, "٣"])
    async def test_is_closed_when_asked_for_no_position(self, line: _Line, after: str) -> None:
        async with line.dial(f"?after={after}") as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008

    async def test_does_not_mind_what_a_page_says(self, premises: Premises, line: _Line) -> None:
        async with line.dial() as socket:
            await _read(socket)
            await socket.send("hello?")
            await socket.send(b"\x00")
            await premises.ticket()
            await premises.place()
            assert (await _read(socket))["type"] == "events"

    async def test_is_counted_while_it_is_open(self, line: _Line) -> None:
        async with line.dial() as first, line.dial() as second:
            await _read(first)
            await _read(second)
            assert metrics.STREAMS._value.get() == 2
        await _open_streams(0)


class _LoudFeed:
    """A feed that has more to say than any line holds."""

    async def follow(self, after: int | None) -> AsyncIterator[str]:
        """Say it, for ever."""
        while True:
            yield f'{{"type":"events","position":{after or 0},"events":[],"said":"{"x" * 500_000}"}}'


class TestASocketThatTakesNothing:
    async def test_is_cut_and_holds_up_nobody(
        self, premises: Premises, line: _Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stream, "SEND_SECONDS", 0.5)
        feed = premises.reception.feed
        async with line.dial() as other:
            await _read(other)
            loud = replace(premises.reception, feed=_LoudFeed())  # type: ignore[arg-type]
            premises.app.state.reception = loud
            async with line.dial() as deaf:
                await deaf.recv()
                premises.app.state.reception = replace(loud, feed=feed)
                deaf.transport.pause_reading()  # type: ignore[attr-defined]
                await premises.ticket()
                await premises.place()
                assert (await _read(other))["type"] == "events"
                await _open_streams(1)
                deaf.transport.abort()
