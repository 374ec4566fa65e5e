"""Doors: each opens on its own, is tried again when it could not, and says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.doors import Door, Doors


class _Place:
    """A place to listen that somebody else may hold."""

    def __init__(self, *, taken: bool = False) -> None:
        self.taken = taken
        self.opened = asyncio.Event()
        self.closed = False

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[str]:
        """Listen while the context is open."""
        if self.taken:
            raise OSError(98, "Address already in use")
        self.opened.set()
        yield "here:25"
        self.closed = True


class TestADoor:
    async def test_is_open_when_the_doors_are_entered_and_shut_when_they_are_left(self) -> None:
        place = _Place()
        async with Doors([Door("intake", place.listen)]) as doors:
            assert doors.states() == {"intake": "ok"}
            assert doors.where("intake") == "here:25"
        with pytest.raises(KeyError):
            doors.where("intake")

    async def test_that_cannot_open_holds_back_no_other_and_says_why(self) -> None:
        shut, other = _Place(taken=True), _Place()
        async with Doors([Door("intake", shut.listen), Door("mailbox", other.listen)]) as doors:
            assert doors.states()["mailbox"] == "ok"
            assert doors.states()["intake"] == "does not listen (Address already in use): free its port"

    async def test_opens_as_soon_as_its_place_is_free(self) -> None:
        place = _Place(taken=True)
        async with Doors([Door("intake", place.listen)], pause_seconds=0.01) as doors:
            assert not place.opened.is_set()
            place.taken = False
            await place.opened.wait()
            assert doors.states() == {"intake": "ok"}
