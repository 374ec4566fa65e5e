"""What becomes of an answer is written down: forwards only, every attempt with a number of its own."""

from datetime import timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import DeliveryId
from domain.message import DeliveryState, may_follow
from storage import tables
from storage.delivery import reads, writes
from storage.delivery.reads import Delivery
from storage.engine import digest
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows

pytestmark = pytest.mark.database

QUEUED, SENDING, SENT, DELIVERED, READ, REFUSED, FAILED, UNCERTAIN = DeliveryState
_SEEN = (SENT, DELIVERED, READ)
_LATER = NOW + timedelta(minutes=1)


async def locked(rows: Rows, delivery_id: DeliveryId) -> Delivery:
    """The delivery as it is kept."""
    async with UnitOfWork(rows.engine) as work:
        found = await reads.locked(work.connection, delivery_id)
    assert found is not None
    return found[0]


async def move(rows: Rows, delivery_id: DeliveryId, state: DeliveryState, detail: str = "") -> Delivery | None:
    """A word on the delivery."""
    async with UnitOfWork(rows.engine) as work:
        found = await reads.locked(work.connection, delivery_id)
        assert found is not None
        moved = await writes.move(work.connection, found[0], state, now=_LATER, detail=detail)
        await work.commit()
    return moved


class TestAState:
    @given(st.lists(st.sampled_from(DeliveryState)))
    def test_never_goes_back_from_what_the_person_has_seen(self, told: list[DeliveryState]) -> None:
        """Whatever is told, in whatever order; what has failed begins anew, by a person's decision."""
        path = [QUEUED]
        for word in told:
            if may_follow(path[-1], word):
                path.append(word)
        for before, after in pairwise(path):
            assert before not in (READ, REFUSED)
            if before in _SEEN:
                assert after is FAILED or _SEEN.index(after) > _SEEN.index(before)

    async def test_is_moved_as_the_machine_says_and_else_left_alone(self, rows: Rows) -> None:
        for before, after in product(DeliveryState, DeliveryState):
            delivery = await rows.add_delivery(state=before, detail="as it was")
            moved = await move(rows, delivery.id, after, "why")
            kept = await locked(rows, delivery.id)
            if may_follow(before, after):
                assert moved == kept
                assert (kept.state, kept.detail, kept.updated_at) == (after, "why", _LATER)
            else:
                assert moved is None
                assert kept == delivery

    async def test_stays_where_a_late_word_finds_it(self, rows: Rows) -> None:
        delivery = await rows.add_delivery(state=SENDING)
        for word in (DELIVERED, SENT, READ, DELIVERED, FAILED, SENT):
            await move(rows, delivery.id, word)
        assert (await locked(rows, delivery.id)).state is READ

    async def test_keeps_of_its_reason_what_a_row_can_hold(self, rows: Rows) -> None:
        delivery = await rows.add_delivery(state=SENDING)
        await move(rows, delivery.id, REFUSED, "550 \x00\ud800" + "x" * 1000)
        assert (await locked(rows, delivery.id)).detail == "550 ?" + "x" * 495


class TestAnAttempt:
    async def test_is_numbered_within_its_step_and_counted(self, rows: Rows) -> None:
        delivery = await rows.add_delivery()
        for step in (0, 0, 1, 1, 1):
            await self.begin(rows, delivery, step)
            await self.end(rows, delivery, step, "retry")
        attempts = await rows.all(tables.attempt)
        assert [(row["step"], row["n"]) for row in attempts] == [(0, 1), (0, 2), (1, 1), (1, 2), (1, 3)]
        kept = await locked(rows, delivery.id)
        assert (kept.attempts, kept.next_step) == (5, 1)

    async def test_is_remembered_before_it_is_made(self, rows: Rows) -> None:
        delivery = await rows.add_delivery()
        await self.begin(rows, delivery, 0, provider_id="<1@hub>")
        (row,) = await rows.all(tables.attempt)
        assert (row["key"], row["started_at"], row["finished_at"], row["outcome"]) == ("key-0", NOW, None, None)
        assert (row["provider_id"], row["provider_hash"]) == ("<1@hub>", digest("<1@hub>"))

    async def test_ends_once_with_what_came_of_it(self, rows: Rows) -> None:
        delivery = await rows.add_delivery()
        await self.begin(rows, delivery, 0)
        await self.end(rows, delivery, 0, "retry", detail="busy")
        await self.begin(rows, delivery, 0)
        await self.end(rows, delivery, 0, "sent", provider_id="sent-1", detail="250 ok \x00")
        first, second = await rows.all(tables.attempt)
        assert (first["outcome"], first["detail"], first["provider_id"]) == ("retry", "busy", None)
        assert (second["outcome"], second["detail"], second["provider_id"]) == ("sent", "250 ok ", "sent-1")
        assert (second["finished_at"], second["provider_hash"]) == (_LATER, digest("sent-1"))

    async def test_that_is_settled_is_never_made_again(self, rows: Rows) -> None:
        delivery = await rows.add_delivery()
        async with UnitOfWork(rows.engine) as work:
            await writes.advance(work.connection, delivery.id, next_step=2)
            await work.commit()
        assert (await locked(rows, delivery.id)).next_step == 2

    async def begin(self, rows: Rows, delivery: Delivery, step: int, provider_id: str | None = None) -> None:
        async with UnitOfWork(rows.engine) as work:
            await writes.begin_attempt(
                work.connection,
                delivery_id=delivery.id,
                step=step,
                key=f"key-{step}",
                provider_id=provider_id,
                now=NOW,
            )
            await work.commit()

    async def end(
        self, rows: Rows, delivery: Delivery, step: int, outcome: str, provider_id: str | None = None, detail: str = ""
    ) -> None:
        async with UnitOfWork(rows.engine) as work:
            await writes.end_attempt(
                work.connection,
                delivery_id=delivery.id,
                step=step,
                outcome=outcome,
                now=_LATER,
                provider_id=provider_id,
                detail=detail,
            )
            await work.commit()
