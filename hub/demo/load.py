"""Stores the demo: everything in one transaction, so that it is there as a whole or not at all."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Table, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.channel import ChannelKind
from domain.events import Event
from domain.ids import EventId, UserId
from hub.demo.contributors import CONTRIBUTORS
from hub.demo.world import World
from routing.matrix import Matrix
from storage import event_log, tables
from storage.account import reads as account_reads
from storage.columns import metadata
from storage.files.port import FileStore
from storage.keys import Keyring, Purpose
from storage.message import writes as message_writes
from storage.unit_of_work import UnitOfWork
from understanding.port import DangerRules

#: Numbers of the inbox that are set aside; what is not used is a gap.
_INBOX_NUMBERS = 1_000
_FILES_AT_ONCE = 16
_PARTITIONS_BEFORE, _PARTITIONS_AFTER = timedelta(days=100), timedelta(days=1)

#: Shows a step at the terminal for as long as it takes.
Step = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo goes, and what it is made with."""

    engine: AsyncEngine
    keyring: Keyring
    matrix: Matrix
    danger: DangerRules
    files: FileStore


@dataclass(frozen=True, slots=True)
class _Found:
    """What the database holds before."""

    users: Mapping[str, UserId]
    addresses: frozenset[tuple[str, str]] = field(repr=False)


async def is_empty(engine: AsyncEngine) -> bool:
    """Whether nobody is in the register yet."""
    async with UnitOfWork(engine) as work:
        return (await work.connection.execute(select(tables.member.c.id).limit(1))).first() is None


async def load(place: Place, *, seed: int, as_of: datetime, step: Step) -> World:
    """Make the demo and store it; returns what was stored. The database must be migrated and have its accounts."""
    world, found = await _look_around(place, seed=seed, as_of=as_of)
    for contributor in CONTRIBUTORS:
        with step(contributor.label):
            contributor.contribute(world)
    with step("Pièces jointes · attachments"):
        for start in range(0, len(world.files), _FILES_AT_ONCE):
            some = world.files[start : start + _FILES_AT_ONCE]
            await asyncio.gather(*(place.files.keep(attachment_id, content) for attachment_id, content in some))
    with step("Écriture · writing"):
        await _store(place, world, found)
    return world


async def _look_around(place: Place, *, seed: int, as_of: datetime) -> tuple[World, _Found]:
    async with UnitOfWork(place.engine) as work:
        connection = work.connection
        accounts = await account_reads.everything(connection, place.keyring)
        users = await connection.execute(select(tables.user_account.c.email, tables.user_account.c.id))
        known = await connection.execute(select(tables.identity.c.channel, tables.identity.c.address))
        found = _Found(
            users={row.email: UserId(row.id) for row in users},
            addresses=frozenset((row.channel, row.address) for row in known),
        )
        numbers = select(func.nextval(func.pg_get_serial_sequence("inbox", "id"))).select_from(
            func.generate_series(1, _INBOX_NUMBERS)
        )
        world = World(
            seed=seed,
            as_of=as_of,
            account=next(one for one in accounts if one.kind == ChannelKind.EMAIL),
            keyring=place.keyring,
            matrix=place.matrix,
            danger=place.danger,
            users=found.users,
            inbox_ids=tuple((await connection.execute(numbers)).scalars()),
        )
    return world, found


async def _store(place: Place, world: World, found: _Found) -> None:
    rows = _rows(world, found)
    async with UnitOfWork(place.engine) as work:  # apart: it locks the log, and partitions without events harm nobody
        since, until = world.as_of - _PARTITIONS_BEFORE, world.as_of + _PARTITIONS_AFTER
        await event_log.make_partitions(work.connection, since=since, until=until)
        await work.commit()
    async with UnitOfWork(place.engine) as work:
        for table in metadata.sorted_tables:
            if rows.get(table):
                await _copy(work.connection, table, rows[table])
        await _place(work.connection, world)
        for table in (*rows, tables.event):
            await work.connection.execute(text(f"ANALYZE {table.name}"))
        await work.commit()


def _rows(world: World, found: _Found) -> Mapping[Table, Sequence[Mapping[str, Any]]]:
    """The rows of every table but the event log, bodies sealed; addresses that are known already stay as they are."""
    seal = world.keyring.seal
    messages = [message_writes.row(world.keyring, new.account_id, new.message) for new in world.messages]
    attachments = [
        {
            "id": attachment.id,
            "message_id": new.message.id,
            "filename": seal(Purpose.BODY, attachment.filename.encode()),
            "content_type": attachment.content_type,
            "size": attachment.size,
        }
        for new in world.messages
        for attachment in new.message.attachments
    ]
    return world.rows | {
        tables.identity: [
            row for row in world.rows[tables.identity] if (row["channel"], row["address"]) not in found.addresses
        ],
        tables.message: [row | {"inbox_id": new.inbox_id} for row, new in zip(messages, world.messages, strict=True)],
        tables.attachment: attachments,
    }


async def _place(connection: AsyncConnection, world: World) -> None:
    """Write the events with their places in the log: they are history and are not told to the bus.

    The relay's row is locked until the commit, so that the relay goes on after the last of them.
    """
    mint = world.minter("events")
    placed: int = (await connection.execute(select(tables.relay.c.placed).with_for_update())).scalar_one()
    in_order = sorted(world.events, key=lambda event: event.at)
    rows = [_event(event, EventId(mint(event.at)), placed + n) for n, event in enumerate(in_order, start=1)]
    await _copy(connection, tables.event, rows)
    last = placed + len(rows)
    await connection.execute(update(tables.relay).values(placed=last, published=last))


def _event(event: Event, event_id: EventId, position: int) -> Mapping[str, Any]:
    row = event_log.as_row(event, event_id=event_id)
    return row | {"position": position, "data": msgspec.json.encode(row["data"]).decode()}


async def _copy(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write many rows at once, inside the connection's transaction."""
    names = list(rows[0])
    raw = await connection.get_raw_connection()
    await raw.driver_connection.copy_records_to_table(  # type: ignore[union-attr]
        table.name, records=_records(rows, names), columns=names
    )


def _records(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]
