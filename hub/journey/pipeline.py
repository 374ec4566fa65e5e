"""The inbound journey, after the danger-first pass: a stored event becomes a message on a ticket with an owner.

    claim → open → files → identify → understand → thread → ticket → clocks and events → commit

A batch goes through in one transaction. When anything fails, nothing of it has happened, and its rows go through one
by one: the one at fault is tried again and, after three times, put aside for a person.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.clock import Clock
from domain.events import EventQuarantined, EventUnrecognised
from domain.ids import mint
from hub import metrics
from hub.journey.arrival import Batch, opened
from hub.journey.channels import Channels
from hub.journey.desk import open_desk
from hub.journey.identify import identify
from hub.journey.receipts import settle
from hub.journey.thread import thread
from hub.journey.tickets import Secretary
from hub.journey.understand import Understanding, understand
from hub.logging import log, place_of
from routing.matrix import Matrix
from storage import inbox
from storage.engine import is_away
from storage.files.port import FileStore
from storage.inbox import InboxRow
from storage.keys import Keyring
from storage.unit_of_work import UnitOfWork


class LeaseLost(Exception):  # noqa: N818 - named for what happened
    """Another worker has taken over a row: what was done with it here is undone."""


class Pipeline:
    """Takes claimed rows of the inbox through. One instance a worker; `worker` names it in leases."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        keyring: Keyring,
        channels: Channels,
        files: FileStore,
        understanding: Understanding,
        matrix: Matrix,
        clock: Clock,
        worker: UUID,
        batch: int = 64,
        lease: timedelta = timedelta(seconds=30),
    ) -> None:
        self._engine, self._keyring, self._channels, self._files = engine, keyring, channels, files
        self._understanding, self._secretary = understanding, Secretary(matrix)
        self._clock, self._worker, self._batch, self._lease = clock, worker, batch, lease

    async def work(self) -> int:
        """Take the next rows through; returns how many were claimed."""
        rows = await self._claim()
        if not rows:
            return 0
        # What a worker died with goes alone: it must not take its neighbours along again.
        suspects = tuple(row for row in rows if row.deaths)
        together = tuple(row for row in rows if not row.deaths)
        try:
            if together:
                await self._take_through(together)
        except Exception as error:
            if is_away(error):
                raise
            suspects = rows
        for row in suspects:
            await self._alone(row)
        return len(rows)

    async def _claim(self) -> tuple[InboxRow, ...]:
        async with UnitOfWork(self._engine) as work:
            rows = await inbox.claim(
                work.connection, worker=self._worker, now=self._clock.now(), lease=self._lease, limit=self._batch
            )
            await work.commit()
        return rows

    async def _take_through(self, rows: tuple[InboxRow, ...]) -> None:
        """The journey itself."""
        now = self._clock.now()
        batch = opened(rows, keyring=self._keyring, channels=self._channels, mint=lambda: mint(now))
        await self._keep_files(batch)
        understand(batch.said, self._understanding)
        async with UnitOfWork(self._engine) as work:
            await identify(work, batch.said, now=now)
            desk = await open_desk(work, batch.said, now=now)
            for said in batch.said:
                conversation = thread(desk, said)
                work.record(*self._secretary.file(desk, said, conversation))
            await desk.write(work, self._keyring, batch.said)
            outcomes = await settle(work, batch.statuses, now=now)
            outcomes += self._unrecognised(work, batch)
            outcomes += [(said.row.id, "message") for said in batch.said]
            await self._finish(work, outcomes)
            await work.commit()
        self._count(rows, outcomes)

    async def _keep_files(self, batch: Batch) -> None:
        """Before the transaction: a file without a message can be cleared away, a message without its file cannot."""
        for said in batch.said:
            for attachment, file in said.attachments:
                await self._files.keep(attachment.id, file.content)

    def _unrecognised(self, work: UnitOfWork, batch: Batch) -> list[tuple[int, str]]:
        for row, event in batch.unrecognised:
            channel = str(self._channels.of(row.account_id).account.kind)
            work.record(EventUnrecognised(at=self._clock.now(), channel=channel, sort=event.sort[:100]))
        return [(row.id, "unrecognised") for row, _ in batch.unrecognised]

    async def _finish(self, work: UnitOfWork, outcomes: Sequence[tuple[int, str]]) -> None:
        done = await inbox.finish(work.connection, outcomes, worker=self._worker, now=self._clock.now())
        if done != len(outcomes):
            raise LeaseLost(f"{len(outcomes) - done} of {len(outcomes)} rows are no longer this worker's")

    async def _alone(self, row: InboxRow) -> None:
        try:
            await self._take_through((row,))
        except LeaseLost:
            log.warning("lease_lost", inbox_id=row.id)
        except Exception as error:
            if is_away(error):
                raise
            await self._fail(row, error)

    async def _fail(self, row: InboxRow, error: Exception) -> None:
        """Put it back, or aside. The reason tells what and where, never what was written."""
        reason = place_of(error)
        async with UnitOfWork(self._engine) as work:
            spent = await inbox.fail(work.connection, row, worker=self._worker, now=self._clock.now(), error=reason)
            if spent:
                channel = str(self._channels.of(row.account_id).account.kind)
                work.record(EventQuarantined(at=self._clock.now(), channel=channel, inbox_id=row.id, reason=reason))
            await work.commit()
        if spent:
            metrics.QUARANTINED.inc()
            log.error("event_quarantined", inbox_id=row.id, account_id=row.account_id, error=reason)
        else:
            log.warning("event_failed", inbox_id=row.id, times=row.attempts, error=reason)

    def _count(self, rows: Sequence[InboxRow], outcomes: Sequence[tuple[int, str]]) -> None:
        now = self._clock.now()
        for row in rows:
            metrics.PIPELINE_SECONDS.observe(max(0.0, (now - row.received_at).total_seconds()))
        for _, outcome in outcomes:
            metrics.PROCESSED.labels(outcome).inc()
