"""What was acknowledged is stored, whatever else was stored with it and whatever became of the connection."""

import asyncio
import random
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.ids import AccountId, mint
from hub.embedded import EmbeddedPostgres
from hub.migration import migrate
from storage import tables
from storage.engine import connect, libpq_arguments
from storage.group_commit import DatabaseAway, GroupCommit, Payload, StoredEvent
from storage.keys import Keyring
from tests.conftest import NOW, database_of
from tests.storage.rows import Rows, rows_on
from tests.storage.waiting import somebody_waits, until

pytestmark = pytest.mark.database

#: More events than the column that counts them can tell: no database would take this payload.
_TOO_MANY = 40_000


@pytest.fixture
async def store(database_url: str, rows: Rows) -> AsyncIterator[GroupCommit]:
    """The hot path, on a database with one account."""
    async with GroupCommit(database_url) as store:
        yield store


def payload(account_id: AccountId, *keys: str, lane: int = 1) -> Payload:
    """A payload with an event a key."""
    events = [StoredEvent(key.encode(), lane, f"sealed {key}".encode()) for key in keys]
    return Payload(id=mint(NOW), account_id=account_id, received_at=NOW, sealed=b"sealed", events=events)


async def stored_keys(engine: AsyncEngine) -> list[str]:
    """The keys in the inbox, in the order of its rows."""
    async with engine.connect() as connection:
        found = await connection.execute(select(tables.inbox.c.event_hash).order_by(tables.inbox.c.id))
        return [key.decode() for key in found.scalars()]


async def goes_through(store: GroupCommit, one: Payload) -> bool:
    """Whether a payload is stored; not when the database is away."""
    try:
        await store.store(one)
    except DatabaseAway:
        return False
    return True


async def end_backends(connection: asyncpg.Connection, *, query: str = "%raw_payload%") -> int:
    """End the server's processes behind the other connections of this database."""
    ended = await connection.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE $1",
        query,
    )
    return len(ended)


class TestAPayload:
    async def test_is_acknowledged_only_when_others_can_see_it(self, rows: Rows, store: GroupCommit) -> None:
        seen = asyncio.Semaphore(10)

        async def store_and_look(number: int) -> bool:
            one = payload(rows.account_id, f"{number}")
            await store.store(one)
            async with seen, rows.engine.connect() as connection:
                there = select(tables.inbox.c.id).where(tables.inbox.c.raw_id == one.id)
                return (await connection.execute(there)).one_or_none() is not None

        assert all(await asyncio.gather(*(store_and_look(number) for number in range(300))))

    async def test_shares_its_commit_with_those_that_come_at_the_same_time(
        self, rows: Rows, store: GroupCommit
    ) -> None:
        await asyncio.gather(*(store.store(payload(rows.account_id, f"{number}")) for number in range(300)))
        async with rows.engine.connect() as connection:
            commits = await connection.execute(text("SELECT count(DISTINCT xmin::text), count(*) FROM raw_payload"))
            transactions, payloads = commits.one()
        assert payloads == 300
        assert transactions < 30

    async def test_keeps_its_events_in_order_also_among_others(self, rows: Rows, store: GroupCommit) -> None:
        chance = random.Random(7)
        payloads = []
        for number in range(20):
            keys = [f"{number}:{place}" for place in range(15)]
            chance.shuffle(keys)
            payloads.append(payload(rows.account_id, *keys))
        await asyncio.gather(*(store.store(one) for one in payloads))
        stored = await stored_keys(rows.engine)
        for one in payloads:
            keys = [event.event_hash.decode() for event in one.events]
            assert [key for key in stored if key in set(keys)] == keys

    async def test_stored_before_another_comes_first(self, rows: Rows, store: GroupCommit) -> None:
        keys = [f"{number}" for number in range(20)]
        for key in keys:
            await store.store(payload(rows.account_id, key))
        assert await stored_keys(rows.engine) == keys

    async def test_comes_before_those_that_follow_it_in_the_same_commit(self, rows: Rows, database_url: str) -> None:
        keys = [f"{number}" for number in range(40)]
        async with GroupCommit(database_url, lanes=1) as store:
            await asyncio.gather(*(store.store(payload(rows.account_id, key)) for key in keys))
        assert await stored_keys(rows.engine) == keys

    async def test_is_kept_as_it_came(self, rows: Rows, store: GroupCommit) -> None:
        one = payload(rows.account_id, "a key", lane=-(2**63))
        await store.store(one)
        (raw,) = await rows.all(tables.raw_payload)
        assert (raw["id"], raw["account_id"], raw["received_at"], raw["sealed"]) == (
            one.id,
            rows.account_id,
            NOW,
            b"sealed",
        )
        (row,) = await rows.all(tables.inbox)
        assert (row["lane"], row["event"], row["raw_id"], row["received_at"]) == (
            -(2**63),
            b"sealed a key",
            one.id,
            NOW,
        )
        assert (row["state"], row["run_at"], row["attempts"], row["deaths"]) == ("new", NOW, 0, 0)

    async def test_without_events_is_kept_all_the_same(self, rows: Rows, store: GroupCommit) -> None:
        await store.store(payload(rows.account_id))
        (raw,) = await rows.all(tables.raw_payload)
        assert (raw["events"], raw["stored"]) == (0, 0)


