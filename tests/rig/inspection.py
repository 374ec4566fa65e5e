"""What is true at the end, seen from outside: by the sender, the answerer, the provider, the listener and the tables.

Every function gives the promises that were broken, in words; nothing when all were kept.
"""

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.message import DeliveryState
from hub.clock import SystemClock
from storage import inbox, ledger, tables
from storage.delivery import outbox
from storage.engine import digest
from tests.rig.answerer import text_for
from tests.rig.processes import clean_environment
from tests.rig.rig import Rig
from tests.rig.waiting import DidNotHappen, until

#: Longer than everything stands still while the lease of a dead worker runs out.
STILL_SECONDS = 60.0
#: A reply that failed so often no longer holds back the next one (storage.delivery.outbox).
_HOLDS = outbox.HOLDS_ATTEMPTS
_MOST_NAMED = 5


async def settled(rig: Rig) -> list[str]:
    """Wait until nothing is under way any more."""
    try:
        await until(
            lambda: _at_rest(rig),
            "everything is settled",
            seconds=STILL_SECONDS,
            every=0.25,
            moving=lambda: (len(rig.answerer.yes), rig.listener.head),
        )
    except DidNotHappen:
        return [f"work is left and stands still: {await _left(rig)}"]
    return []


async def broken_promises(rig: Rig) -> list[str]:
    """All that went wrong."""
    async with rig.engine.connect() as connection:
        found = [
            *await _stored_once(connection, rig),
            *await _one_message_each(connection, rig),
            *await _in_order(connection),
            *await _replies(connection, rig),
            *await _log(connection, rig),
            *await _books(connection, rig),
            *await _circles(connection),
        ]
    return [*found, *_answers(rig), *_command(rig)]


async def uncertain(rig: Rig) -> int:
    """How many replies have a fate that nobody knows."""
    unknown = select(func.count()).where(tables.delivery.c.state == DeliveryState.UNCERTAIN)
    async with rig.engine.connect() as connection:
        return int((await connection.execute(unknown)).scalar_one())


async def _at_rest(rig: Rig) -> bool:
    async with rig.engine.connect() as connection:
        waiting = await inbox.waiting(connection)
        unplaced = select(func.count()).where(tables.event.c.position.is_(None))
        relay = (await connection.execute(select(tables.relay.c.placed, tables.relay.c.published))).one()
        messages = select(func.count()).where(tables.message.c.direction == "in")
        return (
            not any(waiting[state] for state in ("new", "ready", "claimed"))
            and (await connection.execute(messages)).scalar_one() == len(rig.answerer.yes)
            and await outbox.waiting(connection) == 0
            and (await connection.execute(unplaced)).scalar_one() == 0
            and relay.placed == relay.published <= rig.listener.head
        )


async def _left(rig: Rig) -> str:
    async with rig.engine.connect() as connection:
        waiting = dict(await inbox.waiting(connection))
        return (
            f"inbox {waiting}, {await outbox.waiting(connection)} deliveries, {len(rig.answerer.yes)} answers, "
            f"worker: {rig.worker.tail(lines=3)}"
        )


async def _stored_once(connection: AsyncConnection, rig: Rig) -> list[str]:
    rows = await connection.execute(
        select(tables.inbox.c.event_hash, func.count())
        .where(tables.inbox.c.account_id == rig.account_id)
        .group_by(tables.inbox.c.event_hash)
    )
    counts = {row[0]: row[1] for row in rows}
    times = {name: counts.pop(digest(f"message:{name}"), 0) for name in rig.sender.yes}
    return [
        *_told("acknowledged events are not stored", [name for name, count in times.items() if count == 0]),
        *_told("acknowledged events are stored twice", [name for name, count in times.items() if count > 1]),
        *_told("events are stored that nobody sent", [row.hex() for row in counts]),
    ]


async def _one_message_each(connection: AsyncConnection, rig: Rig) -> list[str]:
    message = tables.message
    rows = await connection.execute(
        select(message.c.provider_id, func.count()).where(message.c.direction == "in").group_by(message.c.provider_id)
    )
    counts = {row[0]: row[1] for row in rows}
    times = {name: counts.get(name, 0) for name in rig.sender.yes}
    return [
        *_told("acknowledged events have no message", [name for name, count in times.items() if count == 0]),
        *_told("events have several messages", [name for name, count in times.items() if count > 1]),
    ]


async def _in_order(connection: AsyncConnection) -> list[str]:
    """A conversation holds the messages of one lane as they were sent (ids are given in the order of the work)."""
    message = tables.message
    rows = await connection.execute(
        select(message.c.conversation_id, message.c.provider_id)
        .where(message.c.direction == "in")
        .order_by(message.c.conversation_id, message.c.id)
    )
    said: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    for conversation, name in rows:
        _, lane, number = name.split("-")
        said[conversation].append((lane, int(number)))
    mixed = [str(numbers[0]) for numbers in said.values() if len({lane for lane, _ in numbers}) > 1]
    wrong = [str(numbers) for numbers in said.values() if numbers != sorted(numbers)]
    return [
        *_told("conversations hold messages of several people", mixed),
        *_told("conversations are out of order", wrong),
        *(
            [f"{len(said)} conversations for fewer people"]
            if len(said) > len({one[0][0] for one in said.values()})
            else []
        ),
    ]


