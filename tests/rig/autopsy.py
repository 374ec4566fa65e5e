"""What a process was doing when it was killed, as the tables and the provider's log tell it afterwards."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import event_log, tables
from storage.engine import digest
from tests.rig.proxy import Proxy
from tests.rig.rig import Rig
from tests.rig.waiting import until


class Window(StrEnum):
    """The moments at which a crash could lose or repeat something."""

    BEFORE_COMMIT = "before commit"
    COMMIT_TO_YES = "commit to 2xx"
    CLAIMED = "claimed"
    SEND_TO_SETTLE = "send to settle"
    PUBLISH_TO_MARK = "publish to mark"


@dataclass(slots=True)
class Autopsies:
    """How many kills hit each window."""

    rig: Rig
    hits: Counter[Window] = field(default_factory=Counter)
    #: Events that an earlier kill left stored and unanswered: they must not count twice.
    _known: set[str] = field(default_factory=set)

    async def api_killed(self) -> None:
        """To be called at once: who waits for an answer at this moment is part of the evidence."""
        waiting = self.rig.sender.unanswered()
        await self._forsaken(self.rig.api_proxy)
        async with self.rig.engine.connect() as connection:
            stored = await _stored(connection, waiting)
        self.hits[Window.BEFORE_COMMIT] += any(name not in stored for name in waiting)
        self.hits[Window.COMMIT_TO_YES] += bool(stored - self._known)
        self._known |= stored

    async def worker_killed(self) -> None:
        """The same for the worker; no other one may be at work."""
        await self._forsaken(self.rig.worker_proxy)
        taken = {accepted.key for accepted in self.rig.accepted()}
        async with self.rig.engine.connect() as connection:
            claimed = select(func.count()).where(tables.inbox.c.state == "claimed")
            self.hits[Window.CLAIMED] += bool((await connection.execute(claimed)).scalar_one())
            held = select(tables.attempt.c.key).join(
                tables.outbox,
                (tables.outbox.c.delivery_id == tables.attempt.c.delivery_id) & tables.outbox.c.worker.is_not(None),
            )
            under_way = set((await connection.execute(held.where(tables.attempt.c.finished_at.is_(None)))).scalars())
            self.hits[Window.SEND_TO_SETTLE] += bool(under_way & taken)
            self.hits[Window.PUBLISH_TO_MARK] += self.rig.listener.head > await event_log.published(connection)

    async def _forsaken(self, proxy: Proxy) -> None:
        """Wait until the database has noticed: what was on its way may still be committed."""

        async def gone() -> bool:
            return proxy.talks == 0

        await until(gone, "the database lets go of a dead process")


async def _stored(connection: AsyncConnection, names: list[str]) -> set[str]:
    by_hash = {digest(f"message:{name}"): name for name in names}
    found = select(tables.inbox.c.event_hash).where(tables.inbox.c.event_hash.in_(list(by_hash)))
    return {by_hash[row] for row in (await connection.execute(found)).scalars()}
