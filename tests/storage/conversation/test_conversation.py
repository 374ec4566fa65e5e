"""An exchange with one address of ours, who takes part in it, and the tickets that came of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from domain.conversation import Mode
from domain.ids import ConversationId, TicketId
from domain.triage import Language
from storage.conversation import reads, writes
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows

pytestmark = pytest.mark.database


class TestAConversation:
    async def test_is_read_as_it_was_kept(self, rows: Rows) -> None:
        member = await rows.add_member()
        full = await rows.add_conversation(
            participants=frozenset({"a@x.example", "b@x.example"}),
            member_id=member.id,
            language=Language.ES,
            mode=Mode.BOT,
            last_inbound_at=NOW,
        )
        bare = await rows.add_conversation(participants=frozenset())
        async with UnitOfWork(rows.engine) as work:
            found = await reads.by_id(work.connection, [full.id, bare.id, ConversationId(uuid4())])
            assert found == {full.id: full, bare.id: bare}
            assert await reads.by_id(work.connection, []) == {}

    async def test_is_found_by_the_address_that_wrote_unless_it_is_a_thread(self, rows: Rows) -> None:
        flat = await rows.add_conversation(remote_address="+33600000001")
        await rows.add_conversation(remote_address="a@x.example", threaded=True)
        await rows.add_conversation(remote_address="a@x.example", threaded=True)
        other = await rows.add_account("fake", "another")
        wanted = [(rows.account_id, "+33600000001"), (rows.account_id, "a@x.example"), (other, "+33600000001")]
        async with UnitOfWork(rows.engine) as work:
            assert await reads.by_remote(work.connection, wanted) == {wanted[0]: flat}
            assert await reads.by_remote(work.connection, []) == {}

    async def test_with_an_address_is_one_for_all_who_begin_it_at_once(self, rows: Rows) -> None:
        begun = await asyncio.gather(
            *(rows.add_conversation(remote_address="+33600000001") for _ in range(4)), return_exceptions=True
        )
        assert sorted(isinstance(one, IntegrityError) for one in begun) == [False, True, True, True]

    async def test_is_worked_on_by_one_at_a_time(self, rows: Rows) -> None:
        conversation = await rows.add_conversation()
        passed: list[str] = []

        async def second() -> None:
            async with UnitOfWork(rows.engine) as work:
                await reads.by_remote(work.connection, [(rows.account_id, conversation.remote_address)])
                passed.append("second")

        async with UnitOfWork(rows.engine) as work:
            await reads.by_id(work.connection, [conversation.id])
            waiting = asyncio.create_task(second())
            await rows.until_somebody_waits()
            passed.append("first")
        await waiting
        assert passed == ["first", "second"]

    async def test_is_heard(self, rows: Rows) -> None:
        member = await rows.add_member()
        before, other = await rows.add_conversation(), await rows.add_conversation()
        heard = replace(before, language=Language.EN, member_id=member.id, last_inbound_at=NOW + timedelta(minutes=1))
        async with UnitOfWork(rows.engine) as work:
            await writes.heard(work.connection, [heard])
            await writes.heard(work.connection, [])
            found = await reads.by_id(work.connection, [before.id, other.id])
        assert found == {before.id: heard, other.id: other}

    async def test_takes_participants_in_once(self, rows: Rows) -> None:
        conversation = await rows.add_conversation(participants=frozenset({"a"}))
        async with UnitOfWork(rows.engine) as work:
            await writes.add_participants(work.connection, {(conversation.id, "a"), (conversation.id, "b")})
            await writes.add_participants(work.connection, set())
            found = await reads.by_id(work.connection, [conversation.id])
        assert found[conversation.id].participants == {"a", "b"}


class TestATicket:
    async def test_gathers_conversations_the_one_heard_last_first(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        silent = await rows.add_conversation(ticket)
        late = await rows.add_conversation(ticket, last_inbound_at=NOW)
        early = await rows.add_conversation(ticket, last_inbound_at=NOW - timedelta(days=1))
        await rows.add_conversation()
        async with UnitOfWork(rows.engine) as work:
            await writes.link(work.connection, {(late.id, ticket.id)})
            await writes.link(work.connection, set())
            assert await reads.of_ticket(work.connection, ticket.id) == (late, early, silent)
            assert await reads.of_ticket(work.connection, TicketId(uuid4())) == ()