async def _replies(connection: AsyncConnection, rig: Rig) -> list[str]:
    """Each accepted reply is in a state that people see; what the provider took agrees with it."""
    delivery = tables.delivery
    rows = await connection.execute(
        select(delivery.c.message_id, delivery.c.state, delivery.c.attempts, delivery.c.to_address).order_by(
            delivery.c.id
        )
    )
    by_message = {row.message_id: row for row in rows}
    taken = Counter(accepted.text for accepted in rig.accepted())
    texts = {reply: text_for(message) for message, reply in rig.answerer.yes.items()}
    lost = [str(reply) for reply in texts if reply not in by_message]
    unseen, twice, untrue = [], [], []
    for reply, row in by_message.items():
        times = taken.pop(texts.get(reply, ""), 0)
        if row.state not in _visible(rig):
            unseen.append(f"{reply} {row.state}")
        if times > 1:
            twice.append(f"{reply} {times} times")
        if row.state == DeliveryState.SENT and times == 0:
            untrue.append(str(reply))
    return [
        *_told("acknowledged replies have no delivery", lost),
        *_told("replies are in no final state", unseen),
        *_told("replies were taken by the provider more than once", twice),
        *_told("replies are called sent and were not", untrue),
        *_told("the provider took what nobody wrote", list(taken)),
        *_told("replies overtook one another", _overtaken(rig, list(by_message.values()), texts)),
    ]


def _visible(rig: Rig) -> frozenset[DeliveryState]:
    """Where a reply may end. A provider that honours keys leaves nothing uncertain."""
    return frozenset({DeliveryState.SENT} if rig.terms.honours_key else {DeliveryState.SENT, DeliveryState.UNCERTAIN})


def _overtaken(rig: Rig, deliveries: Sequence[object], texts: dict[UUID, str]) -> list[str]:
    """Addresses that got replies in another order than they were written, though none failed so often that it may."""
    excused = {row.to_address for row in deliveries if row.attempts > _HOLDS}  # type: ignore[attr-defined]
    written: dict[str, list[str]] = defaultdict(list)
    got: dict[str, list[str]] = defaultdict(list)
    for row in deliveries:
        written[row.to_address].append(texts.get(row.message_id, ""))  # type: ignore[attr-defined]
    for accepted in rig.accepted():
        got[accepted.to].append(accepted.text)
    return [
        address
        for address, took in got.items()
        if address not in excused and took != [text for text in written[address] if text in set(took)]
    ]


async def _log(connection: AsyncConnection, rig: Rig) -> list[str]:
    """Positions without a gap, all told to the bus; one event for each message and each reply."""
    event = tables.event
    count, first, last, distinct = (
        await connection.execute(
            select(
                func.count(),
                func.min(event.c.position),
                func.max(event.c.position),
                func.count(event.c.position.distinct()),
            )
        )
    ).one()
    types = Counter(
        {row[0]: row[1] for row in await connection.execute(select(event.c.type, func.count()).group_by(event.c.type))}
    )
    messages = select(tables.message.c.direction, func.count()).group_by(tables.message.c.direction)
    said = {row[0]: row[1] for row in await connection.execute(messages)}
    wanted = {"message.received": said.get("in", 0), "message.sent": said.get("out", 0)}
    published = (await connection.execute(select(tables.relay.c.published))).scalar_one()
    found = []
    if (first, last, distinct) != (1, count, count):
        found.append(f"{count} events have positions {first} to {last}, {distinct} different ones")
    if not published == last == rig.listener.head:
        found.append(f"of {last} positions {published} are marked and {rig.listener.head} were heard")
    found += [f"{types[name]} {name} for {number} messages" for name, number in wanted.items() if types[name] != number]
    return found


async def _books(connection: AsyncConnection, rig: Rig) -> list[str]:
    now = SystemClock().now()
    hours = await ledger.hours(connection, since=now - timedelta(hours=6), until=now + timedelta(minutes=1))
    faults = [f"the ledger does not balance: {fault}" for hour in hours for fault in hour.faults]
    received, yes = sum(hour.received for hour in hours), sum(rig.sender.yes.values())
    if received < yes:
        faults.append(f"{yes} times the hub said yes and it received {received} events")
    aside = sum(hour.quarantined for hour in hours)
    return [*faults, *([f"{aside} events are in quarantine"] if aside else [])]


async def _circles(connection: AsyncConnection) -> list[str]:
    """Transactions that wait for one another cost everybody a second (counted since the database last recovered)."""
    deadlocks = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    count = (await connection.execute(deadlocks)).scalar_one()
    return [f"transactions waited for one another in a circle {count} times"] if count else []


def _answers(rig: Rig) -> list[str]:
    """While something is away the hub says 503 or nothing."""
    said = rig.sender.answers + rig.answerer.answers
    wrong = {status: count for status, count in said.items() if status not in (None, 200, 201, 503)}
    return [f"the API answered {wrong}"] if wrong else []


def _command(rig: Rig) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "ledger"],
        env=clean_environment() | rig.api.environment | {"DATABASE_URL": rig.database.url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return [] if done.returncode == 0 else [f"`hub ledger` says {done.returncode}: {done.stdout}{done.stderr}"]


def _told(words: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return [f"{len(names)} {words}: {', '.join(names[:_MOST_NAMED])}{more}"]
