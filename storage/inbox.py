"""The durable inbox: what came in, stored before it is acknowledged, claimed lane by lane.

Life of a row: `new` → danger-first pass → `ready` → `claimed` under a lease → `done`, or after three failures
`quarantined`, visible and replayable. Order is kept per lane; a cry for help may overtake its own lane.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, case, delete, func, literal_column, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import AccountId
from storage import tables
from storage.tables import inbox
from storage.values import storable

#: An event that fails this many times is put aside for a person.
MAX_ATTEMPTS = 3
#: One with which a worker died this many times is put aside too: it may be what kills them.
MAX_DEATHS = 5
#: A cry for help, the rest of its lane, everything else.
PRIORITY_DANGER, PRIORITY_ITS_LANE, PRIORITY_NORMAL = 0, 1, 5
_MAX_REASON_CHARS = 500
_PENDING = ("new", "ready", "claimed")


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An event to process. `event` and `danger` are sealed. `deaths`: how many workers died while they held it."""

    id: int
    account_id: AccountId
    lane: int
    event: bytes
    danger: bytes | None
    received_at: datetime
    attempts: int
    deaths: int = 0


_FIELDS = (
    inbox.c.id,
    inbox.c.account_id,
    inbox.c.lane,
    inbox.c.event,
    inbox.c.danger,
    inbox.c.received_at,
    inbox.c.attempts,
    inbox.c.deaths,
)


