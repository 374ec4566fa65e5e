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
from storage.work import Watch

#: How often a worker looks whether anything waits: people wait for what it finds.
_WATCH = (0.01, 0.01)
#: A loop that was not woken looks by itself after this long.
_WOKEN = (1.0, 1.0)


@dataclass(slots=True)
class Loop:
    """One kind of work, done again and again; `step` says how much it found."""

    name: str
    step: Callable[[], Awaitable[int]]
    rest_seconds: tuple[float, float]
    nudge: asyncio.Event = field(default_factory=asyncio.Event)
    wakes: tuple["Loop", ...] = ()
    after_failure_seconds: float = 1.0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        rest = self.rest_seconds[0]
        while not stop.is_set():
            found = await self._once()
            if found is None:  # it failed: nothing wakes it before its time, or it would fail again at once
                await asyncio.sleep(self.after_failure_seconds)
                continue
            if found > 0:
                for other in self.wakes:
                    other.nudge.set()
                rest = self.rest_seconds[0]
                await asyncio.sleep(0)
                continue
            if stop.is_set():
                return
            await self._rest(rest)
            rest = min(rest * 2, self.rest_seconds[1])

    async def _once(self) -> int | None:
        """How much was found; None after a failure."""
        try:
            return await self.step()
        except Exception as error:  # noqa: BLE001 - a loop outlives every fault; what failed is told and tried again
            if is_away(error):
                log.warning("database_away", task=self.name, error=place_of(error))
            else:
                log.error("task_failed", task=self.name, error=place_of(error))
            return None

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
        self._eye = Watch(hub.engine)

    def loops(self) -> tuple[Loop, ...]:
        """What runs side by side."""
        lease = self._hub.settings.lease_seconds
        relay = Loop("relay", self._relayed, _WOKEN)
        deliver = Loop("deliver", self._delivered, _WOKEN, wakes=(relay,))
        pipeline = Loop("pipeline", self._pipeline.work, _WOKEN, wakes=(relay,))
        look = Loop("first_look", self._look.look, _WOKEN, wakes=(pipeline,))
        return (
            Loop("watch", lambda: self._watch(look, pipeline, deliver, relay), _WATCH),
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
            await self._eye.close()
        log.info("worker_stopped", worker=self.id)

    async def _until(self, loop: Loop, stop: asyncio.Event) -> None:
        """Run a loop; one that rests when the end comes is not waited for."""
        running = asyncio.create_task(loop.run(stop))
        ending = asyncio.create_task(stop.wait())
        await asyncio.wait((running, ending), return_when=asyncio.FIRST_COMPLETED)
        loop.nudge.set()
        await running
        ending.cancel()

    async def _watch(self, look: Loop, pipeline: Loop, deliver: Loop, relay: Loop) -> int:
        """Wake whoever has something to do. One look of one connection, instead of four loops that ask in vain."""
        found = await self._eye.look(now=self._hub.clock.now())
        told = ((found.unread, look), (found.ready, pipeline), (found.due, deliver), (found.unplaced, relay))
        for waits, loop in told:
            if waits:
                loop.nudge.set()
        return 0

    async def _delivered(self) -> int:
        return await self._deliver.work() if self._hub.settings.outbound else 0

    async def _relayed(self) -> int:
        return await self._relay.work() if await self._relay.stand_for() else 0

    async def _measure(self) -> None:
        async with UnitOfWork(self._hub.engine) as reading:
            oldest = await inbox.oldest_pending(reading.connection)
            waiting = await outbox.waiting(reading.connection)
        age = 0.0 if oldest is None else (self._hub.clock.now() - oldest).total_seconds()
        metrics.OLDEST_UNPROCESSED.set(max(0.0, age))
        metrics.OUTBOX.set(waiting)

    async def _give_back(self) -> None:
        async with UnitOfWork(self._hub.engine) as returning:
            await inbox.release(returning.connection, worker=self.id)
            await returning.commit()


def _always_rest(chore: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[int]]:
    async def step() -> int:
        await chore()
        return 0

    return step
