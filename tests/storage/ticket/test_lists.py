"""The list of work: danger first, then the soonest due, then the oldest, and every page of it as cheap as the first."""

import base64
import json
import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.ids import TicketId
from domain.permissions import SYSTEM
from domain.ticket import Ticket, TicketState
from domain.triage import Owner, Urgency
from storage import tables
from storage.clock import writes as clock_writes
from storage.clock.reads import Clock
from storage.ticket.lists import CursorInvalid, TicketLine, Which, line, page
from tests.conftest import NOW
from tests.storage.rows import Rows, a_ticket

pytestmark = pytest.mark.database

OWNERS = ("BROKER_HEALTH", "BROKER_FRONT", "ASSISTER")
_NEVER = datetime.max.replace(tzinfo=UTC)
_WAITING = (TicketState.WAITING_MEMBER, TicketState.WAITING_PARTNER)


async def read(
    engine: AsyncEngine, which: Which = Which.OPEN, *, owner: str | None = None, after: str | None = None, limit: int
) -> tuple[tuple[TicketLine, ...], str | None]:
    """One page."""
    async with engine.connect() as connection:
        return await page(connection, which=which, owner=owner, after=after, limit=limit, viewer=SYSTEM)


async def leaf_through(engine: AsyncEngine, which: Which, *, owner: str | None, limit: int) -> list[list[Ticket]]:
    """All pages."""
    pages, after = [], None
    for _ in count():
        lines, after = await read(engine, which, owner=owner, after=after, limit=limit)
        pages.append([one.ticket for one in lines])
        if after is None:
            break
    return pages


def mixed(number: int) -> list[Ticket]:
    """Tickets in every state, many of them equal in one or all of the keys of a list."""
    chance = random.Random(3)
    tickets = []
    for _ in range(number):
        state = chance.choice(list(TicketState))
        opened_at = NOW - timedelta(hours=chance.randrange(20))
        due_at = None if chance.random() < 0.3 else opened_at + timedelta(hours=chance.randrange(9))
        solved = state is TicketState.SOLVED
        tickets.append(
            a_ticket(
                state=state,
                owner=Owner(chance.choice(OWNERS)),
                urgency=chance.choice(list(Urgency)),
                opened_at=opened_at,
                first_message_at=opened_at,
                due_at=None if solved else due_at,
                solved_at=NOW + timedelta(minutes=chance.randrange(30)) if solved else None,
            )
        )
    chance.shuffle(tickets)
    return tickets


def in_order(tickets: Sequence[Ticket], which: Which, owner: str | None) -> list[Ticket]:
    """The list as people describe it, sorted in one go."""
    wanted = {
        Which.OPEN: (TicketState.OPEN,),
        Which.WAITING: _WAITING,
        Which.SOLVED: (),
        Which.ALL: (TicketState.OPEN, *_WAITING),
    }[which]
    ours = [ticket for ticket in tickets if owner in (None, ticket.owner)]
    unsolved = sorted(
        (ticket for ticket in ours if ticket.state in wanted),
        key=lambda one: (one.urgency is not Urgency.P1, one.due_at or _NEVER, one.opened_at, one.id),
    )
    solved = sorted((one for one in ours if one.solved_at), key=lambda one: (one.solved_at, one.id), reverse=True)
    return unsolved + (solved if which in (Which.SOLVED, Which.ALL) else [])


