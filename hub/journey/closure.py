"""Solving a ticket and reopening it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.clock import Clock
from domain.events import TicketReopened, TicketSolved
from domain.ids import TicketId
from domain.permissions import Action, Viewer
from domain.ticket import Ticket, TicketState
from hub.journey.reply import NoSuchTicket, keep_promises
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
            # A ticket that is solved without an answer (a duplicate, spam) owes none any more.
            await keep_promises(work, ticket_id, actor=str(viewer.user_id), now=now)
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
