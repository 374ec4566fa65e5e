"""Ticket lists in the order of work, page by page, whatever the size of the house.

Unsolved first: life in danger, then the soonest due, then the oldest. Solved ones after them, the newest first.
Pages continue after a key, never by counting, so that page 400 costs what page 1 does.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, func, literal, literal_column, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import TicketId
from domain.message import Direction
from domain.permissions import Action, Viewer
from domain.ticket import Ticket, TicketState
from domain.triage import Urgency
from storage import tables
from storage.columns import Instant
from storage.ticket.reads import COLUMNS, ticket_of

_tickets, _members, _clocks = tables.ticket, tables.member, tables.clock
_messages, _conversations, _gathered = tables.message, tables.conversation, tables.ticket_conversation
_CALM: ColumnElement[bool] = literal_column("(ticket.urgency <> 'P1')")
_DUE: ColumnElement[datetime] = literal_column("coalesce(ticket.due_at, 'infinity'::timestamptz)")


class Which(StrEnum):
    """Which tickets a list holds."""

    OPEN = "open"
    WAITING = "waiting"
    SOLVED = "solved"
    ALL = "all"


class CursorInvalid(ValueError):  # noqa: N818 - named for what it is
    """The cursor was not made by this list: start from the first page."""


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket as a list shows it. `warning_at`: when its running promise turns amber.

    sender: the name that whoever wrote first gave, else their address; for people who are not members.
    """

    ticket: Ticket
    member_name: str | None
    country: str | None
    warning_at: datetime | None
    sender: str | None = None


_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Cursor(msgspec.Struct, array_like=True):
    """The last line of a page: its segment and its keys there."""

    solved: bool
    calm: bool
    due: _Moment | None
    at: _Moment
    id: UUID


async def line(connection: AsyncConnection, ticket_id: TicketId, *, viewer: Viewer) -> TicketLine | None:
    """One ticket as a list shows it. Raises Forbidden."""
    viewer.require(Action.READ_TICKETS)
    row = (await connection.execute(_lines().where(_tickets.c.id == ticket_id))).one_or_none()
    return None if row is None else _line(row._mapping)


async def page(
    connection: AsyncConnection, *, which: Which, owner: str | None, after: str | None, limit: int, viewer: Viewer
) -> tuple[tuple[TicketLine, ...], str | None]:
    """At most `limit` tickets after the cursor, and the cursor of the next page. Raises Forbidden, CursorInvalid."""
    viewer.require(Action.READ_TICKETS)
    cursor = None if after is None else _read(after)
    rows: list[Any] = []
    if which is not Which.SOLVED and not (cursor and cursor.solved):
        rows += (await connection.execute(_unsolved(which, owner, cursor).limit(limit + 1))).all()
    if which in (Which.SOLVED, Which.ALL) and len(rows) <= limit:
        after_solved = cursor if cursor and cursor.solved else None
        rows += (await connection.execute(_solved(owner, after_solved).limit(limit + 1 - len(rows)))).all()
    lines = tuple(_line(row._mapping) for row in rows[:limit])
    return lines, _write(lines[-1].ticket) if len(rows) > limit else None


def _lines() -> Select[Any]:
    name = (
        select(func.nullif(_messages.c.author_name, ""))
        .where(_messages.c.ticket_id == _tickets.c.id, _messages.c.direction == Direction.IN)
        .order_by(_messages.c.id)
        .limit(1)
        .scalar_subquery()
    )
    address = (
        select(_conversations.c.remote_address)
        .join(_gathered, _gathered.c.conversation_id == _conversations.c.id)
        .where(_gathered.c.ticket_id == _tickets.c.id)
        .order_by(_conversations.c.id)
        .limit(1)
        .scalar_subquery()
    )
    amber = (
        select(func.min(_clocks.c.warning_at))
        .where(_clocks.c.ticket_id == _tickets.c.id, _clocks.c.due_at == _tickets.c.due_at, _clocks.c.met_at.is_(None))
        .scalar_subquery()
    )
    return select(
        *COLUMNS,
        func.coalesce(name, address).label("sender"),
        (_members.c.first_name + " " + _members.c.last_name).label("member_name"),
        _members.c.country,
        amber.label("warning_at"),
    ).outerjoin(_members, _members.c.id == _tickets.c.member_id)


def _unsolved(which: Which, owner: str | None, cursor: _Cursor | None) -> Select[Any]:
    found = _lines().where(text("ticket.state <> 'solved'"))
    if which is Which.OPEN:
        found = found.where(_tickets.c.state == TicketState.OPEN)
    elif which is Which.WAITING:
        found = found.where(_tickets.c.state.in_([TicketState.WAITING_MEMBER, TicketState.WAITING_PARTNER]))
    if owner is not None:
        found = found.where(_tickets.c.owner == owner)
    if cursor is not None:
        never: ColumnElement[datetime] = literal_column("'infinity'::timestamptz")
        due = never if cursor.due is None else literal(cursor.due, Instant)
        keys = tuple_(literal(cursor.calm), due, literal(cursor.at, Instant), literal(cursor.id))
        found = found.where(tuple_(_CALM, _DUE, _tickets.c.opened_at, _tickets.c.id) > keys)
    return found.order_by(_CALM, _DUE, _tickets.c.opened_at, _tickets.c.id)


def _solved(owner: str | None, cursor: _Cursor | None) -> Select[Any]:
    found = _lines().where(text("ticket.state = 'solved'"))
    if owner is not None:
        found = found.where(_tickets.c.owner == owner)
    if cursor is not None:
        keys = tuple_(literal(cursor.at, Instant), literal(cursor.id))
        found = found.where(tuple_(_tickets.c.solved_at, _tickets.c.id) < keys)
    return found.order_by(_tickets.c.solved_at.desc(), _tickets.c.id.desc())


def _line(row: Any) -> TicketLine:
    return TicketLine(ticket_of(row), row["member_name"], row["country"], row["warning_at"], sender=row["sender"])


def _write(last: Ticket) -> str:
    solved = last.solved_at is not None
    cursor = _Cursor(
        solved=solved,
        calm=last.urgency is not Urgency.P1,
        due=last.due_at,
        at=last.solved_at or last.opened_at,
        id=last.id,
    )
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def _read(text_of: str) -> _Cursor:
    try:
        padded = text_of + "=" * (-len(text_of) % 4)
        cursor = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=_Cursor)
        for moment in (cursor.at, cursor.due):
            if moment is not None:
                moment.astimezone(UTC)  # some are outside the calendar there
    except (binascii.Error, msgspec.DecodeError, ValueError, OverflowError) as error:
        raise CursorInvalid("this cursor is not one of this list: start again from the first page") from error
    return cursor
