"""The tables repeat what the state machines promise: whatever goes wrong above them, no impossible row is kept."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import tables
from storage.columns import metadata
from storage.engine import connect
from tests.conftest import NOW, database_of

pytestmark = pytest.mark.database

_ONE, _TWO, _THREE, _FOUR = (UUID(int=number) for number in range(1, 5))
_LATER, _BEFORE = NOW + timedelta(hours=1), NOW - timedelta(hours=1)

#: A possible row of each table; what it refers to need not be there.
POSSIBLE: Mapping[Table, dict[str, Any]] = {
    tables.account: {"id": _ONE, "kind": "fake", "name": "", "address": "a", "settings": b"", "created_at": NOW},
    tables.user_account: {
        "id": _ONE,
        "email": "a@hub.example",
        "name": "",
        "role": "adviser",
        "password_hash": "",
        "created_at": NOW,
    },
    tables.login_session: {"token_hash": b"a", "user_id": _ONE, "created_at": NOW, "expires_at": NOW},
    tables.member: {
        "id": _ONE,
        "rank": "member",
        "first_name": "",
        "last_name": "",
        "language": "fr",
        "country": "PE",
        "time_zone": "",
    },
    tables.identity: {"id": _ONE, "channel": "fake", "address": "a"},
    tables.conversation: {
        "id": _ONE,
        "account_id": _ONE,
        "remote_address": "a",
        "threaded": False,
        "language": "fr",
        "mode": "person",
        "created_at": NOW,
    },
    tables.participant: {"conversation_id": _ONE, "address": "a"},
    tables.ticket: {
        "id": _ONE,
        "reference": "VI-1",
        "state": "open",
        "kind": "",
        "risk": "",
        "owner": "",
        "urgency": "P3",
        "medical": "none",
        "language": "fr",
        "title": "",
        "channel": "",
        "opened_at": NOW,
        "first_message_at": NOW,
        "updated_at": NOW,
        "reason": "",
        "matrix_version": "",
    },
    tables.ticket_conversation: {"conversation_id": _ONE, "ticket_id": _ONE},
    tables.ticket_link: {"ticket_id": _ONE, "other_id": _TWO, "role": "follows", "created_at": NOW},
    tables.clock: {
        "ticket_id": _ONE,
        "name": "first_response",
        "calendar": "broker",
        "target_minutes": 60.0,
        "started_at": NOW,
        "due_at": _LATER,
        "warning_at": NOW,
    },
    tables.message: {
        "id": _ONE,
        "conversation_id": _ONE,
        "ticket_id": _ONE,
        "account_id": _ONE,
        "direction": "in",
        "author": "member",
        "author_name": "",
        "inbox_id": 1,
        "text": b"",
        "language": "fr",
        "sent_at": NOW,
        "received_at": NOW,
    },
    tables.attachment: {"id": _ONE, "message_id": _ONE, "filename": b"", "content_type": "", "size": 1},
    tables.delivery: {
        "id": _ONE,
        "message_id": _ONE,
        "account_id": _ONE,
        "conversation_id": _ONE,
        "to_address": "a",
        "state": "queued",
        "created_at": NOW,
        "updated_at": NOW,
    },
    tables.attempt: {"delivery_id": _ONE, "step": 0, "n": 1, "key": "", "started_at": NOW},
    tables.outbox: {"lane": 1, "delivery_id": _ONE, "priority": 5, "run_at": NOW},
    tables.raw_payload: {"id": _ONE, "account_id": _ONE, "received_at": NOW, "events": 2, "stored": 1},
    tables.rejected_payload: {"account_id": _ONE, "received_at": NOW, "reason": "", "sealed": b""},
    tables.inbox: {
        "account_id": _ONE,
        "event_hash": b"a",
        "lane": 1,
        "raw_id": _ONE,
        "event": b"",
        "received_at": NOW,
        "run_at": NOW,
    },
    tables.event: {"id": _ONE, "type": "call.held", "version": 1, "at": NOW, "actor": "system", "data": {}},
}
_OURS = {"direction": "out", "author": "human", "user_id": _ONE, "inbox_id": None}

#: For every CHECK a row that only it refuses: the table, its name, and what is impossible.
IMPOSSIBLE: tuple[tuple[Table, str, dict[str, Any]], ...] = (
    (tables.user_account, "role_word", {"role": "root"}),
    (tables.member, "rank_word", {"rank": "cousin", "principal_id": _TWO}),
    (tables.member, "dependants_have_a_principal", {"rank": "child"}),
    (tables.member, "dependants_have_a_principal", {"principal_id": _TWO}),
    (tables.identity, "verified_means_known", {"verified_at": NOW}),
    (tables.conversation, "mode_word", {"mode": "robot"}),
    (tables.ticket, "state_word", {"state": "closed"}),
    (tables.ticket, "urgency_word", {"urgency": "P5"}),
    (tables.ticket, "medical_word", {"medical": "a little"}),
    (tables.ticket, "solved_has_a_time", {"state": "solved"}),
    (tables.ticket, "solved_has_a_time", {"solved_at": NOW}),
    (tables.ticket, "answers_come_after", {"first_response_at": _BEFORE}),
    (tables.ticket, "solved_is_not_due", {"state": "solved", "solved_at": NOW, "due_at": NOW}),
    (tables.ticket_link, "role_word", {"role": "resembles"}),
    (tables.ticket_link, "not_to_itself", {"other_id": _ONE}),
    (tables.clock, "warned_before_due", {"due_at": _BEFORE}),
    (tables.clock, "met_after_start", {"met_at": _BEFORE}),
    (tables.message, "direction_word", {**_OURS, "direction": "sideways", "author": "member", "user_id": None}),
    (tables.message, "author_word", {**_OURS, "author": "parrot", "user_id": None}),
    (tables.message, "ours_are_outbound", {"author": "bot"}),
    (tables.message, "ours_are_outbound", {"author": "human", "user_id": _ONE}),
    (tables.message, "humans_sign", {**_OURS, "user_id": None}),
    (tables.message, "humans_sign", {"user_id": _ONE}),
    (tables.message, "ours_never_came_in", {**_OURS, "inbox_id": 1}),
    (tables.delivery, "state_word", {"state": "lost"}),
    (tables.delivery, "counts", {"next_step": -1}),
    (tables.delivery, "counts", {"attempts": -1}),
    (tables.attempt, "finished_has_an_outcome", {"finished_at": NOW}),
    (tables.attempt, "finished_has_an_outcome", {"outcome": "sent"}),
    (tables.outbox, "lease_has_a_holder", {"worker": _ONE}),
    (tables.outbox, "lease_has_a_holder", {"lease_until": NOW}),
    (tables.raw_payload, "stored_what_came", {"stored": 3}),
    (tables.raw_payload, "stored_what_came", {"stored": -1}),
    (tables.inbox, "state_word", {"state": "lost"}),
    (tables.inbox, "claimed_has_a_lease", {"state": "claimed", "worker": _ONE}),
    (tables.inbox, "claimed_has_a_lease", {"lease_until": NOW}),
    (tables.inbox, "claimed_has_a_holder", {"state": "claimed", "lease_until": NOW}),
    (tables.inbox, "claimed_has_a_holder", {"worker": _ONE}),
    (tables.inbox, "done_has_a_time", {"state": "done", "outcome": "message"}),
    (tables.inbox, "done_has_a_time", {"processed_at": NOW}),
    (tables.inbox, "done_has_an_outcome", {"state": "done", "processed_at": NOW}),
    (tables.inbox, "done_has_an_outcome", {"outcome": "message"}),
    (tables.inbox, "quarantine_has_a_reason", {"state": "quarantined"}),
    (tables.relay, "one_row", {"id": 2, "placed": 0, "published": 0}),
    (tables.relay, "published_after_placed", {"id": 1, "placed": 0, "published": 1}),
)
#: What there is once: the table, and what a second row may differ in without being another.
ONCE: tuple[tuple[Table, str, dict[str, Any]], ...] = (
    (tables.account, "uq_account_kind_address", {"id": _TWO}),
    (tables.user_account, "uq_user_account_email", {"id": _TWO}),
    (tables.identity, "uq_identity_channel_address", {"id": _TWO}),
    (tables.conversation, "ix_conversation_remote", {"id": _TWO}),
    (tables.ticket, "uq_ticket_reference", {"id": _TWO}),
    (tables.message, "uq_message_inbox_id", {"id": _TWO}),
    (tables.message, "uq_message_client", {"id": _TWO, **_OURS, "client_id": "1"}),
    (tables.delivery, "uq_delivery_message_id", {"id": _TWO}),
    (tables.outbox, "uq_outbox_delivery_id", {"lane": 2}),
    (tables.inbox, "uq_inbox_account_id_event_hash", {"lane": 2, "raw_id": _TWO}),
    (tables.relay, "pk_relay", {"id": 1, "placed": 0, "published": 0}),
)
#: What there may be twice although it looks the same.
TWICE: tuple[tuple[Table, dict[str, Any]], ...] = (
    (tables.account, {"id": _TWO, "kind": "email"}),
    (tables.conversation, {"id": _TWO, "threaded": True}),
    (tables.conversation, {"id": _THREE, "account_id": _TWO}),
    (tables.message, {"id": _TWO, **_OURS, "user_id": _TWO, "client_id": "1"}),
    (tables.message, {"id": _THREE, **_OURS}),
    (tables.inbox, {"account_id": _TWO}),
)


async def refusal(connection: AsyncConnection, table: Table, row: dict[str, Any]) -> str | None:
    """The name of the constraint that refuses the row; None when it is kept."""
    step = await connection.begin_nested()
    try:
        await connection.execute(insert(table).values(row))
    except IntegrityError as error:
        await step.rollback()
        return str(getattr(getattr(error.orig, "__cause__", None), "constraint_name", error))
    return None


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction in which nobody asks whether what a row refers to is there; undone at the end."""
    async with engine.connect() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection


