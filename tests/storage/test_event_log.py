"""What happened is told with what was changed, has one place in the log, and no reader jumps over it."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.events import CATALOGUE, CallHeld, Event, EventUnrecognised, TicketReopened, TicketSolved
from domain.ids import TicketId, mint
from storage import event_log
from storage.event_log import Placed
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.events import one_of_each

pytestmark = pytest.mark.database


def happened(word: str, *, at: datetime = NOW) -> EventUnrecognised:
    """An event that can be told from others."""
    return EventUnrecognised(at=at, channel="fake", sort=word)


async def tell(engine: AsyncEngine, *events: Event) -> None:
    """Append events, committed."""
    async with UnitOfWork(engine) as work:
        await event_log.append(work.connection, events)
        await work.commit()


async def place(engine: AsyncEngine, *, limit: int = 2000) -> tuple[int, int]:
    """Give positions, committed."""
    async with UnitOfWork(engine) as work:
        placed = await event_log.place(work.connection, limit=limit)
        await work.commit()
    return placed


async def read(engine: AsyncEngine, position: int = 0, *, limit: int = 1000) -> tuple[Placed, ...]:
    """What a reader finds after a position."""
    async with engine.connect() as connection:
        return await event_log.read_after(connection, position, limit=limit)


def words(placed: tuple[Placed, ...]) -> list[str]:
    """What tells the events apart."""
    return [one.event.sort for one in placed if isinstance(one.event, EventUnrecognised)]


class TestAnEvent:
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(events=one_of_each())
    async def test_of_every_kind_is_read_as_it_was_told(self, engine: AsyncEngine, events: tuple[Event, ...]) -> None:
        async with engine.connect() as connection:
            before = await event_log.head(connection)
        await tell(engine, *events)
        await place(engine)
        found = Counter(one.event for one in await read(engine, before))
        assert found == Counter(events)
        assert {type(event) for event in found} == set(CATALOGUE.values())

    async def test_is_gone_when_its_writer_turns_back(self, engine: AsyncEngine) -> None:
        async with UnitOfWork(engine) as work:
            await event_log.append(work.connection, [happened("never")])
        await tell(engine, happened("really"))
        assert await place(engine) == (1, 1)
        assert words(await read(engine)) == ["really"]

    async def test_keeps_its_place_among_those_of_one_instant(self, engine: AsyncEngine) -> None:
        told = [f"{number}" for number in range(200)]
        await tell(engine, *(happened(word) for word in told))
        await place(engine)
        assert words(await read(engine)) == told

    async def test_holds_what_others_wrote_as_far_as_a_database_can(self, engine: AsyncEngine) -> None:
        await tell(engine, happened("a\x00b\ud800c"))
        await place(engine)
        assert words(await read(engine)) == ["ab?c"]

    async def test_is_found_by_its_ticket_in_order(self, engine: AsyncEngine) -> None:
        ticket_id = TicketId(mint(NOW))
        solved = TicketSolved(at=NOW, ticket_id=ticket_id, reason="answered")
        reopened = TicketReopened(at=NOW + timedelta(days=1), ticket_id=ticket_id, cause="message")
        await tell(engine, solved, CallHeld(at=NOW, ticket_id=TicketId(uuid4())))
        await tell(engine, reopened)
        async with engine.connect() as connection:
            assert await event_log.of_ticket(connection, ticket_id) == (solved, reopened)

    async def test_without_a_zone_is_refused(self, engine: AsyncEngine) -> None:
        with pytest.raises(Exception, match="give it a zone"):
            await tell(engine, happened("when?", at=datetime(2026, 3, 2)))  # noqa: DTZ001


class TestAPosition:
    async def test_follows_the_one_before_without_a_gap(self, engine: AsyncEngine) -> None:
        for number in range(5):
            await tell(engine, *(happened(f"{number}") for _ in range(number)))
            await place(engine)
        assert [one.position for one in await read(engine)] == list(range(1, 11))

    async def test_is_not_lost_with_a_relay_that_turns_back(self, engine: AsyncEngine) -> None:
        await tell(engine, happened("a"))
        async with UnitOfWork(engine) as dying:
            assert await event_log.place(dying.connection) == (1, 1)
        assert await place(engine) == (1, 1)

    async def test_is_given_to_as_many_as_asked_the_earliest_first(self, engine: AsyncEngine) -> None:
        await tell(engine, *(happened(f"{number}") for number in range(5)))
        assert [await place(engine, limit=2) for _ in range(4)] == [(1, 2), (3, 4), (5, 5), (6, 5)]
        assert words(await read(engine)) == ["0", "1", "2", "3", "4"]

    async def test_of_a_slow_writer_is_late_and_no_reader_jumps_over_it(self, engine: AsyncEngine) -> None:
        async with UnitOfWork(engine) as slow:
            await event_log.append(slow.connection, [happened("began first")])
            await tell(engine, happened("committed first"))
            assert await place(engine) == (1, 1)
            (seen,) = await read(engine)
            assert words((seen,)) == ["committed first"]
            await slow.commit()
        assert await place(engine) == (2, 2)
        (late,) = await read(engine, seen.position)
        assert words((late,)) == ["began first"]
        assert late.id < seen.id
        assert await read(engine) == (seen, late)

    async def test_is_given_once_by_two_relays_that_both_believe_in_themselves(self, engine: AsyncEngine) -> None:
        told = [f"{number}" for number in range(300)]
        seen: list[Placed] = []

        async def write(some: list[str]) -> None:
            for word in some:
                await tell(engine, happened(word))

        async def relay() -> None:
            while await event_position(engine) < len(told):
                await place(engine, limit=7)

        async def follow() -> None:
            while len(seen) < len(told):
                seen.extend(await read(engine, seen[-1].position if seen else 0, limit=11))

        async with asyncio.timeout(30):
            await asyncio.gather(*(write(told[start::4]) for start in range(4)), relay(), relay(), follow())
        assert [one.position for one in seen] == list(range(1, len(told) + 1))
        assert sorted(words(tuple(seen)), key=int) == told
        assert tuple(seen) == await read(engine)

    async def test_is_said_to_be_published_and_never_taken_back(self, engine: AsyncEngine) -> None:
        await tell(engine, *(happened(f"{number}") for number in range(3)))
        await place(engine)
        async with UnitOfWork(engine) as work:
            for position in (2, 1):
                await event_log.mark_published(work.connection, position)
            assert await event_log.published(work.connection) == 2
            assert await event_log.head(work.connection) == 3

    async def test_that_was_not_given_cannot_be_published(self, engine: AsyncEngine) -> None:
        async with UnitOfWork(engine) as work:
            with pytest.raises(IntegrityError, match="published_after_placed"):
                await event_log.mark_published(work.connection, 1)


class TestAReader:
    async def test_takes_as_many_as_it_asks_for_and_goes_on_from_there(self, engine: AsyncEngine) -> None:
        await tell(engine, *(happened(f"{number}") for number in range(10)))
        await place(engine)
        first = await read(engine, limit=4)
        assert words(first) == ["0", "1", "2", "3"]
        assert words(await read(engine, first[-1].position)) == ["4", "5", "6", "7", "8", "9"]

    async def test_sees_nothing_that_has_no_place(self, engine: AsyncEngine) -> None:
        await tell(engine, happened("a"))
        assert await read(engine) == ()

    async def test_is_told_times_in_utc(self, engine: AsyncEngine) -> None:
        at = datetime.fromisoformat("2026-03-02T23:30:00-05:00")
        await tell(engine, happened("in Lima", at=at))
        await place(engine)
        ((one),) = await read(engine)
        assert (one.event.at, one.event.at.tzinfo) == (at, UTC)


async def event_position(engine: AsyncEngine) -> int:
    """The last position given."""
    async with engine.connect() as connection:
        return await event_log.head(connection)
