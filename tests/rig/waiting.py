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


async def until(look: Callable[[], Awaitable[object]], what: str, *, seconds: float = 60.0) -> None:
    """Look again and again until there is something. Raises DidNotHappen."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        try:
            if await look():
                return
        except AWAY:
            pass
        if loop.time() > end:
            raise DidNotHappen(f"{what}: not within {seconds:.0f} s")
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


async def at_last(event: asyncio.Event, what: str, *, seconds: float = 60.0) -> None:
    """Wait for an event. Raises DidNotHappen."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        raise DidNotHappen(f"{what}: not within {seconds:.0f} s") from None