class TestATable:
    async def test_keeps_a_possible_row(self, connection: AsyncConnection) -> None:
        assert {*POSSIBLE, tables.relay} == set(metadata.tables.values())
        refused = {table.name: await refusal(connection, table, row) for table, row in POSSIBLE.items()}
        assert refused == dict.fromkeys(refused)

    async def test_refuses_an_impossible_one(self, connection: AsyncConnection) -> None:
        refused = [
            (table.name, await refusal(connection, table, POSSIBLE.get(table, {}) | changes), changes)
            for table, _, changes in IMPOSSIBLE
        ]
        assert refused == [(table.name, f"ck_{table.name}_{name}", changes) for table, name, changes in IMPOSSIBLE]

    async def test_has_no_check_that_is_not_proved_here(self, connection: AsyncConnection) -> None:
        query = "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        query += " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        found = {(table, name) for table, name in await connection.execute(text(query))}
        assert found == {(table.name, f"ck_{table.name}_{name}") for table, name, _ in IMPOSSIBLE}

    async def test_keeps_once_what_there_is_once(self, connection: AsyncConnection) -> None:
        for table, row in POSSIBLE.items():
            assert await refusal(connection, table, row) is None
        ours = POSSIBLE[tables.message] | _OURS | {"id": _FOUR, "client_id": "1"}
        assert await refusal(connection, tables.message, ours) is None
        refused = [
            (table.name, await refusal(connection, table, POSSIBLE.get(table, {}) | changes))
            for table, _, changes in ONCE
        ]
        assert refused == [(table.name, name) for table, name, _ in ONCE]

    async def test_keeps_twice_what_only_looks_the_same(self, connection: AsyncConnection) -> None:
        for table, row in POSSIBLE.items():
            assert await refusal(connection, table, row) is None
        for table, changes in TWICE:
            assert await refusal(connection, table, POSSIBLE[table] | changes) is None, (table.name, changes)


