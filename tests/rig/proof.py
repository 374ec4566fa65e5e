"""One run of the rig: traffic, mishaps in a random order with a printed seed, and what was found at the end."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import text

from tests.rig.autopsy import Autopsies, Window
from tests.rig.inspection import broken_promises, settled, uncertain
from tests.rig.mishaps import Mishaps
from tests.rig.rig import Rig, Terms, rig_for
from tests.rig.sabotage import STATEMENTS
from tests.rig.waiting import DidNotHappen, until


@dataclass(slots=True)
class Report:
    """What a run has shown."""

    terms: Terms
    broken: list[str] = field(default_factory=list)
    hits: Counter[Window] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    answers: Counter[int | None] = field(default_factory=Counter)
    #: Replies of which nobody knows whether they went.
    uncertain: int = 0
    #: What happened, in order, with the second at which it was over.
    course: list[tuple[str, float]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def over(self, what: str) -> None:
        """Something has happened."""
        self.course.append((what, time.monotonic() - self.began))

    def __str__(self) -> str:
        lines = [
            f"crash proof: seed {self.terms.seed}, {self.terms.events} events on {self.terms.lanes} lanes",
            f"  course: {', '.join(f'{what} {second:.0f} s' for what, second in self.course)}",
            f"  killed: {_counts(self.kills)}",
            f"  answers: {_counts(self.answers)}; uncertain replies: {self.uncertain}",
            *(f"  {window:<16} hit {self.hits[window]} times" for window in Window),
            *(f"  BROKEN: {one}" for one in self.broken),
        ]
        return "\n".join(lines)


def prove(terms: Terms, mishaps: Sequence[str]) -> Report:
    """Run the rig with these mishaps, in an order that the seed decides, and print the report (main thread only)."""
    report = Report(terms)
    asyncio.run(_prove(report, list(mishaps)))
    sys.stderr.write(f"\n{report}\n")
    return report


async def _prove(report: Report, mishaps: list[str]) -> None:
    async with rig_for(report.terms) as rig:
        await _break(rig)
        report.over("start")
        rig.chance.shuffle(mishaps)
        autopsies = Autopsies(rig, report.hits)
        sending = asyncio.create_task(rig.sender.run())
        try:
            await _suffer(report, rig, autopsies, mishaps)
            await _all_said(rig, sending)
            report.over("all said")
            report.broken += await settled(rig)
            report.over("settled")
        except DidNotHappen as failure:
            report.broken.append(f"{failure}\n{rig.api.tail()}\n{rig.worker.tail()}")
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        report.broken += await broken_promises(rig)
        report.over("inspected")
        report.uncertain = await uncertain(rig)
        report.answers = rig.sender.answers + rig.answerer.answers
        report.kills = Counter(api=rig.api.kills, worker=rig.worker.kills, database=rig.database.kills)


async def _suffer(report: Report, rig: Rig, autopsies: Autopsies, mishaps: list[str]) -> None:
    """Each mishap gets its share of the traffic, and the traffic one share for the time afterwards."""
    happening = Mishaps(rig, autopsies, traffic=rig.terms.events // (len(mishaps) + 1))
    for name in mishaps:
        try:
            await happening.by_name()[name]()
        except DidNotHappen as failure:
            raise DidNotHappen(f"{name}: {failure}") from failure
        report.over(name)


async def _all_said(rig: Rig, sending: asyncio.Task[None]) -> None:
    rig.sender.let(rig.terms.events)

    async def said() -> bool:
        return sending.done()

    await until(said, "the hub says yes to every event")
    await sending


async def _break(rig: Rig) -> None:
    """The tables' side of a fault."""
    async with rig.engine.begin() as connection:
        for statement in STATEMENTS[rig.terms.fault] if rig.terms.fault else ():
            await connection.execute(text(statement))


def _counts(counts: Counter[str] | Counter[int | None]) -> str:
    return ", ".join(f"{name or 'none'} {count}" for name, count in sorted(counts.items(), key=str))
