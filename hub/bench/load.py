"""Webhooks sent over keep-alive connections, by a process of its own: `python -m hub.bench.load …` prints JSON.

Closed loop: each connection sends the next one when the last was answered. Open loop (`--rate`): sent on time whatever
the answers do; latency counts from when it was due, so that a stall is not hidden.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence

import uvloop

from channels.fake.events import WireMessage, write_webhook
from channels.fake.signature import HEADER, sign
from hub.clock import SystemClock

TEXTS = (
    "Bonjour, où en est mon remboursement de consultation du 12 mars ?",
    "My card has not arrived yet, can you help me please?",
    "Hola, necesito el certificado de seguro para mi visado.",
    "Je dois passer un examen la semaine prochaine à Berlin, faut-il une entente préalable ?",
    "Quel est le délai pour déclarer mon épouse ?",
)


def requests(*, path: str, secret: str, lanes: int, prefix: str) -> Iterator[bytes]:
    """Signed requests, each with an event of its own, round the lanes."""
    now = SystemClock().now()
    for number in itertools.count():
        body = write_webhook(
            [
                WireMessage(
                    id=f"{prefix}{number}",
                    sender=f"+336{number % lanes:08}",
                    text=TEXTS[number % len(TEXTS)],
                    sent_at=now,
                )
            ]
        )
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"{HEADER}: {sign(body, secret=secret)}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Line":
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> int:
        """Send a request and give its status."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if length:
            await self._reader.readexactly(length)
        return int(head[9:12])


async def closed(port: int, feed: Iterator[bytes], *, connections: int, seconds: float) -> tuple[list[float], float]:
    """Latencies in seconds, and how long it all took."""
    latencies: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        line = await Line.open(port)
        while (began := time.perf_counter()) < end:
            if await line.ask(next(feed)) != 200:
                raise RuntimeError("a webhook was not acknowledged")
            latencies.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return latencies, time.perf_counter() - began


async def open_loop(port: int, feed: Iterator[bytes], *, rate: float, seconds: float) -> tuple[list[float], float]:
    """The same at a fixed rate, from as many connections as it takes."""
    latencies: list[float] = []
    free: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(64):
        free.put_nowait(await Line.open(port))

    async def one(due: float) -> None:
        line = await free.get()
        if await line.ask(next(feed)) != 200:
            raise RuntimeError("a webhook was not acknowledged")
        latencies.append(time.perf_counter() - due)
        free.put_nowait(line)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(int(rate * seconds)):
            due = began + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            tasks.create_task(one(due))
    return latencies, time.perf_counter() - began


def figures(latencies: Sequence[float], seconds: float) -> dict[str, float]:
    """Rate per second, p50 and p99 in milliseconds."""
    cuts = statistics.quantiles(latencies, n=100)
    return {
        "per_second": round(len(latencies) / seconds, 1),
        "p50_ms": round(cuts[49] * 1000, 2),
        "p99_ms": round(cuts[98] * 1000, 2),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Send, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m hub.bench.load")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--account", required=True)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--connections", type=int, default=48)
    parser.add_argument("--lanes", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--prefix", default="load-")
    given = parser.parse_args(arguments)
    feed = requests(path=f"/webhooks/{given.account}", secret=given.secret, lanes=given.lanes, prefix=given.prefix)

    async def send() -> tuple[list[float], float]:
        if given.rate:
            return await open_loop(given.port, feed, rate=given.rate, seconds=given.seconds)
        return await closed(given.port, feed, connections=given.connections, seconds=given.seconds)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        latencies, seconds = runner.run(send())
    sys.stdout.write(f"{json.dumps(figures(latencies, seconds))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
