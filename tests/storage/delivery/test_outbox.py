"""Answers leave in order, one conversation at a time, and none of them waits for ever behind another."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.conversation import Conversation
from domain.ids import DeliveryId
from storage import tables
from storage.delivery import outbox
from storage.delivery.outbox import HOLDS_ATTEMPTS, PRIORITY_DANGER, Due
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows

pytestmark = pytest.mark.database

LEASE = timedelta(seconds=30)
LAPSED = NOW + LEASE + timedelta(microseconds=1)
ONE, TWO = uuid4(), uuid4()


async def claimed(rows: Rows, worker: UUID = ONE, *, now: datetime = NOW, limit: int = 100) -> tuple[Due, ...]:
    """What a worker claims."""
    async with UnitOfWork(rows.engine) as work:
        due = await outbox.claim(work.connection, worker=worker, now=now, lease=LEASE, limit=limit)
        await work.commit()
    return due


async def claim(rows: Rows, worker: UUID = ONE, *, now: datetime = NOW, limit: int = 100) -> list[DeliveryId]:
    """What a worker claims, as ids."""
    return [due.delivery_id for due in await claimed(rows, worker, now=now, limit=limit)]


async def settle(rows: Rows, *deliveries: DeliveryId) -> None:
    """These deliveries need nothing more."""
    async with UnitOfWork(rows.engine) as work:
        await outbox.remove(work.connection, deliveries)
        await work.commit()


async def put_back(rows: Rows, delivery: DeliveryId, *, run_at: datetime) -> None:
    """It did not work: again at this time."""
    async with UnitOfWork(rows.engine) as work:
        await outbox.put_back(work.connection, delivery, run_at=run_at)
        await work.commit()


async def answers(rows: Rows, number: int, conversation: Conversation | None = None) -> list[DeliveryId]:
    """Deliveries of one conversation, in order."""
    conversation = conversation or await rows.add_conversation()
    return [(await rows.add_delivery(conversation)).id for _ in range(number)]


class TestAConversation:
    async def test_gets_its_answers_one_by_one_in_order(self, rows: Rows) -> None:
        ids = await answers(rows, 3)
        order = []
        while found := await claim(rows):
            assert await claim(rows, TWO) == []
            order += found
            await settle(rows, *found)
        assert order == ids

    async def test_does_not_hold_another_back(self, rows: Rows) -> None:
        ours, theirs = await answers(rows, 2), await answers(rows, 2)
        assert await claim(rows) == [ours[0], theirs[0]]

    async def test_waits_while_its_first_answer_is_in_back_off(self, rows: Rows) -> None:
        first, second = await answers(rows, 2)
        await claim(rows)
        await put_back(rows, first, run_at=NOW + timedelta(seconds=4))
        assert await claim(rows, now=NOW + timedelta(seconds=3)) == []
        assert await claim(rows, now=NOW + timedelta(seconds=4)) == [first]
        await settle(rows, first)
        assert await claim(rows, now=NOW + timedelta(seconds=4)) == [second]

    async def test_goes_on_when_its_first_answer_has_failed_often_enough(self, rows: Rows) -> None:
        first, second, third = await answers(rows, 3)
        now = NOW
        for attempt in range(HOLDS_ATTEMPTS):
            assert await claim(rows, now=now) == [first], attempt
            now += timedelta(minutes=30)
            await put_back(rows, first, run_at=now)
        before = now - timedelta(seconds=1)
        assert await claim(rows, now=before) == [second]
        await settle(rows, second)
        assert await claim(rows, TWO, now=before) == [third]
        assert [(due.delivery_id, due.attempts) for due in await claimed(rows, now=now)] == [(first, HOLDS_ATTEMPTS)]

    async def test_may_have_an_answer_that_is_not_due_yet(self, rows: Rows) -> None:
        later = await rows.add_delivery(run_at=NOW + timedelta(hours=1))
        assert await claim(rows) == []
        assert await claim(rows, now=NOW + timedelta(hours=1)) == [later.id]


class TestDanger:
    async def test_goes_before_everything_that_waits(self, rows: Rows) -> None:
        for _ in range(3):
            await rows.add_delivery()
        cry = await rows.add_delivery(priority=PRIORITY_DANGER)
        assert await claim(rows, limit=1) == [cry.id]

    async def test_does_not_overtake_what_was_said_before_to_the_same_person(self, rows: Rows) -> None:
        conversation = await rows.add_conversation()
        before = await rows.add_delivery(conversation)
        cry = await rows.add_delivery(conversation, priority=PRIORITY_DANGER)
        assert await claim(rows) == [before.id]
        await settle(rows, before.id)
        assert await claim(rows) == [cry.id]


class TestTwoWorkers:
    async def test_claim_different_deliveries_at_the_same_time(self, rows: Rows) -> None:
        ids = [(await answers(rows, 2))[0] for _ in range(6)]
        together = asyncio.Barrier(2)

        async def claim_together(worker: UUID) -> list[DeliveryId]:
            async with UnitOfWork(rows.engine) as work:
                await together.wait()
                due = await outbox.claim(work.connection, worker=worker, now=NOW, lease=LEASE, limit=4)
                await together.wait()  # neither has committed
                await work.commit()
            return [one.delivery_id for one in due]

        one, two = await asyncio.gather(claim_together(ONE), claim_together(TWO))
        assert set(one).isdisjoint(two)
        assert set(one + two + await claim(rows)) == set(ids)

    async def test_deliver_everything_once_and_in_order(self, rows: Rows) -> None:
        conversations = [await answers(rows, 5) for _ in range(4)]
        sent: list[DeliveryId] = []

        async def work_on(worker: UUID) -> None:
            while len(sent) < 20:
                found = await claim(rows, worker, limit=2)
                sent.extend(found)
                await settle(rows, *found)
                await asyncio.sleep(0)

        async with asyncio.timeout(30):
            await asyncio.gather(*(work_on(uuid4()) for _ in range(3)))
        assert len(sent) == len(set(sent)) == 20
        for ids in conversations:
            assert [one for one in sent if one in ids] == ids


class TestALease:
    async def test_that_lapsed_says_that_nobody_knows_how_far_it_came(self, rows: Rows) -> None:
        (only,) = await answers(rows, 1)
        assert [due.lapsed for due in await claimed(rows)] == [False]
        assert await claim(rows, TWO, now=NOW + LEASE) == []
        assert await claimed(rows, TWO, now=LAPSED) == (Due(only, 0, lapsed=True),)

    async def test_that_lapsed_still_holds_its_conversation(self, rows: Rows) -> None:
        first, _ = await answers(rows, 2)
        await claim(rows)
        assert await claim(rows, TWO, now=LAPSED) == [first]
        assert await claim(rows, now=LAPSED) == []

    async def test_is_kept_by_whoever_asks_in_time(self, rows: Rows) -> None:
        kept, other = await answers(rows, 1), await answers(rows, 1)
        await claim(rows)
        async with UnitOfWork(rows.engine) as work:
            later = NOW + timedelta(seconds=20)
            await outbox.renew(work.connection, [*kept, DeliveryId(uuid4())], worker=ONE, now=later, lease=LEASE)
            await outbox.renew(work.connection, other, worker=TWO, now=later, lease=LEASE)
            await work.commit()
        assert await claim(rows, TWO, now=LAPSED) == other

    async def test_is_held_by_one_worker_alone(self, rows: Rows) -> None:
        (only,) = await answers(rows, 1)
        await claim(rows)
        async with UnitOfWork(rows.engine) as work:
            assert await outbox.holds(work.connection, only, worker=ONE)
            assert not await outbox.holds(work.connection, only, worker=TWO)
        await claim(rows, TWO, now=LAPSED)
        async with UnitOfWork(rows.engine) as work:
            assert not await outbox.holds(work.connection, only, worker=ONE)

    async def test_cannot_be_taken_over_while_its_holder_settles(self, rows: Rows) -> None:
        (only,) = await answers(rows, 1)
        await claim(rows)
        async with UnitOfWork(rows.engine) as work:
            assert await outbox.holds(work.connection, only, worker=ONE)
            assert await claim(rows, TWO, now=LAPSED) == []
            await outbox.remove(work.connection, [only])
            await work.commit()
        assert await claim(rows, TWO, now=LAPSED) == []


class TestADeliveryThatNobodyCouldTellAbout:
    async def test_is_asked_about_later_and_not_sent(self, rows: Rows) -> None:
        (only,) = await answers(rows, 1)
        await claim(rows)
        at = NOW + timedelta(minutes=2)
        async with UnitOfWork(rows.engine) as work:
            await outbox.ask_later(work.connection, only, at=at)
            assert not await outbox.holds(work.connection, only, worker=ONE)
            await work.commit()
        assert await claim(rows, now=at) == []
        assert await claimed(rows, now=at + timedelta(microseconds=1)) == (Due(only, 1, lapsed=True),)

    async def test_does_not_hold_its_conversation_for_ever(self, rows: Rows) -> None:
        first, second = await answers(rows, 2)
        now = NOW
        for _ in range(HOLDS_ATTEMPTS):
            assert await claim(rows, now=now) == [first]
            async with UnitOfWork(rows.engine) as work:
                await outbox.ask_later(work.connection, first, at=now + timedelta(minutes=2))
                await work.commit()
            now += timedelta(minutes=3)
        assert await claim(rows, now=now - timedelta(minutes=2)) == [second]


class TestTheOutbox:
    async def test_is_thin_and_empty_when_everything_is_settled(self, rows: Rows) -> None:
        ids = await answers(rows, 2)
        async with rows.engine.connect() as connection:
            assert await outbox.waiting(connection) == 2
        await settle(rows, *ids)
        await settle(rows)
        async with rows.engine.connect() as connection:
            assert await outbox.waiting(connection) == 0
        assert [row["id"] for row in await rows.all(tables.delivery)] == ids

    async def test_takes_a_delivery_in_with_what_made_it_or_not_at_all(self, rows: Rows) -> None:
        conversation = await rows.add_conversation()
        delivery = await rows.add_delivery(conversation)
        await settle(rows, delivery.id)
        async with UnitOfWork(rows.engine) as work:
            await outbox.put(
                work.connection, delivery_id=delivery.id, conversation_id=conversation.id, priority=5, run_at=NOW
            )
        assert await claim(rows) == []
