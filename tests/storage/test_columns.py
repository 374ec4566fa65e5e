"""Times are aware and in UTC, words are those of the domain, whatever the database's session thinks."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import StatementError

from domain.ticket import TicketState
from storage import tables
from storage.columns import Instant, Word, one_of
from storage.values import columns_of, storable
from tests.conftest import NOW
from tests.storage.rows import Rows, a_ticket

pytestmark = pytest.mark.database

DIALECT = dialect()  # type: ignore[no-untyped-call]
_OPENED = select(tables.ticket.c.opened_at)


class TestAnInstant:
    async def test_comes_back_in_utc_whatever_its_zone_and_the_sessions(self, rows: Rows) -> None:
        in_lima = datetime.fromisoformat("2026-03-02T23:30:00.123456-05:00")
        await rows.add_tickets(a_ticket(opened_at=in_lima))
        async with rows.engine.connect() as connection:
            await connection.execute(text("SET TIME ZONE 'Asia/Kathmandu'"))
            found = (await connection.execute(_OPENED)).scalar_one()
        assert (found, found.tzinfo) == (in_lima, UTC)

    async def test_without_a_zone_is_refused(self, rows: Rows) -> None:
        naive = datetime(2026, 3, 2)  # noqa: DTZ001
        with pytest.raises(StatementError, match="give it a zone"):
            await rows.add_tickets(a_ticket(updated_at=naive))
        async with rows.engine.connect() as connection:
            with pytest.raises(StatementError, match="give it a zone"):
                await connection.execute(_OPENED.where(tables.ticket.c.opened_at < naive))

    def test_may_be_missing(self) -> None:
        assert Instant().process_bind_param(None, DIALECT) is None
        assert Instant().process_result_value(None, DIALECT) is None


class TestAWord:
    async def test_is_a_member_of_its_enumeration(self, rows: Rows) -> None:
        await rows.add_ticket(state=TicketState.WAITING_PARTNER)
        (row,) = await rows.all(tables.ticket)
        assert row["state"] is TicketState.WAITING_PARTNER

    async def test_that_nobody_knows_is_not_passed_on(self, rows: Rows) -> None:
        async with rows.engine.begin() as connection:
            await connection.execute(insert(tables.ticket).values(columns_of(a_ticket()) | {"language": "la"}))
            found = await connection.execute(select(tables.ticket.c.language))
            with pytest.raises(ValueError, match="'la' is not a valid Language"):
                found.all()

    def test_may_be_missing(self) -> None:
        word = Word(TicketState)
        assert word.process_bind_param(None, DIALECT) is None
        assert word.process_result_value(None, DIALECT) is None

    def test_is_checked_against_all_of_them(self) -> None:
        check = str(one_of("state", TicketState).sqltext)
        assert check == "state IN ('open', 'waiting_member', 'waiting_partner', 'solved')"


class TestWhatOthersSaid:
    @given(st.text(st.characters()), st.integers(0, 20))
    def test_is_kept_as_far_as_a_column_can_hold_it(self, said: str, most: int) -> None:
        kept = storable(said, most=most)
        assert b"\x00" not in kept.encode()
        assert len(kept) <= most

    @given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")))
    def test_is_left_as_it_is_when_it_can_be_held(self, said: str) -> None:
        assert storable(said) == said


class TestADataclass:
    def test_is_a_row_by_the_names_of_its_fields(self) -> None:
        ticket = a_ticket()
        row = columns_of(ticket, leave_out=frozenset({"title"}))
        assert set(row) == set(tables.ticket.columns.keys()) - {"title"}
        assert (row["id"], row["opened_at"]) == (ticket.id, NOW)
