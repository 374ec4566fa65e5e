"""Nothing that came in is lost: by a worker that dies, by a fault in the event, or by what is forgotten in time."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.ids import AccountId
from storage import inbox, tables
from storage.inbox import MAX_ATTEMPTS, MAX_DEATHS
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows
from tests.storage.workers import LEASE, ONE, TWO, claim, claimed, fail, finish

pytestmark = pytest.mark.database

LAPSED = NOW + LEASE + timedelta(microseconds=1)


async def reap(rows: Rows) -> tuple[tuple[int, AccountId], ...]:
    """What has lapsed is given back."""
    async with UnitOfWork(rows.engine) as work:
        aside = await inbox.reap(work.connection, now=LAPSED)
        await work.commit()
    return aside


async def replay(rows: Rows, row_id: int) -> bool:
    """A person has a row taken up again."""
    async with UnitOfWork(rows.engine) as work:
        replayed = await inbox.replay(work.connection, row_id, now=NOW)
        await work.commit()
    return replayed


class TestALease:
    async def test_keeps_a_row_from_others_until_it_is_reaped(self, rows: Rows) -> None:
        ids = await rows.take_in(1)
        assert await claim(rows) == list(ids)
        assert await claim(rows, TWO, now=LAPSED) == []
        await reap(rows)
        assert await claim(rows, TWO, now=LAPSED) == list(ids)

    async def test_that_is_lost_ends_the_right_to_finish(self, rows: Rows) -> None:
        lost, kept = await rows.take_in(1, 2)
        await claim(rows)
        async with UnitOfWork(rows.engine) as work:
            await work.connection.execute(
                tables.inbox.update().where(tables.inbox.c.id == lost).values(lease_until=NOW - LEASE)
            )
            assert await inbox.reap(work.connection, now=NOW) == ()
            await work.commit()
        assert await claim(rows, TWO) == [lost]
        async with UnitOfWork(rows.engine) as work:
            outcomes = [(lost, "message"), (kept, "status")]
            assert await inbox.finish(work.connection, outcomes, worker=ONE, now=NOW) == 1
        assert [row["state"] for row in await rows.all(tables.inbox)] == ["claimed", "claimed"]
        assert await finish(rows, [lost], TWO) == 1

    async def test_that_is_lost_ends_the_right_to_fail(self, rows: Rows) -> None:
        await rows.take_in(1, attempts=MAX_ATTEMPTS - 1)
        (row,) = await claimed(rows)
        await reap(rows)
        await claim(rows, TWO)
        before = await rows.all(tables.inbox)
        assert not await fail(rows, row)
        assert await rows.all(tables.inbox) == before

    async def test_given_up_in_good_order_costs_the_row_nothing(self, rows: Rows) -> None:
        ids = await rows.take_in(1, 2)
        await claim(rows, limit=1)
        await claim(rows, TWO, limit=1)
        async with UnitOfWork(rows.engine) as work:
            await inbox.release(work.connection, worker=ONE)
            await work.commit()
        assert await claim(rows, TWO) == [ids[0]]
        assert [(row["attempts"], row["deaths"]) for row in await rows.all(tables.inbox)] == [(1, 0), (1, 0)]

    async def test_is_over_with_the_work(self, rows: Rows) -> None:
        ids = await rows.take_in(1)
        await claim(rows)
        assert await finish(rows, list(ids)) == 1
        (row,) = await rows.all(tables.inbox)
        assert (row["state"], row["outcome"], row["processed_at"]) == ("done", "message", NOW)
        assert (row["worker"], row["lease_until"], row["error"]) == (None, None, None)
        assert await finish(rows, list(ids)) == 0


class TestADeadWorker:
    async def test_gives_back_what_it_held_and_is_counted(self, rows: Rows) -> None:
        await rows.take_in(1, 2)
        await claim(rows, limit=1)
        await claim(rows, TWO, now=LAPSED, limit=1)
        assert await reap(rows) == ()
        assert [(row["state"], row["attempts"], row["deaths"]) for row in await rows.all(tables.inbox)] == [
            ("ready", 0, 1),
            ("claimed", 1, 0),
        ]
        (row,) = await claimed(rows, now=LAPSED)
        assert row.deaths == 1

    async def test_is_counted_once_by_two_that_look(self, rows: Rows) -> None:
        await rows.take_in(*range(20))
        await claim(rows)
        await asyncio.gather(*(reap(rows) for _ in range(4)))
        assert {row["deaths"] for row in await rows.all(tables.inbox)} == {1}

    async def test_too_many_put_the_row_aside_with_a_reason_and_its_lane_goes_on(self, rows: Rows) -> None:
        deadly, behind = await rows.take_in(1, 1)
        for _ in range(MAX_DEATHS - 1):
            assert await claim(rows) == [deadly]
            assert await reap(rows) == ()
        await claim(rows)
        assert await reap(rows) == ((deadly, rows.account_id),)
        (row, _) = await rows.all(tables.inbox)
        assert (row["state"], row["deaths"]) == ("quarantined", MAX_DEATHS)
        assert "workers ended" in row["error"]
        assert await claim(rows) == [behind]


class TestAFailure:
    async def test_is_tried_again_later_and_later_and_then_put_aside(self, rows: Rows) -> None:
        (row_id,) = await rows.take_in(1)
        now, waits, spent = NOW, [], False
        while not spent:
            (row,) = await claimed(rows, now=now)
            spent = await fail(rows, row, now=now)
            (kept,) = await rows.all(tables.inbox)
            waits.append(kept["run_at"] - now)
            assert await claim(rows, now=kept["run_at"] - timedelta(milliseconds=1)) == []
            now = kept["run_at"]
        assert len(waits) == MAX_ATTEMPTS
        assert waits == sorted(set(waits))
        (kept,) = await rows.all(tables.inbox)
        assert (kept["id"], kept["state"], kept["error"]) == (row_id, "quarantined", "ValueError in parse")
        assert await claim(rows, now=now + timedelta(days=1)) == []

    async def test_keeps_as_much_of_its_reason_as_a_row_can_hold(self, rows: Rows) -> None:
        await rows.take_in(1)
        (row,) = await claimed(rows)
        async with UnitOfWork(rows.engine) as work:
            await inbox.fail(work.connection, row, worker=ONE, now=NOW, error="\x00\ud800" + "x" * 1000)
            await work.commit()
        (kept,) = await rows.all(tables.inbox)
        assert kept["error"] == "?" + "x" * 499


class TestARowThatIsPutAside:
    async def test_at_once_is_never_tried(self, rows: Rows) -> None:
        unreadable, calm = await rows.take_in(1, 1, state="new")
        async with UnitOfWork(rows.engine) as work:
            await inbox.set_aside(work.connection, [(unreadable, "not \x00 JSON")])
            await inbox.mark_read(work.connection, calm=[calm], danger=[])
            await work.commit()
        assert await claim(rows) == [calm]

    async def test_is_shown_with_its_reason_the_oldest_first(self, rows: Rows) -> None:
        mail = await rows.add_account("email", "assistance@hub.example")
        (one,) = await rows.take_in(1, state="quarantined", error="broken", attempts=3)
        (two,) = await rows.take_in(2, state="quarantined", error="worse", account_id=mail)
        await rows.take_in(3)
        async with rows.engine.connect() as connection:
            assert await inbox.quarantined(connection) == [
                (one, rows.account_id, "fake", NOW, 3, "broken"),
                (two, mail, "email", NOW, 0, "worse"),
            ]
            assert len(await inbox.quarantined(connection, limit=1)) == 1

    async def test_is_replayed_as_if_it_were_new(self, rows: Rows) -> None:
        (aside,) = await rows.take_in(1, state="quarantined", error="broken", attempts=3, deaths=5)
        assert await replay(rows, aside)
        (row,) = await rows.all(tables.inbox)
        assert (row["state"], row["attempts"], row["deaths"], row["error"]) == ("new", 0, 0, None)
        assert not await replay(rows, aside)

    async def test_is_the_only_one_that_can_be_replayed(self, rows: Rows) -> None:
        ready, claimed_one = await rows.take_in(1, 2)
        await claim(rows, limit=1)
        assert [await replay(rows, row) for row in (ready, claimed_one, 10_000)] == [False] * 3


class TestForgetting:
    async def test_drops_what_is_done_and_old_and_nothing_else(self, rows: Rows) -> None:
        mail = await rows.add_account("email", "assistance@hub.example")
        old = NOW - timedelta(days=31)
        done: dict[str, Any] = {"state": "done", "outcome": "message", "processed_at": NOW}
        await rows.take_in(1, received_at=old, **done)
        kept = [
            *await rows.take_in(2, received_at=old, account_id=mail, **done),
            *await rows.take_in(3, received_at=old, state="quarantined", error="broken"),
            *await rows.take_in(4, received_at=old),
            *await rows.take_in(5, received_at=old, state="new"),
            *await rows.take_in(6, **done),
        ]
        async with UnitOfWork(rows.engine) as work:
            before = NOW - timedelta(days=30)
            assert await inbox.forget(work.connection, before=before, kept_kinds=("email",)) == 1
            await work.commit()
        assert [row["id"] for row in await rows.all(tables.inbox)] == kept

    async def test_drops_old_bytes_and_keeps_their_counts(self, rows: Rows) -> None:
        await rows.take_in(1, 2, received_at=NOW - timedelta(days=31))
        await rows.take_in(3)
        async with UnitOfWork(rows.engine) as work:
            await inbox.forget(work.connection, before=NOW - timedelta(days=30), kept_kinds=())
            await work.commit()
        assert [(row["events"], row["stored"], row["sealed"]) for row in await rows.all(tables.raw_payload)] == [
            (2, 2, None),
            (1, 1, b"sealed"),
        ]


class TestWhatWaits:
    async def test_is_counted_by_state(self, rows: Rows) -> None:
        await rows.take_in(1, state="done", outcome="message", processed_at=NOW)
        await rows.take_in(2, 3, 4, state="new")
        await rows.take_in(5, state="quarantined", error="broken")
        await rows.take_in(6, 7)
        await rows.take_in(8, state="claimed", worker=uuid4(), lease_until=NOW)
        async with rows.engine.connect() as connection:
            assert await inbox.waiting(connection) == {"new": 3, "ready": 2, "claimed": 1, "quarantined": 1}

    async def test_is_as_old_as_its_oldest(self, rows: Rows) -> None:
        async with rows.engine.connect() as connection:
            assert await inbox.oldest_pending(connection) is None
        await rows.take_in(1, state="done", outcome="message", processed_at=NOW, received_at=NOW - timedelta(days=2))
        await rows.take_in(2, received_at=NOW - timedelta(minutes=2))
        await rows.take_in(3)
        async with rows.engine.connect() as connection:
            assert await inbox.oldest_pending(connection) == NOW - timedelta(minutes=2)
