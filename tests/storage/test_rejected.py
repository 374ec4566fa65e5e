"""What could not prove where it came from is kept for a day, and no stranger fills the disk with it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.ids import AccountId
from storage import rejected
from storage.rejected import KEPT_FOR, MAX_BYTES, MAX_ONE_BYTES, Rejected
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows

pytestmark = pytest.mark.database


async def keep(rows: Rows, size: int = 10, *, account_id: AccountId | None = None, **changes: Any) -> bool:
    """Whether a payload of this size is kept."""
    values: dict[str, Any] = {"received_at": NOW, "reason": "no signature"} | changes
    async with UnitOfWork(rows.engine) as work:
        kept = await rejected.keep(
            work.connection, account_id=account_id or rows.account_id, sealed=b"s" * size, **values
        )
        await work.commit()
    return kept


async def everything(rows: Rows) -> tuple[Rejected, ...]:
    """What is kept."""
    async with rows.engine.connect() as connection:
        return await rejected.everything(connection)


class TestARejectedPayload:
    async def test_is_kept_with_its_reason_the_oldest_first(self, rows: Rows) -> None:
        mail = await rows.add_account("email", "assistance@hub.example")
        assert await keep(rows, 3)
        assert await keep(rows, 4, account_id=mail, reason="\x00 strange " + "x" * 1000)
        first, second = await everything(rows)
        assert (first.account_id, first.channel, first.reason, first.sealed) == (
            rows.account_id,
            "fake",
            "no signature",
            b"sss",
        )
        assert (second.channel, second.reason) == ("email", (" strange " + "x" * 1000)[:500])
        async with rows.engine.connect() as connection:
            assert await rejected.waiting(connection) == 2
            assert await rejected.everything(connection, limit=1) == (first,)

    async def test_is_taken_by_one_person_and_gone_once_it_was_replayed(self, rows: Rows) -> None:
        await keep(rows)
        (kept,) = await everything(rows)
        async with UnitOfWork(rows.engine) as work:
            assert await rejected.take(work.connection, kept.id) == kept
            await rejected.remove(work.connection, kept.id)
            await work.commit()
        async with UnitOfWork(rows.engine) as work:
            assert await rejected.take(work.connection, kept.id) is None

    async def test_is_not_kept_when_it_is_too_large(self, rows: Rows) -> None:
        assert await keep(rows, MAX_ONE_BYTES)
        assert not await keep(rows, MAX_ONE_BYTES + 1)
        assert len(await everything(rows)) == 1

    async def test_is_not_kept_when_the_share_of_its_account_is_full(self, rows: Rows) -> None:
        other = await rows.add_account("fake", "another")
        full = MAX_BYTES // MAX_ONE_BYTES
        assert [await keep(rows, MAX_ONE_BYTES) for _ in range(full + 1)] == [True] * full + [False]
        assert not await keep(rows, 1)
        assert await keep(rows, MAX_ONE_BYTES, account_id=other)

    async def test_finds_no_room_beyond_the_share_when_many_come_at_once(self, rows: Rows) -> None:
        kept = await asyncio.gather(*(keep(rows, MAX_ONE_BYTES) for _ in range(30)))
        assert sum(kept) == MAX_BYTES // MAX_ONE_BYTES
        assert sum(len(one.sealed) for one in await everything(rows)) == MAX_BYTES

    async def test_is_dropped_after_a_day_and_makes_room(self, rows: Rows) -> None:
        day_ago = NOW - KEPT_FOR
        await keep(rows, received_at=day_ago - timedelta(microseconds=1))
        await keep(rows, received_at=day_ago)
        async with UnitOfWork(rows.engine) as work:
            assert await rejected.forget(work.connection, now=NOW) == 1
            await work.commit()
        assert [one.received_at for one in await everything(rows)] == [day_ago]
        assert timedelta(hours=24) == KEPT_FOR
