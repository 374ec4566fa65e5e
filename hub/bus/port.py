"""The shape of the live bus: how whoever watches learns that the event log has grown.

Heads travel, events do not: a subscriber that hears one reads the log after the position it knows. A head is a call
to read and never a reason not to: after a lost connection an old one comes again and the log may hold more.

    BusAway     the head was not told: tell it again later
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol


class BusKind(StrEnum):
    """A way to reach subscribers; the registry is total over it."""

    MEMORY = "memory"
    POSTGRES = "postgres"


class BusAway(Exception):  # noqa: N818 - named as in CONVENTIONS
    """Nobody was told, because the bus cannot be reached; the head may be published again at any time."""


class Bus(Protocol):
    """Tells subscribers in every process how far the event log goes."""

    async def publish(self, position: int) -> None:
        """Say that the log has events up to `position`. The relay alone calls this. Raises BusAway."""
        ...

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[int]]:
        """Heads that are published while the context is open, at least once each, never going back.

        Enter, then read the log, then iterate: nothing falls between. A subscriber that was busy gets the newest head
        alone. After a lost connection it is woken with the last head known. The iterator ends when the bus closes.
        """
        ...
