"""What happens to the hub while it works. Each mishap leaves everything running again."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from storage import tables
from tests.rig.autopsy import Autopsies
from tests.rig.proxy import Side
from tests.rig.rig import Rig
from tests.rig.waiting import DidNotHappen, at_last, until

#: Words of the statements at whose windows the gates stand. Where the product changes them, the rig says that the
#: window was never reached.
STORE, IDENTIFY, FINISH, NOTIFY = "INSERT INTO inbox", "FROM identity", "processed_at=$", "pg_notify"
#: Longer than any mishap needs from the provider's taking of a call to the death of the worker.
_HELD_BACK_SECONDS = 4.0


@dataclass(slots=True)
class Mishaps:
    """Every mishap by name; `traffic` events come in during each."""

    rig: Rig
    autopsies: Autopsies
    traffic: int

    def by_name(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """All of them."""
        return {
            "api at random": self.api_at_random,
            "worker at random": self.worker_at_random,
            "api before commit": self.api_before_commit,
            "api after commit": self.api_after_commit,
            "worker with a claim": self.worker_with_a_claim,
            "worker with work done": self.worker_with_work_done,
            "worker while sending": self.worker_while_sending,
            "worker while publishing": self.worker_while_publishing,
            "worker overslept": self.worker_overslept,
            "database after commit": self.database_after_commit,
            "database at random": self.database_at_random,
        }

    async def api_at_random(self) -> None:
        """The API is killed after some number of events of this stage."""
        await self._acknowledged_some()
        await self._kill_api()

    async def worker_at_random(self) -> None:
        """The worker is killed after some number of events, of calls taken, or of positions published."""
        counts: tuple[Callable[[], Awaitable[int]], ...] = (self.rig.processed, self._accepted, self._heard)
        await self._some(self.rig.chance.choice(counts))
        await self._kill_worker()

    async def api_before_commit(self) -> None:
        """Events reached the API and their insert never reaches the database."""
        await self._api_at(Side.REQUEST)

    async def api_after_commit(self) -> None:
        """Events are committed and the API never learns it."""
        await self._api_at(Side.ANSWER)

    async def worker_with_a_claim(self) -> None:
        """Rows are claimed and nothing is done about them."""
        await self._worker_at(IDENTIFY, Side.REQUEST)

    async def worker_with_work_done(self) -> None:
        """Everything is written and nothing is committed."""
        await self._worker_at(FINISH, Side.ANSWER)

    async def worker_while_publishing(self) -> None:
        """The bus was told and the relay has not written down that it was."""
        await self._worker_at(NOTIFY, Side.ANSWER)

    async def worker_while_sending(self) -> None:
        """The provider took calls and has not answered."""
        before = len(self.rig.accepted())
        await self.rig.behave(delay_seconds=_HELD_BACK_SECONDS)
        self.rig.sender.let(self.traffic)

        async def taken() -> bool:
            return len(self.rig.accepted()) > before

        await until(taken, "the provider takes a call")
        await self._kill_worker(start=False)
        await self.rig.behave()
        await self.rig.start_worker()

    async def worker_overslept(self) -> None:
        """A worker claims rows and sleeps past its lease; another one does the work; then the first wakes up."""
        await self.rig.start_worker(self.rig.second, self.rig.second_proxy)
        gate = self.rig.worker_proxy.shut(IDENTIFY, Side.REQUEST)
        self.rig.sender.let(self.traffic)
        await at_last(gate.reached, "a worker holds a claim")
        async with self.rig.engine.connect() as connection:
            claimed = select(tables.inbox.c.id).where(tables.inbox.c.state == "claimed")
            rows = list((await connection.execute(claimed)).scalars())

        async def taken_over() -> bool:
            async with self.rig.engine.connect() as connection:
                open_ = select(func.count()).where(tables.inbox.c.id.in_(rows), tables.inbox.c.state != "done")
                return (await connection.execute(open_)).scalar_one() == 0

        await until(taken_over, "the other worker takes the claim over", seconds=20)
        self.rig.worker_proxy.open()
        await self._stop_second()

    async def _stop_second(self) -> None:
        """A clean stop, in the middle of the work."""
        self.rig.second.ask_to_stop()

        async def ended() -> bool:
            return self.rig.second.status is not None

        await until(ended, "the second worker stops when it is asked to", seconds=20)
        if self.rig.second.status != 0:
            raise DidNotHappen(f"the second worker ended with {self.rig.second.status}: {self.rig.second.tail()}")

    async def database_after_commit(self) -> None:
        """The database dies after it has committed events and before the API learns it."""
        gate = self.rig.api_proxy.shut(STORE, Side.ANSWER)
        self.rig.sender.let(self.traffic)
        await at_last(gate.reached, f"an answer to {STORE}")
        await self._kill_database()

    async def database_at_random(self) -> None:
        """The database dies at some moment."""
        await self._some(self.rig.processed)
        await self._kill_database()

    async def _api_at(self, side: Side) -> None:
        gate = self.rig.api_proxy.shut(STORE, side)
        self.rig.sender.let(self.traffic)
        await at_last(gate.reached, f"{STORE}, {side.name}")
        await self._kill_api()

    async def _worker_at(self, words: str, side: Side) -> None:
        gate = self.rig.worker_proxy.shut(words, side)
        self.rig.sender.let(self.traffic)
        await at_last(gate.reached, f"{words}, {side.name}")
        await self._kill_worker()

    async def _kill_api(self) -> None:
        self.rig.api.kill()
        await self.autopsies.api_killed()
        self.rig.api_proxy.open()
        await self.rig.start_api()

    async def _kill_worker(self, *, start: bool = True) -> None:
        self.rig.worker.kill()
        await self.autopsies.worker_killed()
        self.rig.worker_proxy.open()
        if start:
            await self.rig.start_worker()

    async def _kill_database(self) -> None:
        self.rig.database.kill()
        for proxy in (self.rig.api_proxy, self.rig.worker_proxy, self.rig.second_proxy):
            await proxy.cut()
            proxy.open()
        self.rig.database.start_again()

    async def _acknowledged_some(self) -> None:
        await self._some(self._acknowledged)

    async def _some(self, count: Callable[[], Awaitable[int]]) -> None:
        """Let this stage's events come and wait for a random number of what is counted."""
        wanted = await count() + self.rig.chance.randint(1, max(1, self.traffic * 2 // 3))
        self.rig.sender.let(self.traffic)

        async def reached() -> bool:
            return await count() >= wanted

        await until(reached, f"{count.__name__} comes to {wanted}")

    async def _acknowledged(self) -> int:
        return len(self.rig.sender.yes)

    async def _accepted(self) -> int:
        return len(self.rig.accepted())

    async def _heard(self) -> int:
        return self.rig.listener.head
