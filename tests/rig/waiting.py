"""Waiting for something to become true, with an end."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy.exc import DBAPIError

_LOOK_EVERY_SECONDS = 0.02
#: What looking may raise while the database is away: it is looked again.
AWAY = (OSError, TimeoutError, DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)


class DidNotHappen(AssertionError):  # noqa: N818 - named for what it is
    """Something that had to happen did not, in time."""


async def until(
    look: Callable[[], Awaitable[object]],
    what: str,
    *,
    seconds: float = 60.0,
    every: float = _LOOK_EVERY_SECONDS,
    moving: Callable[[], object] | None = None,
) -> None:
    """Look until there is something; `seconds` begin anew whenever `moving` changes. Raises DidNotHappen."""
    loop = asyncio.get_running_loop()
    end, seen = loop.time() + seconds, moving() if moving else None
    while True:
        try:
            if await look():
                return
        except AWAY:
            pass
        if moving is not None and (now := moving()) != seen:
            end, seen = loop.time() + seconds, now
        if loop.time() > end:
            raise DidNotHappen(f"{what}: not within {seconds:.0f} s")
        await asyncio.sleep(every)


async def at_last(event: asyncio.Event, what: str, *, seconds: float = 60.0) -> None:
    """Wait for an event. Raises DidNotHappen."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        raise DidNotHappen(f"{what}: not within {seconds:.0f} s") from None
