"""What every live bus promises."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from hub.bus.port import Bus


async def next_head(heads: AsyncIterator[int]) -> int:
    """The next head, which must come soon."""
    async with asyncio.timeout(20):
        return await anext(heads)


async def heads_until(heads: AsyncIterator[int], last: int) -> list[int]:
    """The heads that come until `last` has come."""
    found: list[int] = []
    while last not in found:
        found.append(await next_head(heads))
    return found


class BusContract:
    """Inherit, and say with `opened` how a bus is opened; where it needs a fixture, override `opening`."""

    def opened(self) -> AbstractAsyncContextManager[Bus]:
        """A bus that is open inside its context."""
        raise NotImplementedError

    @pytest.fixture
    def opening(self, request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Bus]:
        return self.opened()

    async def test_tells_every_subscriber_how_far_the_log_goes(self, opening: Any) -> None:
        async with opening as bus, bus.subscribe() as one, bus.subscribe() as other:
            await bus.publish(3)
            assert await next_head(one) == await next_head(other) == 3

    async def test_says_nothing_to_nobody(self, opening: Any) -> None:
        async with opening as bus:
            await bus.publish(1)
            async with bus.subscribe() as heads:
                await bus.publish(2)
                assert 2 in await heads_until(heads, 2)

    async def test_tells_a_subscriber_that_was_busy_the_newest_head_alone(self, opening: Any) -> None:
        async with opening as bus, bus.subscribe() as busy, bus.subscribe() as idle:
            for position in range(1, 501):
                await bus.publish(position)
            await heads_until(idle, 500)
            assert await next_head(busy) == 500
            await bus.publish(501)
            assert await next_head(busy) == 501

    async def test_wakes_again_for_a_head_that_is_told_again(self, opening: Any) -> None:
        async with opening as bus, bus.subscribe() as heads:
            for _ in range(2):
                await bus.publish(7)
                assert await next_head(heads) == 7

    async def test_never_goes_back(self, opening: Any) -> None:
        async with opening as bus, bus.subscribe() as heads:
            await bus.publish(9)
            assert await next_head(heads) == 9
            await bus.publish(4)
            assert await next_head(heads) == 9

    async def test_loses_no_head_to_a_subscriber_that_stopped_waiting(self, opening: Any) -> None:
        async with opening as bus, bus.subscribe() as heads, bus.subscribe() as other:
            waiting = asyncio.ensure_future(anext(heads))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await bus.publish(5)
            assert await next_head(other) == await next_head(heads) == 5

    async def test_goes_on_when_a_subscriber_leaves(self, opening: Any) -> None:
        async with opening as bus, bus.subscribe() as stays:
            async with bus.subscribe() as leaves:
                await bus.publish(1)
                await heads_until(leaves, 1)
            await bus.publish(2)
            await heads_until(stays, 2)
            assert [head async for head in leaves] == []

    async def test_ends_every_subscription_when_it_closes(self, opening: Any) -> None:
        async with opening as bus:
            heads = await bus.subscribe().__aenter__()
        async with asyncio.timeout(20):
            assert [head async for head in heads] == []
