"""The books, read at one instant: while messages come in, two counts at two instants never agree."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.clock import Clock
from hub.doctor.finding import Words
from storage import ledger
from storage.ledger import Hour
from storage.unit_of_work import UnitOfWork

#: What `Hour.faults` says, in French.
FAULTS_IN_FRENCH = {
    "acknowledged events are not in the inbox": "événements acceptés ne sont pas dans la boîte d’arrivée",
    "stored events are in no known state": "événements gardés ne sont dans aucun état connu",
    "processed messages are nowhere": "messages traités ne sont nulle part",
}


async def books(engine: AsyncEngine, *, hours: int, clock: Clock) -> tuple[Hour, ...]:
    """The last `hours` hours in which anything happened, the newest first."""
    now = clock.now()
    async with UnitOfWork(engine) as work:
        await work.connection.execution_options(isolation_level="REPEATABLE READ")
        # Another machine's clock may be a little ahead of ours.
        until = now + timedelta(minutes=1)
        return await ledger.hours(work.connection, since=now - timedelta(hours=hours), until=until)


def in_words(fault: str) -> Words:
    """One of `Hour.faults` in both languages."""
    count, _, words = fault.partition(" ")
    return Words(f"{count} {FAULTS_IN_FRENCH.get(words, words)}", fault)