class TestARepeat:
    async def test_is_counted_and_not_stored_again(self, rows: Rows, store: GroupCommit) -> None:
        for keys in (("a", "b"), ("b", "c"), ("a", "b", "c"), ("d", "d")):
            await store.store(payload(rows.account_id, *keys))
        assert await stored_keys(rows.engine) == ["a", "b", "c", "d"]
        assert [(raw["events"], raw["stored"]) for raw in await rows.all(tables.raw_payload)] == [
            (2, 2),
            (2, 1),
            (3, 0),
            (2, 1),
        ]

    async def test_of_a_payload_whose_outcome_nobody_knew_is_harmless(self, rows: Rows, store: GroupCommit) -> None:
        one = payload(rows.account_id, "a", "b")
        await store.store(one)
        await asyncio.gather(store.store(one), store.store(payload(rows.account_id, "c")))
        assert await stored_keys(rows.engine) == ["a", "b", "c"]
        assert [(raw["events"], raw["stored"]) for raw in await rows.all(tables.raw_payload)] == [(2, 2), (1, 1)]

    async def test_by_another_account_is_an_event_of_its_own(self, rows: Rows, store: GroupCommit) -> None:
        other = await rows.add_account("fake", "another")
        await asyncio.gather(*(store.store(payload(account, "a")) for account in (rows.account_id, other)))
        assert await stored_keys(rows.engine) == ["a", "a"]

    async def test_by_many_at_once_is_stored_once_and_fails_nobody(self, rows: Rows, database_url: str) -> None:
        chance = random.Random(11)
        async with GroupCommit(database_url) as one, GroupCommit(database_url) as two, GroupCommit(database_url) as six:
            for number in range(6):
                keys = [f"{number}:{place}" for place in range(100)]
                brought = [payload(rows.account_id, *chance.sample(keys, len(keys))) for _ in range(24)]
                async with asyncio.timeout(10):
                    await asyncio.gather(
                        *(store.store(each) for store, each in zip([one, two, six] * 8, brought, strict=True))
                    )
        assert len(await stored_keys(rows.engine)) == 600
        payloads = await rows.all(tables.raw_payload)
        assert (len(payloads), sum(raw["stored"] for raw in payloads)) == (6 * 24, 600)

    async def test_in_another_order_is_never_waited_for_in_a_circle(
        self, rows: Rows, store: GroupCommit, database_url: str
    ) -> None:
        """Whoever holds the first key may take the second, although the store brought the second one first."""
        other = await asyncpg.connect(**libpq_arguments(database_url))
        transaction = other.transaction()
        await transaction.start()
        raw_id: UUID = mint(NOW)
        await other.execute("INSERT INTO raw_payload VALUES ($1, $2, $3, 2, 2)", raw_id, rows.account_id, NOW)
        into_inbox = (
            "INSERT INTO inbox (account_id, event_hash, lane, raw_id, event, received_at, run_at)"
            " VALUES ($1, $2, 1, $3, 'sealed', $4, $4)"
        )
        await other.execute(into_inbox, rows.account_id, b"a", raw_id, NOW)
        waiting = asyncio.create_task(store.store(payload(rows.account_id, "b", "a")))
        await until(lambda: somebody_waits(other))
        await other.execute("SET LOCAL lock_timeout = '500ms'")
        await other.execute(into_inbox, rows.account_id, b"b", raw_id, NOW)
        await transaction.commit()
        await waiting
        await other.close()
        assert await stored_keys(rows.engine) == ["a", "b"]


class TestABadPayload:
    async def test_does_not_fail_its_neighbours(self, rows: Rows, store: GroupCommit) -> None:
        stranger = payload(AccountId(UUID(int=1)), "of nobody")
        endless = payload(rows.account_id, *(f"too many {number}" for number in range(_TOO_MANY)))
        good = [payload(rows.account_id, f"{number}") for number in range(20)]
        all_of_them = [*good[:10], stranger, endless, *good[10:]]
        ends = await asyncio.gather(*(store.store(one) for one in all_of_them), return_exceptions=True)
        failed = {one.id: end for one, end in zip(all_of_them, ends, strict=True) if end is not None}
        assert set(failed) == {stranger.id, endless.id}
        assert isinstance(failed[stranger.id], asyncpg.ForeignKeyViolationError)
        assert sorted(await stored_keys(rows.engine)) == sorted(f"{number}" for number in range(20))

    async def test_leaves_the_way_open_for_the_next_ones(self, rows: Rows, store: GroupCommit) -> None:
        for _ in range(10):
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await store.store(payload(AccountId(UUID(int=1)), "of nobody"))
        await store.store(payload(rows.account_id, "a"))
        assert await stored_keys(rows.engine) == ["a"]

    async def test_among_others_loses_none_of_them_with_the_connection(
        self, rows: Rows, store: GroupCommit, database_url: str
    ) -> None:
        """They are stored one by one when the connection ends: those that wait are still to be stored."""
        endless = payload(rows.account_id, *(f"too many {number}" for number in range(_TOO_MANY)))
        patient = payload(rows.account_id, "zzz")
        other = await asyncpg.connect(**libpq_arguments(database_url))
        async with asyncio.timeout(10):
            transaction = other.transaction()
            await transaction.start()
            await other.execute("LOCK TABLE inbox IN SHARE MODE")
            bad, good = (asyncio.create_task(store.store(one)) for one in (endless, patient))
            with pytest.raises(asyncpg.DataError):
                await bad
            await until(lambda: somebody_waits(other))
            assert await end_backends(other) > 0
            await transaction.rollback()
            await good
            await other.close()
        assert await stored_keys(rows.engine) == ["zzz"]


