"""The driver of the way in: says each event until the hub says yes, and remembers what it was told."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.fake.emission import webhook
from channels.fake.events import WireMessage
from channels.fake.http import AnswerLost, NotReached, Request, exchange
from hub.clock import SystemClock

#: Connections at once: the hub is to be busy, the machine is not to be drowned.
AT_ONCE = 24
#: Of a hundred events: said twice at the same time, and said again after the lane has gone on.
TWINS, ECHOES = 8, 6
_PATIENCE_SECONDS, _PAUSE_SECONDS = 10.0, 0.2


@dataclass(frozen=True, slots=True)
class Sent:
    """One event of a lane."""

    lane: int
    number: int

    @property
    def name(self) -> str:
        """The provider's id of it."""
        return f"rig-{self.lane}-{self.number}"

    @property
    def address(self) -> str:
        """Who writes."""
        return f"+336{self.lane:08d}"


@dataclass(slots=True)
class Sender:
    """Sends `events` events over `lanes` lanes, in order within each, no faster than `let` allows."""

    port: int
    path: str
    secret: str
    events: int
    lanes: int
    chance: random.Random
    #: Events to which the hub said 2xx, with the number of times it did.
    yes: Counter[str] = field(default_factory=Counter)
    #: Events that were said and not answered yet, with the number of requests.
    open: Counter[str] = field(default_factory=Counter)
    #: Every answer; None: the connection was refused or lost.
    answers: Counter[int | None] = field(default_factory=Counter)
    _tide: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def let(self, count: int) -> None:
        """Allow so many events more."""
        for _ in range(count):
            self._tide.release()

    def all_events(self) -> Iterator[Sent]:
        """Every event, lane by lane."""
        for lane in range(self.lanes):
            share = self.events // self.lanes + (lane < self.events % self.lanes)
            for number in range(share):
                yield Sent(lane, number)

    def unanswered(self) -> list[str]:
        """Events that are said at this moment and have never been answered with yes."""
        return [name for name, count in self.open.items() if count and not self.yes[name]]

    async def run(self) -> None:
        """Until the hub has said yes to everything."""
        by_lane: dict[int, list[Sent]] = {}
        for event in self.all_events():
            by_lane.setdefault(event.lane, []).append(event)
        async with asyncio.TaskGroup() as tasks:
            for events in by_lane.values():
                tasks.create_task(self._lane(events))

    async def _lane(self, events: list[Sent]) -> None:
        echoes: list[Sent] = []
        for event in events:
            await self._tide.acquire()
            fate = self.chance.randrange(100)
            if fate < TWINS:
                await asyncio.gather(self._say(event), self._say(event))
            else:
                await self._say(event)
            for echo in echoes:
                await self._say(echo)
            echoes = [event] if fate >= 100 - ECHOES else []

    async def _say(self, event: Sent) -> None:
        message = WireMessage(
            id=event.name,
            sender=event.address,
            text=f"Bonjour, question {event.number} sur mon remboursement.",
            sent_at=SystemClock().now(),
        )
        headers, body = webhook([message], secret=self.secret)
        request = Request("POST", self.path, headers, body)
        async with self._turns:
            while True:
                status = await self._ask(event.name, request)
                self.answers[status] += 1
                if status is not None and 200 <= status < 300:
                    self.yes[event.name] += 1
                    return
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _ask(self, name: str, request: Request) -> int | None:
        self.open[name] += 1
        try:
            return (await exchange("127.0.0.1", self.port, request, timeout_seconds=_PATIENCE_SECONDS)).status
        except (NotReached, AnswerLost):
            return None
        finally:
            self.open[name] -= 1
