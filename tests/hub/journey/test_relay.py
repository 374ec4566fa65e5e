"""The log is told to the bus in order, once for certain and again after a crash."""

import asyncio
import time

import pytest

from storage import event_log
from tests.hub.journey.house import House

pytestmark = pytest.mark.database


class TestTheRelay:
    async def test_places_what_happened_and_tells_how_far_the_log_goes(self, house: House) -> None:
        relay = house.hub.relay()
        assert await relay.stand_for()
        await house.hear("Bonjour, ma carte ?")
        await house.work()
        async with house.hub.bus.subscribe() as heads:
            placed = await relay.work()
            assert placed == await anext(heads) == 5
        await relay.resign()

    async def test_is_one_at_a_time(self, house: House) -> None:
        first, second = house.hub.relay(), house.hub.relay()
        assert await first.stand_for()
        assert not await second.stand_for()
        await first.resign()
        end = time.monotonic() + 10
        while not await second.stand_for():
            assert time.monotonic() < end
            await asyncio.sleep(0.05)
        await second.resign()

    async def test_tells_again_what_a_dead_one_had_placed_and_not_told(self, house: House) -> None:
        await house.hear("Bonjour, ma carte ?")
        await house.work()
        await house.events()  # places them inside a transaction that is not committed
        async with house.hub.engine.begin() as connection:
            await event_log.place(connection)
        relay = house.hub.relay()
        assert await relay.stand_for()
        async with house.hub.bus.subscribe() as heads:
            await relay.work()
            assert await anext(heads) == 5
        await relay.resign()