class TestADatabaseThatIsAway:
    async def test_and_ends_connections_costs_nobody_anything(
        self, rows: Rows, store: GroupCommit, database_url: str
    ) -> None:
        other = await asyncpg.connect(**libpq_arguments(database_url))
        under_way = [
            asyncio.create_task(store.store(payload(rows.account_id, f"{number}", f"{number}'")))
            for number in range(50)
        ]
        ended = 0
        for number in range(50, 400):
            under_way.append(asyncio.create_task(store.store(payload(rows.account_id, f"{number}", f"{number}'"))))
            await asyncio.sleep(0)
            if number % 50 == 0:
                ended += await end_backends(other)
        await asyncio.gather(*under_way)
        await other.close()
        assert ended > 0
        assert sorted(await stored_keys(rows.engine)) == sorted(
            key for number in range(400) for key in (f"{number}", f"{number}'")
        )
        payloads = await rows.all(tables.raw_payload)
        assert sum(raw["stored"] for raw in payloads) == 800

    async def test_and_ends_connections_at_any_step_leaves_every_lane_alive(
        self, rows: Rows, database_url: str
    ) -> None:
        """Also while a connection introduces itself: the driver then complains of itself, not of the database."""
        other = await asyncpg.connect(**libpq_arguments(database_url))
        for turn in range(15):
            async with GroupCommit(database_url) as store:
                under_way = []
                for number in range(200):
                    new = payload(rows.account_id, f"{turn} {number}", f"{turn} {number}'")
                    under_way.append(asyncio.create_task(store.store(new)))
                    await asyncio.sleep(0.002 if number % 10 == 0 else 0)
                    if number % 20 == 0:
                        await end_backends(other)
                await asyncio.gather(*under_way)
        await other.close()
        assert len(await stored_keys(rows.engine)) == 15 * 400

    async def test_and_takes_nobody_in_is_said_in_time_and_found_again(
        self, rows: Rows, server: str, database_url: str
    ) -> None:
        name = database_url.partition("?")[0].rpartition("/")[2]
        admin = await asyncpg.connect(**libpq_arguments(database_of(server, "postgres")))
        async with GroupCommit(database_url, timeout_seconds=0.5) as store:
            await until(lambda: goes_through(store, payload(rows.account_id, "before")))
            await rows.engine.dispose()
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
            ends = await asyncio.gather(
                *(store.store(payload(rows.account_id, f"away {number}")) for number in range(20)),
                return_exceptions=True,
            )
            assert {type(end) for end in ends} == {DatabaseAway}
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

            await until(lambda: goes_through(store, payload(rows.account_id, "after")))
        await admin.close()
        stored = await stored_keys(rows.engine)
        assert (stored[0], stored[-1]) == ("before", "after")


@pytest.fixture
def machine() -> Iterator[EmbeddedPostgres]:
    """A server that a test may stop; its folder can be entered by the account that serves."""
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(data=folder / "postgres")
    yield server
    server.stop()
    shutil.rmtree(server.home.root, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


class TestAServer:
    async def test_that_stops_and_starts_keeps_what_was_acknowledged(
        self, machine: EmbeddedPostgres, keyring: Keyring
    ) -> None:
        url = machine.start()
        engine = connect(url, pool=2)
        await migrate(engine, now=NOW)
        rows = await rows_on(engine, keyring)
        async with GroupCommit(url, timeout_seconds=2) as store:
            await asyncio.gather(*(store.store(payload(rows.account_id, f"{number}")) for number in range(50)))
            await engine.dispose()
            machine.stop()
            with pytest.raises(DatabaseAway, match="try again"):
                await store.store(payload(rows.account_id, "away"))
            machine.start()
            await until(lambda: goes_through(store, payload(rows.account_id, "back")))
            kept = await stored_keys(engine)
        await engine.dispose()
        assert set(kept) - {"away"} == {*(f"{number}" for number in range(50)), "back"}