class TestTheList:
    async def test_shows_danger_first_then_the_soonest_due_then_the_oldest(self, rows: Rows) -> None:
        hour = timedelta(hours=1)
        wanted = [
            a_ticket(urgency=Urgency.P1, due_at=NOW + 9 * hour),
            a_ticket(urgency=Urgency.P1),
            a_ticket(urgency=Urgency.P2, due_at=NOW - hour),
            a_ticket(urgency=Urgency.P4, due_at=NOW + hour),
            a_ticket(urgency=Urgency.P3, due_at=NOW + 2 * hour, opened_at=NOW - hour),
            a_ticket(urgency=Urgency.P2, due_at=NOW + 2 * hour),
            a_ticket(opened_at=NOW - hour),
            a_ticket(),
        ]
        await rows.add_tickets(*reversed(wanted))
        lines, after = await read(rows.engine, limit=10)
        assert [one.ticket for one in lines] == wanted
        assert after is None

    async def test_shows_what_was_solved_last_first_and_after_what_is_not(self, rows: Rows) -> None:
        solved = [
            a_ticket(state=TicketState.SOLVED, solved_at=NOW + timedelta(hours=hours), opened_at=NOW - timedelta(hours))
            for hours in (3, 2, 1)
        ]
        waiting = a_ticket(state=TicketState.WAITING_MEMBER)
        await rows.add_tickets(*reversed(solved), waiting)
        assert [one.ticket for one in (await read(rows.engine, Which.SOLVED, limit=10))[0]] == solved
        assert [one.ticket for one in (await read(rows.engine, Which.ALL, limit=10))[0]] == [waiting, *solved]

    async def test_shows_every_ticket_once_whatever_the_pages(self, rows: Rows) -> None:
        tickets = mixed(500)
        await rows.add_tickets(*tickets)
        for which in Which:
            for owner in (None, *OWNERS, "NOBODY"):
                wanted = in_order(tickets, which, owner)
                (whole,) = await leaf_through(rows.engine, which, owner=owner, limit=1000)
                pages = await leaf_through(rows.engine, which, owner=owner, limit=23)
                assert whole == wanted
                assert [ticket for one in pages for ticket in one] == wanted
                assert all(len(one) == 23 for one in pages[:-1])

    async def test_ends_with_its_last_full_page(self, rows: Rows) -> None:
        await rows.add_tickets(*(a_ticket() for _ in range(3)), *(a_ticket(state=TicketState.SOLVED) for _ in range(3)))
        for limit in (1, 2, 3, 6, 7):
            pages = await leaf_through(rows.engine, Which.ALL, owner=None, limit=limit)
            assert len(pages) == -(-6 // limit)
            assert len({ticket.id for one in pages for ticket in one}) == 6

    async def test_of_an_empty_house_is_empty(self, rows: Rows) -> None:
        for which in Which:
            assert await read(rows.engine, which, limit=10) == ((), None)


class TestALine:
    async def test_names_the_member_and_the_country(self, rows: Rows) -> None:
        member = await rows.add_member()
        ticket = await rows.add_ticket(member_id=member.id)
        ((shown,), _) = await read(rows.engine, limit=10)
        assert (shown.ticket, shown.member_name, shown.country) == (ticket, "Léa Martin", "PE")

    async def test_names_whoever_wrote_first_by_name_else_by_address(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        conversation = await rows.add_conversation(ticket, remote_address="+33611111111")
        ((shown,), _) = await read(rows.engine, limit=10)
        assert (shown.sender, shown.member_name) == ("+33611111111", None)
        await rows.add_message(ticket, conversation, author_name="Léa M.")
        await rows.add_message(ticket, conversation, author_name="Another")
        ((shown,), _) = await read(rows.engine, limit=10)
        assert shown.sender == "Léa M."

    async def test_tells_when_the_promise_that_is_due_turns_amber(self, rows: Rows) -> None:
        due, amber = NOW + timedelta(hours=2), NOW + timedelta(hours=1)
        ticket = await rows.add_ticket(due_at=due)
        await self.promise(rows, ticket, "first_response", due=due, amber=amber)
        await self.promise(rows, ticket, "resolution", due=due + timedelta(days=1), amber=due)
        ((shown,), _) = await read(rows.engine, limit=10)
        assert shown.warning_at == amber

    async def test_is_one_also_when_two_promises_are_due_together(self, rows: Rows) -> None:
        due = NOW + timedelta(hours=2)
        ticket = await rows.add_ticket(due_at=due)
        await self.promise(rows, ticket, "first_response", due=due, amber=NOW)
        await self.promise(rows, ticket, "acknowledgement", due=due, amber=NOW + timedelta(hours=1))
        lines, _ = await read(rows.engine, limit=10)
        assert [(one.ticket.id, one.warning_at) for one in lines] == [(ticket.id, NOW)]

    async def test_can_be_read_alone(self, rows: Rows) -> None:
        member = await rows.add_member()
        ticket = await rows.add_ticket(member_id=member.id)
        async with rows.engine.connect() as connection:
            shown = await line(connection, ticket.id, viewer=SYSTEM)
            assert shown is not None
            assert (shown.ticket, shown.member_name) == (ticket, "Léa Martin")
            assert await line(connection, TicketId(uuid4()), viewer=SYSTEM) is None

    async def promise(self, rows: Rows, ticket: Ticket, name: str, *, due: datetime, amber: datetime) -> None:
        clock = Clock(ticket.id, name, "broker", 60.0, NOW, due, amber)
        async with rows.engine.begin() as connection:
            await clock_writes.start(connection, [clock])


def cursor(*parts: Any) -> str:
    """A cursor in the form of ours that holds these parts."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


_TIMES = st.sampled_from(
    [
        "2026-03-02T09:30:00Z",
        "2026-03-02T09:30:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999-14:00",
        "infinity",
        "",
        "yesterday",
        "2026-03-02",
    ]
)
_CURSORS = st.builds(
    cursor,
    st.booleans(),
    st.booleans(),
    st.none() | _TIMES,
    _TIMES,
    st.sampled_from([str(uuid4())] * 3 + ["1", "' OR true --"]),
)


class TestACursor:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(after=st.text() | st.binary().map(lambda some: base64.urlsafe_b64encode(some).decode()))
    async def test_that_is_noise_is_refused(self, engine: AsyncEngine, after: str) -> None:
        with pytest.raises(CursorInvalid, match="first page"):
            await read(engine, after=after, limit=10)

    async def test_that_is_garbled_is_refused(self, engine: AsyncEngine) -> None:
        for after in ("", "é", "=", "AAAA", cursor(), cursor(1, 2, 3), "bnVsbA", "W10=", "\x00", "a b", "\ud800"):
            with pytest.raises(CursorInvalid):
                await read(engine, after=after, limit=10)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(after=_CURSORS)
    async def test_that_somebody_made_up_is_refused_or_followed(self, engine: AsyncEngine, after: str) -> None:
        for which in Which:
            with suppress(CursorInvalid):
                assert await read(engine, which, after=after, limit=10) == ((), None)


class TestALargeHouse:
    async def test_is_read_by_its_index_page_by_page(self, rows: Rows) -> None:
        await self.fill(rows, tickets=20_000)
        async with rows.engine.connect() as connection:
            first, plan = await self.explained(connection, Which.OPEN, after=None)
            self.see_that(plan, uses="ix_ticket_work")
            middle = await self.cursor_at(connection, first, pages=60)
            _, plan = await self.explained(connection, Which.OPEN, after=middle)
            self.see_that(plan, uses="ix_ticket_work")
            _, plan = await self.explained(connection, Which.SOLVED, after=None)
            self.see_that(plan, uses="ix_ticket_solved")

    async def fill(self, rows: Rows, *, tickets: int) -> None:
        """Three quarters open, the rest solved; due and opened at times that differ."""
        values = {
            "id": "gen_random_uuid()",
            "reference": "'VI-' || n",
            "state": "CASE WHEN n % 4 = 0 THEN 'solved' ELSE 'open' END",
            "urgency": "'P' || 1 + n % 4",
            "medical": "'none'",
            "language": "'fr'",
            "opened_at": "t - n * interval '1 minute'",
            "first_message_at": "t - n * interval '1 minute'",
            "updated_at": "t",
            "due_at": "CASE WHEN n % 4 <> 0 AND n % 3 <> 0 THEN t + (n * 7919 % 20011) * interval '1 minute' END",
            "solved_at": "CASE WHEN n % 4 = 0 THEN t + n * interval '1 second' END",
        }
        others = {column.name: "'x'" for column in tables.ticket.columns if not column.nullable}
        columns = others | values
        async with rows.engine.begin() as connection:
            await connection.execute(
                text(
                    f"INSERT INTO ticket ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
                    f" FROM generate_series(1, {tickets}) AS n, (SELECT CAST('2026-03-02Z' AS timestamptz) AS t) AS of"
                )
            )
        async with rows.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("ANALYZE"))

    async def explained(
        self, connection: AsyncConnection, which: Which, *, after: str | None
    ) -> tuple[str | None, dict[str, Any]]:
        """The cursor of the next page, and how the database read this one."""
        asked: list[tuple[str, Any]] = []

        def listen(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
            asked.append((statement, parameters))

        event.listen(connection.sync_connection, "before_cursor_execute", listen)
        _, following = await page(connection, which=which, owner=None, after=after, limit=50, viewer=SYSTEM)
        event.remove(connection.sync_connection, "before_cursor_execute", listen)
        ((statement, parameters),) = asked
        # As a statement that has been asked often is read: planned once, whatever is asked for.
        await connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        await connection.exec_driver_sql(f"PREPARE asked AS {statement}")
        given = ", ".join(f"'{value}'" for value in parameters)
        plan = (await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked({given})")).scalar_one()
        await connection.exec_driver_sql("DEALLOCATE asked")
        return following, plan[0]["Plan"]

    async def cursor_at(self, connection: AsyncConnection, after: str | None, *, pages: int) -> str | None:
        for _ in range(pages):
            _, after = await page(connection, which=Which.OPEN, owner=None, after=after, limit=50, viewer=SYSTEM)
        return after

    def see_that(self, plan: dict[str, Any], *, uses: str) -> None:
        """Whether the tickets come sorted out of the index, hardly more of them than are shown."""
        nodes = list(self.nodes(plan))
        (scan,) = [node for node in nodes if node.get("Relation Name") == "ticket"]
        assert scan["Index Name"] == uses
        assert scan["Actual Rows"] * scan["Actual Loops"] <= 51
        assert scan.get("Rows Removed by Filter", 0) <= 51
        assert not [node for node in nodes if "Sort" in node["Node Type"]]

    def nodes(self, plan: dict[str, Any]) -> Any:
        yield plan
        for part in plan.get("Plans", ()):
            if part["Parent Relationship"] != "SubPlan":  # asked a line, of the few lines of a page
                yield from self.nodes(part)