async def unread(connection: AsyncConnection, *, limit: int) -> tuple[InboxRow, ...]:
    """New rows for the danger-first pass, the oldest first, locked for this transaction."""
    rows = await connection.execute(
        select(*_FIELDS)
        .where(inbox.c.state == "new")
        .order_by(inbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return tuple(InboxRow(*row) for row in rows)


async def mark_read(connection: AsyncConnection, *, calm: Sequence[int], danger: Sequence[tuple[int, bytes]]) -> None:
    """End the danger-first pass: calm rows become ready, dangerous ones too and go first, then all their lane."""
    if calm:
        await connection.execute(update(inbox).where(inbox.c.id.in_(calm)).values(state="ready"))
    if danger:
        await connection.execute(
            update(inbox)
            .where(inbox.c.id == bindparam("row"))
            .values(state="ready", priority=PRIORITY_DANGER, danger=bindparam("verdict")),
            [{"row": row, "verdict": verdict} for row, verdict in danger],
        )
        lanes = select(inbox.c.lane).where(inbox.c.id.in_([row for row, _ in danger]))
        await connection.execute(
            update(inbox)
            .where(inbox.c.lane.in_(lanes), inbox.c.state.in_(_PENDING), inbox.c.danger.is_(None))
            .values(priority=PRIORITY_ITS_LANE)
        )


async def set_aside(connection: AsyncConnection, rows: Sequence[tuple[int, str]]) -> None:
    """Put new rows into quarantine at once, each with its reason: no attempt would read them."""
    if rows:
        await connection.execute(
            update(inbox).where(inbox.c.id == bindparam("row")).values(state="quarantined", error=bindparam("reason")),
            [{"row": row, "reason": storable(reason, most=_MAX_REASON_CHARS)} for row, reason in rows],
        )


async def claim(
    connection: AsyncConnection, *, worker: UUID, now: datetime, lease: timedelta, limit: int
) -> tuple[InboxRow, ...]:
    """Claim up to `limit` rows, one a lane: its head or a cry for help, while nothing of the lane is at work.

    Head of lane by a scalar sub-query: it is never turned into a hash anti-join when statistics are stale.
    """
    other = inbox.alias("other")
    first = (
        select(func.min(other.c.id)).where(other.c.lane == inbox.c.lane, other.c.state.in_(_PENDING)).scalar_subquery()
    )
    at_work = select(func.count()).where(other.c.lane == inbox.c.lane, other.c.state == "claimed").scalar_subquery()
    wanted = (
        select(inbox.c.id, inbox.c.lane)
        .where(
            inbox.c.state == "ready",
            inbox.c.run_at <= now,
            # By CASE, so that the second, which reads the whole lane, is asked of few rows.
            case((or_(inbox.c.id == first, inbox.c.danger.is_not(None)), at_work == 0), else_=False),
        )
        .order_by(inbox.c.priority, inbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = (await connection.execute(wanted)).all()
    by_lane = {lane: row for row, lane in reversed(found)}
    if not by_lane:
        return ()
    ours = await _lanes_of_ours(connection, by_lane)
    claimed = await connection.execute(
        update(inbox)
        .where(inbox.c.id.in_([by_lane[lane] for lane in ours]), at_work == 0)
        .values(state="claimed", worker=worker, lease_until=now + lease, attempts=inbox.c.attempts + 1)
        .returning(*_FIELDS)
    )
    return tuple(sorted((InboxRow(*row) for row in claimed), key=lambda row: (row.danger is None, row.id)))


async def _lanes_of_ours(connection: AsyncConnection, lanes: Collection[int]) -> Sequence[int]:
    """The lanes from which no other worker claims at this moment; none will until this transaction ends.

    Row locks do not tell: another worker may be about to claim another row of the lane, unseen until it commits.
    """
    free = text("SELECT lane FROM unnest(CAST(:lanes AS bigint[])) AS lane WHERE pg_try_advisory_xact_lock(lane)")
    return (await connection.execute(free, {"lanes": list(lanes)})).scalars().all()


async def finish(
    connection: AsyncConnection, outcomes: Sequence[tuple[int, str]], *, worker: UUID, now: datetime
) -> int:
    """Mark rows done; returns how many were still this worker's. Fewer than asked: a lease was lost, roll back."""
    by_outcome: dict[str, list[int]] = {}
    for row, outcome in outcomes:
        by_outcome.setdefault(outcome, []).append(row)
    done = 0
    for outcome, ids in by_outcome.items():
        result = await connection.execute(
            update(inbox)
            .where(inbox.c.id.in_(ids), inbox.c.worker == worker, inbox.c.state == "claimed")
            .values(state="done", outcome=outcome, processed_at=now, worker=None, lease_until=None, error=None)
        )
        done += result.rowcount
    return done


async def fail(connection: AsyncConnection, row: InboxRow, *, worker: UUID, now: datetime, error: str) -> bool:
    """Put a row back with a back-off or, after three attempts, into quarantine; True when it was quarantined.

    A row that is no longer this worker's stays as it is.
    """
    spent = row.attempts >= MAX_ATTEMPTS
    result = await connection.execute(
        update(inbox)
        .where(inbox.c.id == row.id, inbox.c.worker == worker, inbox.c.state == "claimed")
        .values(
            state="quarantined" if spent else "ready",
            run_at=now + timedelta(seconds=2**row.attempts / 2),
            worker=None,
            lease_until=None,
            error=storable(error, most=_MAX_REASON_CHARS),
        )
    )
    return spent and result.rowcount == 1


async def release(connection: AsyncConnection, *, worker: UUID) -> None:
    """Give back what this worker holds, unpunished (a clean stop)."""
    await connection.execute(
        update(inbox)
        .where(inbox.c.worker == worker, inbox.c.state == "claimed")
        .values(state="ready", worker=None, lease_until=None, attempts=inbox.c.attempts - 1)
    )


async def reap(connection: AsyncConnection, *, now: datetime) -> tuple[tuple[int, AccountId], ...]:
    """Free rows whose worker died with the lease; returns those that outlived too many and are now quarantined."""
    lapsed = (inbox.c.state == "claimed") & (inbox.c.lease_until < now)
    deaths = inbox.c.deaths + 1
    spent = await connection.execute(
        update(inbox)
        .where(lapsed, deaths >= MAX_DEATHS)
        .values(
            state="quarantined",
            worker=None,
            lease_until=None,
            deaths=deaths,
            error=f"{MAX_DEATHS} workers ended while they worked on it",
        )
        .returning(inbox.c.id, inbox.c.account_id)
    )
    quarantined = tuple((row[0], AccountId(row[1])) for row in spent)
    await connection.execute(
        update(inbox)
        .where(lapsed)
        .values(state="ready", worker=None, lease_until=None, deaths=deaths, attempts=inbox.c.attempts - 1)
    )
    return quarantined


async def quarantined(
    connection: AsyncConnection, *, limit: int = 200
) -> Sequence[tuple[int, UUID, str, datetime, int, str]]:
    """(id, account, channel, received_at, attempts, reason) of what waits for a person, the oldest first."""
    rows = await connection.execute(
        select(
            inbox.c.id, inbox.c.account_id, tables.account.c.kind, inbox.c.received_at, inbox.c.attempts, inbox.c.error
        )
        .join(tables.account, tables.account.c.id == inbox.c.account_id)
        .where(inbox.c.state == "quarantined")
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows]


async def replay(connection: AsyncConnection, row_id: int, *, now: datetime) -> bool:
    """Give a quarantined row three more attempts; False when it is not in quarantine."""
    result = await connection.execute(
        update(inbox)
        .where(inbox.c.id == row_id, inbox.c.state == "quarantined")
        .values(state="new", attempts=0, deaths=0, run_at=now, error=None)
    )
    return result.rowcount == 1


async def oldest_pending(connection: AsyncConnection) -> datetime | None:
    """When the oldest event that nobody has finished was received."""
    oldest = select(func.min(inbox.c.received_at)).where(inbox.c.state.in_(_PENDING))
    found: datetime | None = (await connection.execute(oldest)).scalar_one()
    return found


async def waiting(connection: AsyncConnection) -> Mapping[str, int]:
    """How many rows are not done, by state; each count is read from the index of its state."""
    states = (*_PENDING, "quarantined")
    counts = [
        select(func.count()).where(inbox.c.state == literal_column(f"'{state}'")).scalar_subquery() for state in states
    ]
    row = (await connection.execute(select(*counts))).one()
    return dict(zip(states, row, strict=True))


async def forget(connection: AsyncConnection, *, before: datetime, kept_kinds: Sequence[str]) -> int:
    """Drop finished rows received before `before`, except of accounts of `kept_kinds` (mail: as long as the mail)."""
    kept = select(tables.account.c.id).where(tables.account.c.kind.in_(kept_kinds))
    result = await connection.execute(
        delete(inbox).where(inbox.c.state == "done", inbox.c.received_at < before, inbox.c.account_id.not_in(kept))
    )
    await connection.execute(
        text("UPDATE raw_payload SET sealed = NULL WHERE received_at < :before AND sealed IS NOT NULL"),
        {"before": before},
    )
    return result.rowcount
