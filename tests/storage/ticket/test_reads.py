"""Tickets one by one, by what leads to them, and in queues."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.ids import TicketId
from domain.permissions import SYSTEM
from domain.ticket import LinkRole, TicketState
from domain.triage import MedicalLevel, Urgency
from storage.ticket import reads, writes
from storage.ticket.reads import QueueCount, Tie
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows

pytestmark = pytest.mark.database

DAY = timedelta(days=1)


class TestATicket:
    async def test_is_read_as_it_was_kept(self, rows: Rows) -> None:
        member = await rows.add_member()
        full = await rows.add_ticket(
            state=TicketState.SOLVED,
            urgency=Urgency.P1,
            medical=MedicalLevel.HIGH,
            member_id=member.id,
            assignee_id=rows.user_id,
            first_response_at=NOW + timedelta(minutes=5),
        )
        async with rows.engine.connect() as connection:
            assert await reads.by_id(connection, full.id, viewer=SYSTEM) == full
            assert await reads.locked(connection, full.id, viewer=SYSTEM) == full
            for read in (reads.by_id, reads.locked):
                assert await read(connection, TicketId(uuid4()), viewer=SYSTEM) is None

    async def test_is_changed_by_one_at_a_time(self, rows: Rows) -> None:
        ticket = await rows.add_ticket(state=TicketState.WAITING_MEMBER)
        passed: list[str] = []

        async def second() -> None:
            async with UnitOfWork(rows.engine) as work:
                found = await reads.locked(work.connection, ticket.id, viewer=SYSTEM)
                assert found is not None
                passed.append(found.state)

        async with UnitOfWork(rows.engine) as work:
            found = await reads.locked(work.connection, ticket.id, viewer=SYSTEM)
            assert found is not None
            waiting = asyncio.create_task(second())
            await rows.until_somebody_waits()
            await writes.save(work.connection, [found.to(TicketState.SOLVED, now=NOW)])
            await work.commit()
        await waiting
        assert passed == ["solved"]


class TestTheTicketsOfAConversation:
    async def test_are_those_that_are_open_or_were_solved_lately_the_newest_first(self, rows: Rows) -> None:
        old = await rows.add_ticket(state=TicketState.SOLVED, solved_at=NOW - 8 * DAY, opened_at=NOW - 9 * DAY)
        lately = await rows.add_ticket(state=TicketState.SOLVED, solved_at=NOW - 7 * DAY, opened_at=NOW - 9 * DAY)
        waiting = await rows.add_ticket(state=TicketState.WAITING_PARTNER)
        one, two = await rows.add_conversation(old, lately, waiting), await rows.add_conversation(waiting)
        silent = await rows.add_conversation()
        await rows.add_ticket()
        async with UnitOfWork(rows.engine) as work:
            ids = [one.id, two.id, silent.id]
            found = await reads.of_conversations(work.connection, ids, since=NOW - 7 * DAY, viewer=SYSTEM)
            assert found == {one.id: (waiting, lately), two.id: (waiting,)}
            assert await reads.of_conversations(work.connection, [], since=NOW, viewer=SYSTEM) == {}


class TestAReference:
    async def test_leads_to_its_ticket_and_the_conversations_that_it_gathers(self, rows: Rows) -> None:
        ticket, lonely = await rows.add_ticket(), await rows.add_ticket()
        conversations = [await rows.add_conversation(ticket) for _ in range(2)]
        async with UnitOfWork(rows.engine) as work:
            wanted = [ticket.reference, lonely.reference, "VI-UNHEARD0"]
            found = await reads.by_references(work.connection, wanted, viewer=SYSTEM)
            assert found == {ticket.reference: (ticket.id, tuple(one.id for one in conversations))}
            assert await reads.by_references(work.connection, [], viewer=SYSTEM) == {}


class TestATie:
    async def test_is_seen_from_both_ends_and_stays_as_it_was_made(self, rows: Rows) -> None:
        first, second, third = [await rows.add_ticket() for _ in range(3)]
        async with UnitOfWork(rows.engine) as work:
            ties = [(second.id, first.id, LinkRole.FOLLOWS), (third.id, second.id, LinkRole.SECOND_RISK)]
            await writes.link(work.connection, ties, now=NOW)
            await writes.link(work.connection, [(second.id, first.id, LinkRole.MAY_BELONG_TO)], now=NOW + DAY)
            await writes.link(work.connection, [], now=NOW)
            assert await reads.ties(work.connection, second.id, viewer=SYSTEM) == (
                Tie(first.id, first.reference, LinkRole.FOLLOWS),
                Tie(third.id, third.reference, LinkRole.SECOND_RISK),
            )
            assert await reads.ties(work.connection, TicketId(uuid4()), viewer=SYSTEM) == ()


class TestTheQueues:
    async def test_count_what_is_open_and_what_is_late_the_busiest_first(self, rows: Rows) -> None:
        for owner, due_at in (
            ("A", NOW - timedelta(microseconds=1)),
            ("A", NOW),
            ("B", None),
            ("C", NOW - DAY),
            ("C", NOW - DAY),
            ("C", NOW + DAY),
        ):
            await rows.add_ticket(owner=owner, due_at=due_at)
        await rows.add_ticket(owner="B", state=TicketState.WAITING_MEMBER)
        await rows.add_ticket(owner="D", state=TicketState.SOLVED)
        async with rows.engine.connect() as connection:
            assert await reads.queues(connection, now=NOW, viewer=SYSTEM) == (
                QueueCount("C", 3, 2),
                QueueCount("A", 2, 1),
                QueueCount("B", 1, 0),
            )
