"""People at the product while it is measured: one who watches the live stream, one who answers."""

import asyncio
import http.client
import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid5

import websockets

from channels.fake.acceptance_log import read_log
from hub.bench.load import Line, requests
from hub.bench.product import EMAIL, Product
from hub.clock import SystemClock

_HOST = "127.0.0.1"
_PATIENCE_SECONDS = 60.0
_clock = SystemClock()


def sign_in(product: Product) -> str:
    """The cookie of a session."""
    answer = _ask(product, "POST", "/api/session", {"email": EMAIL, "password": product.password})
    return str(answer[1]).partition(";")[0]


async def watch_socket(product: Product, *, rate: int, seconds: float, prefix: str = "watch-") -> list[float]:
    """Seconds from each webhook's receipt to the frame that tells a console of the message; `prefix` of their ids."""
    cookie = await asyncio.to_thread(sign_in, product)
    count, waits = int(rate * seconds), list[float]()
    address = f"ws://{_HOST}:{product.port}/api/stream"
    async with websockets.connect(address, additional_headers={"cookie": cookie}) as socket:
        await socket.recv()  # hello
        sending = asyncio.create_task(_send(product, rate=rate, count=count, prefix=prefix))
        async with asyncio.timeout(seconds + _PATIENCE_SECONDS):
            while len(waits) < count:
                frame = json.loads(await socket.recv())
                now = _clock.now()
                waits += [
                    (now - datetime.fromisoformat(event["at"])).total_seconds()
                    for event in frame.get("events", ())
                    if event["type"] == "message.received"
                ]
        await sending
    return waits


async def replies_taken(product: Product, taken: Path, *, count: int) -> list[float]:
    """Seconds from each accepted reply to its call at the provider, ten replies a second; `taken`: what it wrote."""
    cookie = await asyncio.to_thread(sign_in, product)
    await _send(product, rate=200, count=count)
    tickets = await _tickets(product, cookie, count)
    accepted = {}
    for number, ticket in enumerate(tickets):
        began = time.perf_counter()
        text = f"Bonjour, votre dossier avance ({number})."
        body = {"client_id": str(uuid5(product.fake.id, text)), "text": text}
        await asyncio.to_thread(_ask, product, "POST", f"/api/tickets/{ticket}/replies", body, cookie)
        accepted[text] = _clock.now()
        await asyncio.sleep(max(0.0, 0.1 - (time.perf_counter() - began)))
    async with asyncio.timeout(_PATIENCE_SECONDS):
        calls = read_log(taken)
        while len(calls) < count:
            await asyncio.sleep(0.1)
            calls = read_log(taken)
    return [max(0.0, (call.at - accepted[call.text]).total_seconds()) for call in calls]


async def _send(product: Product, *, rate: int, count: int, prefix: str = "watch-") -> None:
    """Webhooks at a fixed rate, each of a person of its own."""
    lines: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(8):
        lines.put_nowait(await Line.open(product.port))
    feed = requests(
        path=f"/webhooks/{product.fake.id}", secret=product.fake.settings["secret"], lanes=count, prefix=prefix
    )

    async def one() -> None:
        line = await lines.get()
        await line.ask(next(feed))
        lines.put_nowait(line)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            if (wait := began + number / rate - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            tasks.create_task(one())


async def _tickets(product: Product, cookie: str, count: int) -> list[str]:
    """The ids of all tickets, once there are so many."""
    end = time.monotonic() + _PATIENCE_SECONDS
    found: list[str] = []
    while len(found) < count:
        if time.monotonic() > end:
            raise RuntimeError(f"{len(found)} of {count} tickets are there")
        found, after = [], ""
        while True:
            path = f"/api/tickets?state=all&limit=200{f'&after={after}' if after else ''}"
            page = (await asyncio.to_thread(_ask, product, "GET", path, None, cookie))[0]
            found += [item["id"] for item in page["items"]]
            after = page["next"] or ""
            if not after:
                break
        await asyncio.sleep(0.1)
    return found


def _ask(product: Product, method: str, path: str, body: object = None, cookie: str = "") -> tuple[Any, str | None]:
    """One request to the API; its answer and the cookie that it sets."""
    connection = http.client.HTTPConnection(_HOST, product.port, timeout=30)
    try:
        headers = {"content-type": "application/json", **({"cookie": cookie} if cookie else {})}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:200]!r}")
        return json.loads(said), answer.getheader("set-cookie")
    finally:
        connection.close()
