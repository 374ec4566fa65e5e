"""The bus inside one process: also the part of every other bus that wakes subscribers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self


class MemoryBus:
    """Wakes the subscribers of this process. Use as an async context manager."""

    def __init__(self) -> None:
        self._head = 0
        self._closed = False
        self._subscribers: set[_Heads] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def publish(self, position: int) -> None:
        """Say that the log has events up to `position`."""
        self.tell(position)

    def tell(self, position: int) -> None:
        """The same for callers that cannot wait."""
        self._head = max(self._head, position)
        self.wake()

    def wake(self) -> None:
        """Have every subscriber read the log, whether or not it has grown."""
        for subscriber in self._subscribers:
            subscriber.wake(self._head)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[int]]:
        """Heads from now on, for as long as the context is open."""
        heads = _Heads()
        self._subscribers.add(heads)
        if self._closed:
            heads.end()
        try:
            yield heads
        finally:
            self._subscribers.discard(heads)
            heads.end()

    def close(self) -> None:
        """End every subscription."""
        self._closed = True
        for subscriber in self._subscribers:
            subscriber.end()


class _Heads:
    """What one subscriber iterates: the newest head, once for each time it was woken and came to look."""

    def __init__(self) -> None:
        self._newest = 0
        self._woken = asyncio.Event()
        self._ended = False

    def wake(self, head: int) -> None:
        self._newest = head
        self._woken.set()

    def end(self) -> None:
        self._ended = True
        self._woken.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> int:
        await self._woken.wait()  # a caller that gives up here loses nothing: the wake stays
        if self._ended:
            raise StopAsyncIteration
        self._woken.clear()
        return self._newest
