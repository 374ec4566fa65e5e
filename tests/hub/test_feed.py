"""The feed: every follower hears every event once and in order, from where it was, and never waits for another."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.events import DeliveryMoved, TicketSolved
from domain.ids import TicketId, mint
from hub import metrics
from hub.bus.memory import MemoryBus
from hub.feed import PING, RESET, Feed
from storage import event_log, tables
from storage.engine import connect
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW

pytestmark = pytest.mark.database
TICKET = TicketId(mint(NOW))


class _Log:
    """An event log, a bus, and a feed on them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.bus = MemoryBus()

    async def grow(self, count: int = 1, *, tell: bool = True) -> int:
        """Add events and place them; gives the head."""
        async with UnitOfWork(self.engine) as work:
            work.record(*(TicketSolved(at=NOW, ticket_id=TICKET, reason="answered") for _ in range(count)))
            await work.commit()
        return await self.place(tell=tell)

    async def place(self, *, tell: bool = True) -> int:
        """Give positions to what has none."""
        async with UnitOfWork(self.engine) as work:
            _, last = await event_log.place(work.connection)
            await work.commit()
        if tell:
            await self.bus.publish(last)
        return last

    @asynccontextmanager
    async def feed(self, **settings: Any) -> AsyncIterator[Feed]:
        """A feed that has read the log to its end."""
        async with self.bus, Feed(engine=self.engine, bus=self.bus, **settings) as feed:
            async with aclosing(feed.follow(None)) as frames:
                await anext(frames)
            yield feed


@pytest.fixture
def log(engine: AsyncEngine) -> _Log:
    """An empty log."""
    return _Log(engine)


async def _hear(feed: Feed, after: int | None, *, until: int) -> tuple[list[int], list[str]]:
    """Follow until a position; gives the positions heard and the types of frames."""
    positions: list[int] = []
    types: list[str] = []
    async with asyncio.timeout(20), aclosing(feed.follow(after)) as frames:
        async for frame in frames:
            said = json.loads(frame)
            types.append(said["type"])
            if said["type"] == "events":
                positions += [event["position"] for event in said["events"]]
                assert said["position"] == positions[-1]
            if said.get("position", -1) >= until and (positions or said["type"] != "hello" or after == until):
                return positions, types
    raise AssertionError("the feed ended")


class TestAFollower:
    async def test_is_greeted_with_the_head_and_then_told_what_is_new(self, log: _Log) -> None:
        await log.grow(3)
        async with log.feed() as feed, aclosing(feed.follow(None)) as frames:
            hello = json.loads(await anext(frames))
            await log.grow(2)
            told = json.loads(await anext(frames))
        assert hello == {"type": "hello", "position": 3}
        assert [event["position"] for event in told["events"]] == [4, 5]

    async def test_is_told_the_type_the_time_and_the_ticket_and_nothing_else(self, log: _Log) -> None:
        async with log.feed() as feed, aclosing(feed.follow(None)) as frames:
            await anext(frames)
            await log.grow()
            told = json.loads(await anext(frames))
        assert told == {
            "type": "events",
            "position": 1,
            "events": [{"position": 1, "type": "ticket.solved", "at": NOW.isoformat(), "ticket_id": str(TICKET)}],
        }

    @pytest.mark.parametrize("after", [0, 1, 600, 1299, 1300])
    async def test_resumes_after_a_position_and_hears_each_event_once(self, log: _Log, after: int) -> None:
        await log.grow(1000)
        async with log.feed() as feed:
            await log.grow(300)
            heard, types = await _hear(feed, after, until=1300)
        assert heard == list(range(after + 1, 1301))
        assert "reset" not in types

    async def test_that_fell_out_of_what_is_at_hand_is_served_from_the_log(self, log: _Log) -> None:
        async with log.feed(at_hand=10) as feed:
            for _ in range(6):
                await log.grow(10)
            heard, _ = await _hear(feed, 0, until=60)
        assert heard == list(range(1, 61))

    async def test_that_is_too_far_behind_is_told_to_read_again_and_then_goes_on(self, log: _Log) -> None:
        await log.grow(50)
        async with log.feed(at_hand=10, read_back=20) as feed, aclosing(feed.follow(1)) as frames:
            said = [json.loads(await anext(frames))["type"] for _ in range(2)]
            await log.grow()
            told = json.loads(await anext(frames))
        assert said == ["hello", "reset"]
        assert [event["position"] for event in told["events"]] == [51]

    async def test_that_is_beyond_the_head_is_told_to_read_again(self, log: _Log) -> None:
        await log.grow(5)
        async with log.feed() as feed, aclosing(feed.follow(6)) as frames:
            assert [await anext(frames), await anext(frames)] == ['{"type":"hello","position":5}', RESET]

    async def test_that_was_told_by_another_process_first_misses_and_repeats_nothing(self, log: _Log) -> None:
        async with log.feed() as feed:
            await log.grow(3, tell=False)  # this process was not called yet
            async with aclosing(feed.follow(2)) as frames:
                assert json.loads(await anext(frames))["type"] == "hello"
                told = json.loads(await anext(frames))
        assert [event["position"] for event in told["events"]] == [3]

    async def test_is_pinged_while_it_is_quiet(self, log: _Log) -> None:
        async with log.feed(ping_seconds=0.01) as feed, aclosing(feed.follow(None)) as frames:
            await anext(frames)
            assert [await anext(frames), await anext(frames)] == [PING, PING]

    async def test_that_is_slow_holds_up_nobody_and_still_hears_everything(self, log: _Log) -> None:
        async with log.feed() as feed, aclosing(feed.follow(0)) as slow:
            await anext(slow)
            for _ in range(20):
                await log.grow(5)
            heard, _ = await _hear(feed, 0, until=100)
            late: list[int] = []
            while len(late) < 100:
                late += [event["position"] for event in json.loads(await anext(slow))["events"]]
        assert heard == late == list(range(1, 101))

    async def test_among_many_hears_the_same(self, log: _Log) -> None:
        async with log.feed() as feed:
            followers = [asyncio.create_task(_hear(feed, 0, until=200)) for _ in range(50)]
            for _ in range(20):
                await log.grow(10)
            heard = [positions for positions, _ in await asyncio.gather(*followers)]
        assert all(positions == list(range(1, 201)) for positions in heard)


