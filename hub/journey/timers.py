"""What time itself brings about: warnings and breaches of promises, leases of dead workers, partitions, forgetting."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.clock import Clock
from domain.events import ClockBreached, ClockWarned, EventQuarantined
from hub import metrics
from hub.journey.channels import Channels
from hub.logging import log
from hub.migration import ahead
from storage import event_log, inbox, rejected
from storage.clock import reads, writes
from storage.unit_of_work import UnitOfWork
from storage.user import writes as user_writes

#: How long an event's key and bytes are kept (DOMAIN L19, raw payload 30 days; mail: as long as the mail).
KEPT_FOR = timedelta(days=30)
KEPT_LONGER = ("email",)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Timers:
    """Safe to run in every worker: rows that another one holds are passed over."""

    engine: AsyncEngine
    channels: Channels
    clock: Clock

    async def tell_the_time(self) -> int:
        """Warn of promises that run out and mark those that are broken; returns how many."""
        now = self.clock.now()
        async with UnitOfWork(self.engine) as work:
            warned = await reads.to_warn(work.connection, now=now, limit=_AT_ONCE)
            await writes.mark_warned(work.connection, warned, now=now)
            work.record(*(ClockWarned(at=now, ticket_id=one.ticket_id, clock=one.name) for one in warned))
            broken = await reads.to_breach(work.connection, now=now, limit=_AT_ONCE)
            await writes.mark_breached(work.connection, broken, now=now)
            work.record(*(ClockBreached(at=now, ticket_id=one.ticket_id, clock=one.name) for one in broken))
            if warned or broken:
                await work.commit()
        return len(warned) + len(broken)

    async def reap(self) -> None:
        """Give the rows of dead workers back."""
        now = self.clock.now()
        async with UnitOfWork(self.engine) as work:
            for row, account_id in await inbox.reap(work.connection, now=now):
                reason = f"{inbox.MAX_DEATHS} workers ended while they worked on it"
                channel = str(self.channels.of(account_id).account.kind)
                work.record(EventQuarantined(at=now, channel=channel, inbox_id=row, reason=reason))
                metrics.QUARANTINED.inc()
                log.error("event_quarantined", inbox_id=row, account_id=account_id)
            await work.commit()

    async def keep_house(self) -> None:
        """Make next months' partitions; forget what need not be kept any longer."""
        now = self.clock.now()
        async with UnitOfWork(self.engine) as work:
            await event_log.make_partitions(work.connection, since=now, until=ahead(now))
            await work.commit()
        async with UnitOfWork(self.engine) as work:
            await inbox.forget(work.connection, before=now - KEPT_FOR, kept_kinds=KEPT_LONGER)
            await rejected.forget(work.connection, now=now)
            await user_writes.forget_expired(work.connection, now=now)
            await work.commit()
