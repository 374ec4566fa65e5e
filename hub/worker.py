"""The worker: every journey that nobody waits for, each in a loop of its own. Run as many as needed.

A loop that finds nothing rests for a moment, longer and longer up to its limit; one that fails says so and goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from hub import metrics
from hub.bootstrap import Hub
from hub.logging import log, place_of
from storage import inbox
from storage.delivery import outbox
from storage.engine import is_away
from storage.unit_of_work import UnitOfWork

#: Rest of an idle loop that people wait for, the first and the longest: together with the work, well under 40 ms.
_EAGER = (0.003, 0.02)
_AFTER_FAILURE_SECONDS, _WHILE_AWAY_SECONDS = 1.0, 0.25


@dataclass(slots=True)
class Loop:
    """One kind of work, done again and again; `step` says how much it found."""

    name: str
    step: Callable[[], Awaitable[int]]
    rest_seconds: tuple[float, float]
    nudge: asyncio.Event = field(default_factory=asyncio.Event)
    wakes: tuple["Loop", ...] = ()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        rest = self.rest_seconds[0]
        while not stop.is_set():
            found = await self._once()
            if found > 0:
                for other in self.wakes:
                    other.nudge.set()
                rest = self.rest_seconds[0]
                await asyncio.sleep(0)
                continue
            if stop.is_set():
                return
            await self._rest(rest if found == 0 else -found)
            rest = min(rest * 2, self.rest_seconds[1])

    async def _once(self) -> float:
        """How much was found; negative: how many seconds to stay away after a failure."""
        try:
            return await self.step()
        except Exception as error:  # noqa: BLE001 - a loop outlives every fault; what failed is told and tried again
            if is_away(error):
                log.warning("database_away", task=self.name, error=place_of(error))
                return -_WHILE_AWAY_SECONDS
            log.error("task_failed", task=self.name, error=place_of(error))
            return -_AFTER_FAILURE_SECONDS

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.nudge.wait()
        self.nudge.clear()


class Worker:
    """All loops of one worker process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.id: UUID = hub.worker_id()
        self._look, self._pipeline = hub.first_look(), hub.pipeline(self.id)
        self._deliver, self._timers, self._relay = hub.deliver(self.id), hub.timers(), hub.relay()

    def loops(self) -> tuple[Loop, ...]:
        """What runs side by side."""
        lease = self._hub.settings.lease_seconds
        relay = Loop("relay", self._relayed, _EAGER)
        deliver = Loop("deliver", self._delivered, _EAGER, wakes=(relay,))
        pipeline = Loop("pipeline", self._pipeline.work, _EAGER, wakes=(relay, deliver))
        look = Loop("first_look", self._look.look, _EAGER, wakes=(pipeline,))
        return (
            look,
            pipeline,
            deliver,
            relay,
            Loop("leases", _always_rest(self._deliver.keep_leases), (lease / 3, lease / 3)),
            Loop("reaper", _always_rest(self._timers.reap), (lease / 3, lease / 3)),
            Loop("clocks", self._timers.tell_the_time, (0.5, 1.0)),
            Loop("gauges", _always_rest(self._measure), (5.0, 5.0)),
            Loop("housekeeping", _always_rest(self._timers.keep_house), (3600.0, 3600.0)),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; what is under way is finished, what is claimed and not begun is given back."""
        log.info("worker_started", worker=self.id)
        try:
            async with asyncio.TaskGroup() as tasks:
                for loop in self.loops():
                    tasks.create_task(self._until(loop, stop), name=loop.name)
        finally:
            await self._relay.resign()
            with suppress(Exception):
                await self._give_back()
        log.info("worker_stopped", worker=self.id)

    async def _until(self, loop: Loop, stop: asyncio.Event) -> None:
        """Run a loop; one that rests when the end comes is not waited for."""
        running = asyncio.create_task(loop.run(stop))
        ending = asyncio.create_task(stop.wait())
        await asyncio.wait((running, ending), return_when=asyncio.FIRST_COMPLETED)
        loop.nudge.set()
        await running
        ending.cancel()

    async def _delivered(self) -> int:
        return await self._deliver.work() if self._hub.settings.outbound else 0

    async def _relayed(self) -> int:
        return await self._relay.work() if await self._relay.stand_for() else 0

    async def _measure(self) -> None:
        async with UnitOfWork(self._hub.engine) as work:
            oldest = await inbox.oldest_pending(work.connection)
            waiting = await outbox.waiting(work.connection)
        age = 0.0 if oldest is None else (self._hub.clock.now() - oldest).total_seconds()
        metrics.OLDEST_UNPROCESSED.set(max(0.0, age))
        metrics.OUTBOX.set(waiting)

    async def _give_back(self) -> None:
        async with UnitOfWork(self._hub.engine) as work:
            await inbox.release(work.connection, worker=self.id)
            await work.commit()


def _always_rest(chore: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[int]]:
    async def step() -> int:
        await chore()
        return 0

    return step
