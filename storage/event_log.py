"""The event log: append in the writer's transaction, place and read by `position`.

Readers follow `position`, which the single relay assigns to what it can see, and never ids or times:
a slow transaction that commits late gets a late position and is not jumped over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import CATALOGUE, Event
from domain.ids import EventId, lowest_at, mint
from storage import tables
from storage.values import storable

_ENVELOPE = ("at", "actor", "ticket_id", "conversation_id", "message_id", "member_id", "call_id")
#: How far ahead partitions are made.
MONTHS_AHEAD = 3
_STRAYED = "DELETE FROM event_default WHERE id >= :low AND id < :high RETURNING *"


@dataclass(frozen=True, slots=True)
class Placed:
    """An event with its place in the log.

    type: as it was written; when this version does not know it (a newer one runs beside us), `event` is what every
    event carries and no more.
    """

    position: int
    id: EventId
    type: str
    event: Event


async def append(connection: AsyncConnection, events: Sequence[Event]) -> None:
    """Add events to the log inside the caller's transaction; ids keep their order."""
    if events:
        await connection.execute(insert(tables.event), [_row(event) for event in events])


async def place(connection: AsyncConnection, *, limit: int = 2000) -> tuple[int, int]:
    """Give positions to the committed events that have none; returns (first, last), empty when first > last.

    Only the holder of the relay's lock may call this.
    """
    waiting = select(tables.event.c.id).where(tables.event.c.position.is_(None)).limit(1)
    if (await connection.execute(waiting)).first() is None:
        placed = await head(connection)
        return placed + 1, placed
    # Locked: should two relays ever believe in themselves, the second continues after the first.
    placed = (await connection.execute(select(tables.relay.c.placed).with_for_update())).scalar_one()
    unplaced = (
        select(tables.event.c.id)
        .where(tables.event.c.position.is_(None))
        .order_by(tables.event.c.id)
        .limit(limit)
        .subquery()
    )
    numbered = select(
        unplaced.c.id, (func.row_number().over(order_by=unplaced.c.id) + placed).label("position")
    ).subquery()
    result = await connection.execute(
        update(tables.event).where(tables.event.c.id == numbered.c.id).values(position=numbered.c.position)
    )
    last = placed + result.rowcount
    if last > placed:
        await connection.execute(update(tables.relay).values(placed=last))
    return placed + 1, last


async def published(connection: AsyncConnection) -> int:
    """The last position that the bus was told of for certain."""
    position: int = (await connection.execute(select(tables.relay.c.published))).scalar_one()
    return position


async def mark_published(connection: AsyncConnection, position: int) -> None:
    """Remember that the bus was told up to `position`."""
    await connection.execute(update(tables.relay).where(tables.relay.c.published < position).values(published=position))


async def head(connection: AsyncConnection) -> int:
    """The last position given."""
    position: int = (await connection.execute(select(tables.relay.c.placed))).scalar_one()
    return position


async def read_after(connection: AsyncConnection, position: int, *, limit: int = 1000) -> tuple[Placed, ...]:
    """Events after `position`, in order."""
    rows = await connection.execute(
        select(tables.event).where(tables.event.c.position > position).order_by(tables.event.c.position).limit(limit)
    )
    return tuple(_placed(row._mapping) for row in rows)


async def of_ticket(connection: AsyncConnection, ticket_id: Any) -> tuple[Event, ...]:
    """What happened to a ticket, in order."""
    rows = await connection.execute(
        select(tables.event).where(tables.event.c.ticket_id == ticket_id).order_by(tables.event.c.id)
    )
    return tuple(_placed(row._mapping).event for row in rows)


async def make_partitions(connection: AsyncConnection, *, since: datetime, until: datetime) -> tuple[str, ...]:
    """Make the monthly partitions that cover [since, until) where they are missing; returns the new ones' names.

    Events of these months that have strayed into the default partition are taken home.
    """
    wanted = {f"event_{start:%Y_%m}": (lowest_at(start), lowest_at(end)) for start, end in months(since, until)}
    if not await _missing(connection, wanted):
        return ()
    # One at a time makes them; and no event strays while they are made.
    await connection.execute(text("LOCK TABLE event_default IN ACCESS EXCLUSIVE MODE"))
    made = await _missing(connection, wanted)
    for name in made:
        low, high = wanted[name]
        await connection.execute(text(f"CREATE TABLE {name} (LIKE event)"))
        taken_home = f"WITH strayed AS ({_STRAYED}) INSERT INTO {name} SELECT * FROM strayed"  # noqa: S608 - our name
        await connection.execute(text(taken_home), {"low": low, "high": high})
        bounds = f"FROM ('{low}') TO ('{high}')"
        await connection.execute(text(f"ALTER TABLE event ATTACH PARTITION {name} FOR VALUES {bounds}"))
    return made


async def _missing(connection: AsyncConnection, names: Iterable[str]) -> tuple[str, ...]:
    partitions = text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'event'::regclass")
    existing = set((await connection.execute(partitions)).scalars())
    return tuple(name for name in names if name not in existing)


async def stray(connection: AsyncConnection) -> int:
    """How many events lie in the default partition: more than none means that partitions were made too late."""
    found: int = (await connection.execute(text("SELECT count(*) FROM event_default"))).scalar_one()
    return found


def months(since: datetime, until: datetime) -> Iterable[tuple[datetime, datetime]]:
    """The UTC calendar months that touch [since, until), each as [start, end)."""
    start = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while start < until:
        end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
        yield start, end
        start = end


def as_row(event: Event, *, event_id: EventId) -> dict[str, Any]:
    """An event as the columns of its table."""
    envelope = {name: getattr(event, name) for name in _ENVELOPE}
    data = {
        name: storable(value) if isinstance(value, str) else value
        for name, value in msgspec.to_builtins(event).items()
        if name not in envelope
    }
    return {"id": event_id, "type": event.type, "version": event.version, **envelope, "data": data}


def _row(event: Event) -> dict[str, Any]:
    return as_row(event, event_id=EventId(mint(event.at)))


def _placed(row: Any) -> Placed:
    envelope = {name: row[name] for name in _ENVELOPE}
    known = CATALOGUE.get(row["type"])
    event = Event(**envelope) if known is None else msgspec.convert(envelope | row["data"], type=known)
    return Placed(position=row["position"] or 0, id=EventId(row["id"]), type=row["type"], event=event)
