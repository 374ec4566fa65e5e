"""Solving a ticket and reopening it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.clock import Clock
from domain.events import ClockMet, TicketReopened, TicketSolved
from domain.ids import TicketId
from domain.permissions import Action, Viewer
from domain.ticket import Ticket, TicketState
from hub.journey.reply import NoSuchTicket
from hub.journey.tickets import FIRST_RESPONSE
from storage.clock import reads as clock_reads
from storage.clock import writes as clock_writes
from storage.ticket import reads, writes
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Closure:
    """Solves and reopens. Both may be repeated: a ticket that is there already stays as it is."""

    engine: AsyncEngine
    clock: Clock

    async def solve(self, *, ticket_id: TicketId, reason: str, viewer: Viewer) -> None:
        """The request is answered to the end. Raises NoSuchTicket, Forbidden."""
        viewer.require(Action.SOLVE)
        now = self.clock.now()
        async with UnitOfWork(self.engine) as work:
            ticket = await _ticket(work, ticket_id, viewer)
            if ticket.state is TicketState.SOLVED:
                return
            await writes.save(work.connection, [ticket.to(TicketState.SOLVED, now=now)])
            await _keep_promise(work, ticket_id, viewer=viewer, now=now)
            work.record(TicketSolved(at=now, actor=str(viewer.user_id), ticket_id=ticket_id, reason=reason))
            await work.commit()

    async def reopen(self, *, ticket_id: TicketId, viewer: Viewer) -> None:
        """It was not. Raises NoSuchTicket, Forbidden."""
        viewer.require(Action.SOLVE)
        now = self.clock.now()
        async with UnitOfWork(self.engine) as work:
            ticket = await _ticket(work, ticket_id, viewer)
            if ticket.state is not TicketState.SOLVED:
                return
            await writes.save(work.connection, [ticket.to(TicketState.OPEN, now=now)])
            work.record(TicketReopened(at=now, actor=str(viewer.user_id), ticket_id=ticket_id, cause="person"))
            await work.commit()


async def _ticket(work: UnitOfWork, ticket_id: TicketId, viewer: Viewer) -> Ticket:
    ticket = await reads.locked(work.connection, ticket_id, viewer=viewer)
    if ticket is None:
        raise NoSuchTicket(f"no ticket {ticket_id}")
    return ticket


async def _keep_promise(work: UnitOfWork, ticket_id: TicketId, *, viewer: Viewer, now: datetime) -> None:
    """A ticket that is solved without an answer (a duplicate, spam) owes none any more."""
    clock = await clock_reads.running(work.connection, ticket_id, name=FIRST_RESPONSE)
    if clock is not None:
        late = clock.due_at is not None and now > clock.due_at
        await clock_writes.meet(work.connection, ticket_id=ticket_id, name=clock.name, at=now)
        work.record(ClockMet(at=now, actor=str(viewer.user_id), ticket_id=ticket_id, clock=clock.name, late=late))
