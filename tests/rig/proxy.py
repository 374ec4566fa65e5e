"""A proxy between one process of the hub and PostgreSQL, with gates that hold back a statement or its answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

from tests.rig.wire import READY, ClientWords, ServerWords

_CHUNK_BYTES = 65_536
#: A server process that lost its client ends what it is doing first.
FAREWELL_SECONDS = 20.0


class Side(Enum):
    """Where a gate stands."""

    REQUEST = auto()
    ANSWER = auto()


@dataclass(slots=True)
class Gate:
    """Holds back every statement with these words, or the whole answer to it once the server has given it.

    `reached` is set when something waits before the gate; `opened` lets it through.
    """

    words: str
    side: Side
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def stops(self, sql: str | None, side: Side) -> bool:
        """Whether it holds this back."""
        return side is self.side and sql is not None and self.words in sql and not self.opened.is_set()


class Proxy:
    """Passes connections on to the server's socket; at most one gate is shut at a time."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._gate: Gate | None = None
        self._watch: tuple[str, asyncio.Event] | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._scissors = asyncio.Event()
        self.port = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Take connections while the context is open; yields the port."""
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self.port
        finally:
            server.close()
            await self.cut()

    @property
    def talks(self) -> int:
        """How many connections are open, those included whose server process has not ended yet."""
        return len(self._talks)

    def shut(self, words: str, side: Side) -> Gate:
        """Shut a gate; give it to wait for what it holds."""
        self.open()
        self._gate = Gate(words, side)
        return self._gate

    def watch(self, words: str) -> asyncio.Event:
        """An event that is set when the next statement with these words passes."""
        self._watch = (words, asyncio.Event())
        return self._watch[1]

    def open(self) -> None:
        """Let through whatever waits."""
        if self._gate is not None:
            self._gate.opened.set()
            self._gate = None

    async def cut(self) -> None:
        """Lose every connection, whatever was under way and whatever was held back."""
        self._scissors.set()
        await asyncio.gather(*self._talks, return_exceptions=True)
        self._scissors = asyncio.Event()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        try:
            await self._talk(reader, writer)
        finally:
            self._talks.discard(task)
            await _hang_up(writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        scissors = self._scissors
        try:
            there, back = await asyncio.open_unix_connection(str(self._server))
        except OSError:
            return
        talk = _Talk(self, ClientWords(), ServerWords())
        ways = [talk.ask(reader, back), talk.answer(there, writer), scissors.wait()]
        tasks = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await _stop(tasks)
            await _hang_up(writer)
            if not scissors.is_set():
                await _see_off(there, back)
        finally:
            await _stop(tasks)
            await _hang_up(back)

    def stopping(self, sql: str | None, side: Side) -> Gate | None:
        """The gate before which this must wait."""
        if self._watch is not None and sql is not None and self._watch[0] in sql:
            self._watch[1].set()
        return self._gate if self._gate is not None and self._gate.stops(sql, side) else None


@dataclass(slots=True)
class _Talk:
    """One connection. Statements follow one another: the answer belongs to the last one that was let through."""

    proxy: Proxy
    client: ClientWords
    server: ServerWords
    running: str | None = None
    early: bytes = b""

    async def ask(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Client to server, until the client is gone."""
        with suppress(OSError):
            while data := self.early or await reader.read(_CHUNK_BYTES):
                self.early = b""
                passing: list[bytes] = []
                for message in self.client.feed(data):
                    sql = self.client.runs(message)
                    if (gate := self.proxy.stopping(sql, Side.REQUEST)) is not None:
                        back.write(b"".join(passing))
                        passing.clear()
                        gate.reached.set()
                        if not await self._wait(gate, reader):
                            return
                    self.running = sql if sql is not None else self.running
                    passing.append(message)
                if back.is_closing():
                    return
                back.write(b"".join(passing))
                await back.drain()

    async def _wait(self, gate: Gate, reader: asyncio.StreamReader) -> bool:
        """Wait before a gate; False when the client was killed meanwhile. What it still says is kept for later."""
        opening = asyncio.create_task(gate.opened.wait())
        try:
            while not opening.done():
                reading = asyncio.create_task(reader.read(_CHUNK_BYTES))
                await asyncio.wait((opening, reading), return_when=asyncio.FIRST_COMPLETED)
                await _stop([reading])
                if not reading.cancelled():
                    if not reading.result():
                        return False
                    self.early += reading.result()
        finally:
            await _stop([opening])
        return True

    async def answer(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Server to client, until the server is gone."""
        held: list[bytes] = []
        with suppress(OSError):
            while data := await there.read(_CHUNK_BYTES):
                letters, self.client.letters = self.client.letters, 0
                for message in self.server.feed(data, letters=letters):
                    held.append(message)
                    if message[:1] == READY:
                        if (gate := self.proxy.stopping(self.running, Side.ANSWER)) is not None:
                            gate.reached.set()
                            await gate.opened.wait()
                        self.running = None
                if self.proxy.stopping(self.running, Side.ANSWER) is not None:
                    continue  # nothing of an answer goes out before all of it is here
                if writer.is_closing():
                    return
                writer.write(b"".join(held))
                held.clear()
                await writer.drain()


async def _see_off(there: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
    """Tell the server that its client is gone, and wait until its process has ended: it may still commit."""
    with suppress(OSError, TimeoutError):
        back.write_eof()
        async with asyncio.timeout(FAREWELL_SECONDS):
            while await there.read(_CHUNK_BYTES):
                pass


async def _stop(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    """Close it; what was written still goes out, unless nobody takes it."""
    writer.close()
    try:
        async with asyncio.timeout(1):
            await writer.wait_closed()
    except OSError:  # a time-out is one
        writer.transport.abort()