class TestTheFeed:
    async def test_finds_what_the_bus_never_told(self, log: _Log) -> None:
        async with log.feed(look_seconds=0.01) as feed:
            await log.grow(3, tell=False)
            heard, _ = await _hear(feed, 0, until=3)
        assert heard == [1, 2, 3]

    async def test_survives_a_database_that_goes_away(self, log: _Log, database_url: str) -> None:
        name = database_url.rpartition("/")[2].partition("?")[0]
        other = connect(database_url, pool=1)
        async with log.feed(look_seconds=0.01) as feed:
            for round_ in range(1, 4):
                async with other.connect() as connection:
                    await connection.execute(
                        text(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            " WHERE datname = :name AND pid <> pg_backend_pid()"
                        ),
                        {"name": name},
                    )
                await _until_it_works(log)
                heard, _ = await _hear(feed, 0, until=round_)
                assert heard == list(range(1, round_ + 1))
            assert feed.is_following
        await other.dispose()

    async def test_starts_over_when_the_log_was_replaced_by_an_older_one(self, log: _Log) -> None:
        await log.grow(10)
        async with log.feed(look_seconds=0.01) as feed, aclosing(feed.follow(10)) as frames:
            await anext(frames)
            async with UnitOfWork(log.engine) as work:
                await work.connection.execute(delete(tables.event).where(tables.event.c.position > 4))
                await work.connection.execute(update(tables.relay).values(placed=4, published=4))
                await work.commit()
            assert await anext(frames) == RESET
            await log.grow()
            told = json.loads(await anext(frames))
        assert [event["position"] for event in told["events"]] == [5]

    async def test_counts_what_passes_by(self, log: _Log) -> None:
        solved = metrics.LOG_EVENTS.labels("ticket.solved")._value
        uncertain = metrics.LOG_DELIVERIES.labels("uncertain")._value
        before = solved.get(), uncertain.get()
        moved = DeliveryMoved(at=NOW, delivery_id=mint(NOW), state="uncertain")
        async with log.feed() as feed:
            async with UnitOfWork(log.engine) as work:
                work.record(moved)
                await work.commit()
            await log.grow(2)
            await _hear(feed, 0, until=3)
        assert (solved.get() - before[0], uncertain.get() - before[1]) == (2, 1)

    async def test_does_not_follow_once_it_is_closed(self, log: _Log) -> None:
        async with log.feed() as feed:
            assert feed.is_following
        assert not feed.is_following


async def _until_it_works(log: _Log) -> None:
    """Our own pool holds connections that were cut; it finds out one by one."""
    while True:
        try:
            await log.grow()
        except Exception:  # noqa: BLE001 - cut: the next connection is a fresh one
            continue
        return
