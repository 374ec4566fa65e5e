"""The live stream: one WebSocket a page, which is told that something happened and never what was said."""

import asyncio
import re
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from hub import metrics
from hub.api.errors import is_retryable
from hub.api.reception import reception_of
from hub.api.viewer import is_own_site, user_of
from hub.logging import log, place_of

PATH = "/api/stream"
#: Close codes: sign in first; a page of another site; not a position; the database is away.
SIGN_IN, FOREIGN, MISUSED, LATER = 4401, 4403, 1008, 1013
#: A socket that takes no frame for this long is cut.
SEND_SECONDS = 10.0
#: How often it is seen whether the session still holds.
SESSION_SECONDS = 60.0
_POSITION = re.compile(r"[0-9]{1,18}")


async def stream(socket: WebSocket) -> None:
    """Tell the events after the position `after`, until the page goes or its session ends."""
    after = socket.query_params.get("after")
    if not is_own_site(socket):
        await socket.close(FOREIGN)
        return
    await socket.accept()
    code = MISUSED
    if after is None or _POSITION.fullmatch(after):
        code = await _converse(socket, None if after is None else int(after))
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await socket.close(code)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        return  # it went first, or it takes nothing any more


async def _converse(socket: WebSocket, after: int | None) -> int:
    """Serve the socket; gives the code to close it with."""
    try:
        if await user_of(socket) is None:
            return SIGN_IN
        with metrics.STREAMS.track_inprogress():
            return await _first(_tell(socket, after), _hear(socket), _watch(socket))
    except WebSocketDisconnect:
        return 1000
    except Exception as error:
        if not is_retryable(error):
            raise
        log.info("stream_cut", error=place_of(error))
        return LATER


async def _tell(socket: WebSocket, after: int | None) -> int:
    async with aclosing(reception_of(socket).feed.follow(after)) as frames:
        async for frame in frames:
            async with asyncio.timeout(SEND_SECONDS):
                await socket.send_text(frame)
    return LATER


async def _hear(socket: WebSocket) -> int:
    """The page has nothing to say; this learns that it went."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
    return 1000


async def _watch(socket: WebSocket) -> int:
    """Wait until the session is over. While the database is away nobody can tell, and nothing is told either."""
    while True:
        await asyncio.sleep(SESSION_SECONDS)
        try:
            if await user_of(socket) is None:
                return SIGN_IN
        except Exception as error:
            if not is_retryable(error):
                raise


async def _first(*parts: Coroutine[Any, Any, int]) -> int:
    """Run parts side by side until one ends; the others are given up."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
