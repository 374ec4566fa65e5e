"""What came in is taken up in order of its lane, by one worker at a time, and a cry for help before everything."""

import asyncio
from collections import defaultdict
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from storage import inbox, tables
from storage.inbox import PRIORITY_DANGER, InboxRow
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows
from tests.storage.workers import LEASE, ONE, TWO, claim, claimed, fail, finish

pytestmark = pytest.mark.database


async def look(rows: Rows, *dangerous: int) -> None:
    """The danger-first pass over all that is new: these are cries for help."""
    async with UnitOfWork(rows.engine) as work:
        new = [row.id for row in await inbox.unread(work.connection, limit=1000)]
        danger = [(row, b"verdict") for row in dangerous]
        await inbox.mark_read(work.connection, calm=[row for row in new if row not in dangerous], danger=danger)
        await work.commit()


class TestALane:
    async def test_gives_one_row_at_a_time_its_head_first(self, rows: Rows) -> None:
        ids = await rows.take_in(1, 1, 1)
        order = []
        while found := await claim(rows):
            assert await claim(rows, TWO) == []
            order += found
            await finish(rows, found)
        assert order == list(ids)

    async def test_does_not_hold_another_back(self, rows: Rows) -> None:
        first, _, other, _ = await rows.take_in(1, 1, 2, 2)
        assert await claim(rows) == [first, other]

    async def test_waits_for_a_head_that_nobody_has_looked_at(self, rows: Rows) -> None:
        (new,) = await rows.take_in(1, state="new")
        (ready,) = await rows.take_in(1)
        assert await claim(rows) == []
        await look(rows)
        assert await claim(rows) == [new]
        await finish(rows, [new])
        assert await claim(rows) == [ready]

    async def test_in_back_off_waits_and_the_others_go_on(self, rows: Rows) -> None:
        failing, behind, other = await rows.take_in(1, 1, 2)
        first, _ = await claimed(rows, limit=2)
        await fail(rows, first)
        await finish(rows, [other])
        assert await claim(rows) == []
        assert await claim(rows, now=NOW + timedelta(seconds=1)) == [failing]
        await finish(rows, [failing])
        assert await claim(rows) == [behind]

    async def test_goes_on_when_its_head_is_put_aside(self, rows: Rows) -> None:
        _, behind = await rows.take_in(1, 1)
        now = NOW
        for _ in range(inbox.MAX_ATTEMPTS):
            (row,) = await claimed(rows, now=now)
            await fail(rows, row, now=now)
            now += timedelta(minutes=1)
        assert await claim(rows, now=now) == [behind]

    async def test_is_held_by_one_worker_also_when_an_earlier_row_comes_back(self, rows: Rows) -> None:
        (aside,) = await rows.take_in(1, state="quarantined", error="unreadable")
        (at_work,) = await rows.take_in(1)
        assert await claim(rows) == [at_work]
        async with UnitOfWork(rows.engine) as work:
            assert await inbox.replay(work.connection, aside, now=NOW)
            await work.commit()
        await look(rows)
        assert await claim(rows, TWO) == []
        await finish(rows, [at_work])
        assert await claim(rows, TWO) == [aside]

    async def test_gives_the_oldest_when_not_all_can_be_claimed(self, rows: Rows) -> None:
        ids = await rows.take_in(5, 4, 3, 2, 1)
        assert await claim(rows, limit=3) == list(ids[:3])


