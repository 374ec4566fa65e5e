"""The worker keeps all journeys going, and stops what goes out when it is told to."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from domain.ids import TicketId
from hub.worker import Loop, Worker
from storage import tables
from tests.hub.journey.house import House, house_on

pytestmark = pytest.mark.database


@pytest.fixture
async def house(engine, database_url, keyring, clock):  # type: ignore[no-untyped-def]
    async with house_on(engine, database_url, keyring, clock) as house:
        yield house


def loop_of(worker: Worker, name: str) -> Loop:
    """The worker's loop of that name."""
    return next(loop for loop in worker.loops() if loop.name == name)


class TestTheWorker:
    async def test_sends_nothing_while_the_one_switch_is_off_and_everything_afterwards(self, house: House) -> None:
        await house.hear("Bonjour, ma carte de santé n’est pas arrivée.")
        await house.work()
        await house.answer(TicketId((await house.one(tables.ticket))["id"]))
        off = replace(house.hub, settings=house.hub.settings.model_copy(update={"outbound": False}))
        assert await loop_of(Worker(off), "deliver").step() == 0
        assert house.post.taken == []
        assert (await house.one(tables.delivery))["state"] == "queued"
        await loop_of(Worker(house.hub), "deliver").step()
        assert len(house.post.taken) == 1

    async def test_takes_a_message_all_the_way_and_stops_when_asked(self, house: House) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(Worker(house.hub).run(stop))
        async with house.hub.bus.subscribe() as heads, asyncio.timeout(10):
            await house.hear("Bonjour, ma carte de santé n’est pas arrivée.")
            while await anext(heads) < 5:
                pass
        stop.set()
        async with asyncio.timeout(5):
            await running
        assert len(await house.rows(tables.ticket)) == 1


class TestALoop:
    async def test_outlives_a_fault_and_goes_on(self) -> None:
        stop, seen = asyncio.Event(), []

        async def step() -> int:
            seen.append(len(seen))
            if len(seen) == 1:
                raise ZeroDivisionError
            stop.set()
            return 0

        loop = Loop("test", step, (0.001, 0.001), after_failure_seconds=0.001)
        async with asyncio.timeout(5):
            await loop.run(stop)
        assert seen == [0, 1]

    async def test_that_found_something_wakes_the_one_after_it(self) -> None:
        stop = asyncio.Event()
        after = Loop("after", _nothing(stop), (60.0, 60.0))
        before = Loop("before", _once(1), (60.0, 60.0), wakes=(after,))
        async with asyncio.timeout(5):
            tasks = [asyncio.create_task(loop.run(stop)) for loop in (after, before)]
            await tasks[0]
            before.nudge.set()
            await tasks[1]


def _nothing(stop: asyncio.Event) -> Callable[[], Awaitable[int]]:
    calls = []

    async def step() -> int:
        calls.append(1)
        if len(calls) == 2:
            stop.set()
        return 0

    return step


def _once(found: int) -> Callable[[], Awaitable[int]]:
    left = [found]

    async def step() -> int:
        return left.pop() if left else 0

    return step
