"""The feed: one a process, it follows the event log so that many streams can follow it from any position.

It keeps the newest events at hand; a follower that is further behind is served from the log, up to a bound, beyond
which it is told to read everything again. Followers pull: a slow one falls behind alone and holds up nobody.
"""

import asyncio
import json
from bisect import bisect_right
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.events import DeliveryMoved
from hub import metrics
from hub.bus.port import Bus
from hub.logging import log, place_of
from storage import event_log
from storage.engine import is_away
from storage.event_log import Placed
from storage.unit_of_work import UnitOfWork

#: Events at hand, and how far behind them a follower may be and still be served from the log.
AT_HAND, READ_BACK = 5_000, 5_000
#: Events in one frame.
IN_A_FRAME = 500
PING_SECONDS = 20.0
#: The log is looked at this often although nobody called: a bus that lost a call costs this much, never an event.
LOOK_SECONDS = 5.0
#: One that could not read for this long no longer follows.
STALE_SECONDS = 15.0
_PAUSE_SECONDS = 0.25

PING = '{"type":"ping"}'
RESET = '{"type":"reset"}'


@dataclass(frozen=True, slots=True)
class _Told:
    """An event as streams tell it: never a body."""

    position: int
    line: str


class Feed:
    """Follows the log inside its context; `follow` gives the frames of one stream."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        bus: Bus,
        at_hand: int = AT_HAND,
        read_back: int = READ_BACK,
        ping_seconds: float = PING_SECONDS,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._engine, self._bus = engine, bus
        self._at_hand, self._read_back = at_hand, read_back
        self._ping_seconds, self._look_seconds = ping_seconds, look_seconds
        self._told: list[_Told] = []
        self._head = self._floor = 0  # what is at hand lies in (floor, head]
        self._era = 0  # another one when the log was found shorter than it was: another database
        self._known = asyncio.Event()
        self._grown = asyncio.Event()
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")
        self._written: tuple[int, int, str] = (0, 0, "")
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="feed")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def head(self) -> int:
        """The position of the newest event known here."""
        return self._head

    @property
    def is_following(self) -> bool:
        """Whether the log was read lately."""
        alive = self._task is not None and not self._task.done()
        return alive and asyncio.get_running_loop().time() - self._read_at < STALE_SECONDS

    async def follow(self, after: int | None) -> AsyncGenerator[str, None]:
        """The frames of a stream that knows everything up to `after` (None: nothing yet), for ever.

        `hello` with the head; then `events` in order, each once; `ping` when it is quiet; `reset` when what follows
        `after` cannot be told. Raises what reading the database raises.
        """
        await self._known.wait()
        if after is not None and after > self._head:
            await (
                self._catch_up()
            )  # another process told of it first: greeted with less, the page would read it all again
        era, position = self._era, self._head if after is None else after
        yield f'{{"type":"hello","position":{self._head}}}'
        while True:
            if position > self._head:
                await self._catch_up()  # it was read from the log before the feed came there
            if era != self._era or not self._can_tell(position):
                era, position = self._era, self._head
                yield RESET
            grown = self._grown
            told = await self._after(position)
            if told:
                frame = self._frame(told)
                position = told[-1].position
                yield frame
                continue
            if position < self._floor:  # what lay between is gone from the log
                position = self._floor
                continue
            try:
                async with asyncio.timeout(self._ping_seconds):
                    await grown.wait()
            except TimeoutError:
                yield PING

    def _can_tell(self, position: int) -> bool:
        return position <= self._head and self._head - position <= max(self._read_back, self._head - self._floor)

    async def _after(self, position: int) -> Sequence[_Told]:
        if position >= self._floor:
            first = bisect_right(self._told, position, key=lambda told: told.position)
            return self._told[first : first + IN_A_FRAME]
        async with UnitOfWork(self._engine) as work:
            return [_told(one) for one in await event_log.read_after(work.connection, position, limit=IN_A_FRAME)]

    def _frame(self, told: Sequence[_Told]) -> str:
        """As text; written once for the many streams that are at the same place."""
        first, last = told[0].position, told[-1].position
        if self._written[:2] != (first, last):
            lines = ",".join(one.line for one in told)
            self._written = (first, last, f'{{"type":"events","position":{last},"events":[{lines}]}}')
        return self._written[2]

    async def _run(self) -> None:
        away = False
        async with self._bus.subscribe() as heads:
            while True:
                try:
                    await self._catch_up()
                except Exception as error:  # noqa: BLE001 - the feed outlives every fault; it reads again from its place
                    if not away or not is_away(error):
                        log.warning("feed_away", position=self._head, error=place_of(error))
                    away = True
                    await asyncio.sleep(_PAUSE_SECONDS)
                    continue
                away = False
                try:
                    async with asyncio.timeout(self._look_seconds):
                        await anext(heads)
                except TimeoutError:
                    continue
                except StopAsyncIteration:
                    return

    async def _catch_up(self) -> None:
        """Read what is new, to the end."""
        async with self._reading:
            while True:
                async with UnitOfWork(self._engine) as work:
                    # The head is read first: events placed meanwhile are only news for the next time.
                    head = await event_log.head(work.connection)
                    fresh = self._known.is_set() and head >= self._head
                    placed = await event_log.read_after(work.connection, self._head) if fresh else ()
                if not fresh:
                    self._start_at(head)
                elif placed:
                    self._take(placed)
                if not placed:
                    self._read_at = asyncio.get_running_loop().time()
                    return

    def _start_at(self, head: int) -> None:
        """Nothing is at hand: the first time, or because the log was replaced by an older one."""
        if self._known.is_set():
            log.warning("feed_starts_over", position=head)
            self._era += 1
        self._told.clear()
        self._written = (0, 0, "")
        self._head = self._floor = head
        self._known.set()
        self._tell()

    def _take(self, placed: Sequence[Placed]) -> None:
        for one in placed:
            metrics.LOG_EVENTS.labels(one.type).inc()
            if isinstance(one.event, DeliveryMoved):
                metrics.LOG_DELIVERIES.labels(one.event.state).inc()
        self._told += map(_told, placed)
        self._head = self._told[-1].position
        if len(self._told) > 2 * self._at_hand:
            self._floor = self._told[-self._at_hand - 1].position
            del self._told[: -self._at_hand]
        self._tell()

    def _tell(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()


def _told(placed: Placed) -> _Told:
    ticket_id = placed.event.ticket_id
    line = {
        "position": placed.position,
        "type": placed.type,
        "at": placed.event.at.isoformat(),
        "ticket_id": None if ticket_id is None else str(ticket_id),
    }
    return _Told(placed.position, json.dumps(line, separators=(",", ":")))
