"""A ticket changes in what may change, and never in what starts its clocks."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from domain.permissions import SYSTEM
from domain.ticket import Ticket, TicketState
from domain.triage import Kind, Language, MedicalLevel, Owner, Risk, Urgency
from storage import tables
from storage.ticket import reads, writes
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows, a_ticket

pytestmark = pytest.mark.database

FIXED = {"id", "reference", "channel", "opened_at", "first_message_at"}


class TestATicket:
    async def test_is_saved_in_everything_but_its_beginning(self, rows: Rows) -> None:
        member = await rows.add_member()
        before, other = await rows.add_ticket(), await rows.add_ticket()
        later = NOW + timedelta(hours=1)
        after = Ticket(
            id=before.id,
            reference="VI-ANOTHER0",
            state=TicketState.SOLVED,
            kind=Kind("claim"),
            risk=Risk("assistance"),
            owner=Owner("ASSISTER"),
            urgency=Urgency.P1,
            medical=MedicalLevel.YES,
            language=Language.ES,
            title="Assistance",
            channel="email",
            opened_at=later,
            first_message_at=later,
            updated_at=later,
            reason="corrected",
            matrix_version="2",
            member_id=member.id,
            assignee_id=rows.user_id,
            first_response_at=later,
            solved_at=later,
        )
        assert all(
            getattr(before, one.name) != getattr(after, one.name)
            for one in fields(Ticket)
            if one.name not in ("id", "due_at")
        )
        async with UnitOfWork(rows.engine) as work:
            await writes.save(work.connection, [after])
            await work.commit()
            found = [await reads.by_id(work.connection, one.id, viewer=SYSTEM) for one in (before, other)]
        assert found == [replace(after, **{name: getattr(before, name) for name in FIXED}), other]

    async def test_is_saved_with_others(self, rows: Rows) -> None:
        tickets = [await rows.add_ticket() for _ in range(3)]
        changed = [replace(one, title=f"{number}", due_at=NOW) for number, one in enumerate(tickets)]
        async with UnitOfWork(rows.engine) as work:
            await writes.save(work.connection, changed)
            await work.commit()
        assert [row["title"] for row in await rows.all(tables.ticket)] == ["0", "1", "2"]

    async def test_needs_no_other_to_be_written(self, rows: Rows) -> None:
        async with UnitOfWork(rows.engine) as work:
            await writes.add(work.connection, [])
            await writes.save(work.connection, [])
            await writes.add(work.connection, [a_ticket(), a_ticket()])
            await work.commit()
        assert len(await rows.all(tables.ticket)) == 2
