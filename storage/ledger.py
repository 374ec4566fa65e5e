"""The books: what was received is stored or a repeat, what is stored is processed, put aside or waiting.

Three tables written at three different moments are counted, so that a loss between them shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.message import DeliveryState
from storage import tables

_raw, _inbox, _messages, _deliveries = tables.raw_payload, tables.inbox, tables.message, tables.delivery
_SETTLED = (
    DeliveryState.SENT,
    DeliveryState.DELIVERED,
    DeliveryState.READ,
    DeliveryState.REFUSED,
    DeliveryState.FAILED,
)


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour's books (UTC). `accepted`: new events that were acknowledged · `stored`: rows that are there.

    `said`: processed events that are a message · `messages`: the messages they became.
    """

    hour: datetime
    received: int
    accepted: int
    stored: int
    processed: int
    quarantined: int
    pending: int
    said: int
    messages: int
    replies: int
    settled: int

    @property
    def duplicates(self) -> int:
        """Repeats of events that were stored already."""
        return self.received - self.accepted

    @property
    def unsettled(self) -> int:
        """Replies that are on their way or whose fate nobody knows."""
        return self.replies - self.settled

    @property
    def faults(self) -> tuple[str, ...]:
        """What does not add up, in words; nothing when the hour balances."""
        told = (
            (self.stored - self.accepted, "acknowledged events are not in the inbox"),
            (self.processed + self.quarantined + self.pending - self.stored, "stored events are in no known state"),
            (self.messages - self.said, "processed messages are nowhere"),
        )
        return tuple(f"{abs(gap)} {words}" for gap, words in told if gap)


async def hours(connection: AsyncConnection, *, since: datetime, until: datetime) -> tuple[Hour, ...]:
    """The books of the hours in [since, until) in which anything happened, the newest first."""
    received, accepted = await _received(connection, since, until)
    inbox = await _inbox_counts(connection, since, until)
    messages = await _messages_in(connection, since, until)
    replies, settled = await _replies(connection, since, until)
    found = sorted({*received, *inbox, *replies}, reverse=True)
    nothing = (0, 0, 0, 0, 0)
    return tuple(
        Hour(
            hour,
            received.get(hour, 0),
            accepted.get(hour, 0),
            *inbox.get(hour, nothing),
            messages.get(hour, 0),
            replies.get(hour, 0),
            settled.get(hour, 0),
        )
        for hour in found
    )


async def _received(
    connection: AsyncConnection, since: datetime, until: datetime
) -> tuple[Mapping[datetime, int], Mapping[datetime, int]]:
    rows = await connection.execute(
        _by_hour(_raw.c.received_at, since, until, func.sum(_raw.c.events), func.sum(_raw.c.stored))
    )
    counted = [(row[0], row[1], row[2]) for row in rows]
    return {hour: events for hour, events, _ in counted}, {hour: stored for hour, _, stored in counted}


async def _inbox_counts(
    connection: AsyncConnection, since: datetime, until: datetime
) -> Mapping[datetime, tuple[int, int, int, int, int]]:
    state = _inbox.c.state
    counts = (
        func.count(),
        func.count().filter(state == "done"),
        func.count().filter(state == "quarantined"),
        func.count().filter(state.in_(("new", "ready", "claimed"))),
        func.count().filter(_inbox.c.outcome == "message"),
    )
    rows = await connection.execute(_by_hour(_inbox.c.received_at, since, until, *counts))
    return {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in rows}


async def _messages_in(connection: AsyncConnection, since: datetime, until: datetime) -> Mapping[datetime, int]:
    joined = (
        _by_hour(_inbox.c.received_at, since, until, func.count())
        .join(_messages, _messages.c.inbox_id == _inbox.c.id)
        .where(_inbox.c.outcome == "message")
    )
    return {row[0]: row[1] for row in await connection.execute(joined)}


async def _replies(
    connection: AsyncConnection, since: datetime, until: datetime
) -> tuple[Mapping[datetime, int], Mapping[datetime, int]]:
    settled = func.count().filter(_deliveries.c.state.in_(_SETTLED))
    rows = [
        (row[0], row[1], row[2])
        for row in await connection.execute(_by_hour(_deliveries.c.created_at, since, until, func.count(), settled))
    ]
    return {hour: made for hour, made, _ in rows}, {hour: done for hour, _, done in rows}


def _by_hour(at: ColumnElement[datetime], since: datetime, until: datetime, *counts: ColumnElement[int]) -> Select[Any]:
    hour = func.date_trunc("hour", at, "UTC")
    return select(hour, *counts).where(at >= since, at < until).group_by(hour)
