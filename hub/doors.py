"""The doors of a process: what listens beside HTTP (mail intakes, the embedded mailbox).

A door that cannot be opened, because its port is taken for a moment or for good, does not hold back the rest: it is
tried again, and `states` says what is wrong.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from hub.logging import log, place_of

#: Between two attempts to open a door.
PAUSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Door:
    """Something that listens: `open` listens inside its context and yields where, raising OSError when it cannot."""

    name: str
    open: Callable[[], AbstractAsyncContextManager[object]]


class Doors:
    """Keeps doors open. Use as an async context manager; entered when each was tried once."""

    def __init__(self, doors: Sequence[Door], *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._doors = doors
        self._pause_seconds = pause_seconds
        self._tasks: list[asyncio.Task[None]] = []
        self._where: dict[str, object] = {}
        self._wrong: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        tried = [asyncio.Event() for _ in self._doors]
        self._tasks = [
            asyncio.create_task(self._keep_open(door, once), name=f"door-{door.name}")
            for door, once in zip(self._doors, tried, strict=True)
        ]
        for once in tried:
            await once.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def states(self) -> Mapping[str, str]:
        """Each door: `ok`, or what is wrong."""
        return {door.name: self._wrong.get(door.name, "ok") for door in self._doors}

    def where(self, name: str) -> object:
        """Where the door of that name listens. Raises KeyError while it does not."""
        return self._where[name]

    async def _keep_open(self, door: Door, tried: asyncio.Event) -> None:
        while True:
            try:
                async with door.open() as where:
                    self._where[door.name] = where
                    self._wrong.pop(door.name, None)
                    log.info("door_open", task=door.name)
                    tried.set()
                    await asyncio.Event().wait()
            except OSError as error:
                if door.name not in self._wrong:
                    log.error("door_shut", task=door.name, error=place_of(error))
                self._wrong[door.name] = f"does not listen ({error.strerror or type(error).__name__}): free its port"
            finally:
                self._where.pop(door.name, None)
                tried.set()
            await asyncio.sleep(self._pause_seconds)