class TestTheMigrations:
    async def test_make_the_very_constraints_indexes_and_columns_of_the_tables(
        self, engine: AsyncEngine, server: str
    ) -> None:
        """Also what is not compared when a revision is looked for: checks, partial indexes, defaults."""
        name = "made_from_tables"
        admin = connect(database_of(server, "postgres"), pool=1)
        other = connect(database_of(server, name), pool=1)
        async with admin.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text(f"CREATE DATABASE {name}"))
            try:
                async with other.begin() as making:
                    await making.run_sync(metadata.create_all)
                wanted, found = await shape(other), await shape(engine)
            finally:
                await other.dispose()
                await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        await admin.dispose()
        assert found == wanted


async def shape(engine: AsyncEngine) -> set[tuple[str, ...]]:
    """What a database is made of, without partitions and the memory of the migrations."""
    queries = (
        "SELECT conrelid::regclass::text AS of, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conparentid = 0",
        "SELECT tablename AS of, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT table_name AS of, column_name, concat_ws(' ', data_type, character_maximum_length, is_nullable,"
        " column_default, identity_generation) FROM information_schema.columns WHERE table_schema = 'public'",
    )
    async with engine.connect() as connection:
        found = [tuple(row) for query in queries for row in await connection.execute(text(query))]
    return {row for row in found if row[0] in metadata.tables}