class TestTwoWorkers:
    async def test_claim_different_rows_at_the_same_time(self, rows: Rows) -> None:
        await rows.take_in(*(lane for lane in range(20) for _ in range(3)))
        together = asyncio.Barrier(2)

        async def claim_together(worker: UUID) -> tuple[InboxRow, ...]:
            async with UnitOfWork(rows.engine) as work:
                await together.wait()
                found = await inbox.claim(work.connection, worker=worker, now=NOW, lease=LEASE, limit=12)
                await together.wait()  # neither has committed: both have only seen what was there before
                await work.commit()
            return found

        one, two = await asyncio.gather(claim_together(ONE), claim_together(TWO))
        assert {row.id for row in one}.isdisjoint(row.id for row in two)
        assert {row.lane for row in one}.isdisjoint(row.lane for row in two)
        assert one or two

    async def test_never_hold_two_rows_of_one_lane(self, rows: Rows) -> None:
        (calm,) = await rows.take_in(1)
        async with UnitOfWork(rows.engine) as slow:
            (head,) = await inbox.claim(slow.connection, worker=ONE, now=NOW, lease=LEASE, limit=10)
            await rows.take_in(1, priority=PRIORITY_DANGER, danger=b"verdict")
            assert await claim(rows, TWO) == []
            await slow.commit()
        assert head.id == calm
        assert await claim(rows, TWO) == []

    async def test_do_everything_once_and_in_order(self, rows: Rows) -> None:
        lanes = [number % 9 for number in range(90)]
        ids = await rows.take_in(*lanes)
        at_work: set[int] = set()
        done: dict[int, list[int]] = defaultdict(list)

        async def work_on(worker: UUID) -> None:
            while sum(map(len, done.values())) < len(ids):
                found = await claimed(rows, worker, limit=4)
                held = {row.lane for row in found}
                assert held.isdisjoint(at_work)
                at_work.update(held)
                await asyncio.sleep(0)
                for row in found:
                    done[row.lane].append(row.id)
                at_work.difference_update(held)
                assert await finish(rows, [row.id for row in found], worker) == len(found)

        async with asyncio.timeout(30):
            await asyncio.gather(*(work_on(uuid4()) for _ in range(4)))
        assert {lane: order == sorted(order) for lane, order in done.items()} == dict.fromkeys(range(9), True)
        assert sorted(row for order in done.values() for row in order) == list(ids)

    async def test_look_at_different_new_rows(self, rows: Rows) -> None:
        ids = await rows.take_in(*range(10), state="new")
        async with UnitOfWork(rows.engine) as one, UnitOfWork(rows.engine) as two:
            first = [row.id for row in await inbox.unread(one.connection, limit=6)]
            second = [row.id for row in await inbox.unread(two.connection, limit=6)]
        assert (first, second) == (list(ids[:6]), list(ids[6:]))


class TestACryForHelp:
    async def test_overtakes_its_own_lane(self, rows: Rows) -> None:
        ids = await rows.take_in(*[1] * 8, state="new")
        await look(rows, ids[5])
        order = []
        while found := await claim(rows):
            order += found
            await finish(rows, found)
        assert order == [ids[5], *ids[:5], *ids[6:]]

    async def test_overtakes_everything_that_waits(self, rows: Rows) -> None:
        await rows.take_in(*range(100, 150))
        (cry,) = await rows.take_in(7, state="new")
        await look(rows, cry)
        assert await claim(rows, limit=1) == [cry]

    async def test_does_not_wait_for_a_lane_in_back_off(self, rows: Rows) -> None:
        await rows.take_in(1)
        (failing,) = await claimed(rows)
        await fail(rows, failing)
        (cry,) = await rows.take_in(1, state="new")
        await look(rows, cry)
        assert await claim(rows) == [cry]

    async def test_does_not_wait_for_words_that_nobody_has_looked_at(self, rows: Rows) -> None:
        (new,) = await rows.take_in(1, state="new")
        (cry,) = await rows.take_in(1, state="new")
        async with UnitOfWork(rows.engine) as work:
            await inbox.mark_read(work.connection, calm=[], danger=[(cry, b"verdict")])
            await work.commit()
        assert await claim(rows) == [cry]
        assert (await rows.all(tables.inbox))[0]["id"] == new

    async def test_takes_its_lane_along_before_the_others(self, rows: Rows) -> None:
        await rows.take_in(2, 3, 4)
        before, cry, after = await rows.take_in(1, 1, 1, state="new")
        await look(rows, cry)
        order: list[int] = []
        while len(order) < 3:
            found = await claim(rows, limit=1)
            order += found
            await finish(rows, found)
        assert order == [cry, before, after]

    async def test_leaves_its_lane_alone_while_it_is_at_work(self, rows: Rows) -> None:
        _, cry = await rows.take_in(1, 1, state="new")
        await look(rows, cry)
        assert await claim(rows) == [cry]
        assert await claim(rows, TWO) == []

    async def test_at_work_does_not_keep_other_lanes_from_whoever_claims_little(self, rows: Rows) -> None:
        _, cry = await rows.take_in(1, 1, state="new")
        (other,) = await rows.take_in(2)
        await look(rows, cry)
        assert await claim(rows, limit=1) == [cry]
        assert await claim(rows, TWO, limit=1) == [other]

    async def test_waits_for_the_row_of_its_lane_that_is_at_work(self, rows: Rows) -> None:
        (calm,) = await rows.take_in(1)
        assert await claim(rows) == [calm]
        (cry,) = await rows.take_in(1, state="new")
        await look(rows, cry)
        assert await claim(rows, TWO) == []
        await finish(rows, [calm])
        assert await claim(rows, TWO) == [cry]

    async def test_keeps_its_verdict_and_comes_first_among_what_is_claimed(self, rows: Rows) -> None:
        await rows.take_in(1, 2)
        (cry,) = await rows.take_in(3, state="new")
        await look(rows, cry)
        found = await claimed(rows)
        assert [(row.id == cry, row.danger) for row in found] == [(True, b"verdict"), (False, None), (False, None)]
