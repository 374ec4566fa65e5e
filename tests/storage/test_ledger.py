"""The books of an hour balance, and when something is lost they say what."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.fake.events import WireMessage, WireStatus
from channels.port import SendRetryable
from domain.ids import TicketId
from hub.clock import FixedClock
from storage import ledger, tables
from storage.keys import Keyring
from storage.ledger import Hour
from tests.conftest import NOW
from tests.hub.journey.house import House, house_on
from tests.storage.rows import Rows

pytestmark = pytest.mark.database

HOUR = NOW.replace(minute=0)
_ONE = timedelta(hours=1)


@pytest.fixture
async def house(engine: AsyncEngine, database_url: str, keyring: Keyring, clock: FixedClock) -> AsyncIterator[House]:
    """A whole hub."""
    async with house_on(engine, database_url, keyring, clock) as house:
        yield house


async def books(engine: AsyncEngine, since: datetime = HOUR, until: datetime = HOUR + 24 * _ONE) -> tuple[Hour, ...]:
    """The books of a day."""
    async with engine.connect() as connection:
        return await ledger.hours(connection, since=since, until=until)


async def normal_hour(house: House) -> None:
    """Three messages, one of them twice; a status of nobody's; bytes that cannot be read; two answers, one not sent."""
    await house.hear("Bonjour, ma carte ?", "Toujours rien", sender="+33600000001")
    twice = WireMessage(id="1", sender="+33600000002", text="Bonjour", sent_at=house.clock.now())
    await house.bring(twice)
    await house.bring(twice)
    await house.bring_bytes(b"\xff not JSON")
    await house.work()
    first, second = await house.rows(tables.ticket)
    await house.answer(TicketId(first["id"]), client=1)
    await house.deliver()
    house.post.answers = [SendRetryable("busy")]
    await house.answer(TicketId(second["id"]), client=2)
    await house.deliver()
    await house.bring(WireStatus(message_id="of nobody", state="read", at=house.clock.now(), to="+33600000001"))


class TestAnHour:
    async def test_balances(self, house: House) -> None:
        await normal_hour(house)
        (hour,) = await books(house.hub.engine)
        assert hour == Hour(
            hour=HOUR,
            received=6,
            accepted=5,
            stored=5,
            processed=3,
            quarantined=1,
            pending=1,
            said=3,
            messages=3,
            replies=2,
            settled=1,
        )
        assert (hour.duplicates, hour.unsettled, hour.faults) == (1, 1, ())

    async def test_names_an_event_that_was_acknowledged_and_is_gone(self, house: House) -> None:
        await normal_hour(house)
        async with house.hub.engine.begin() as connection:
            await connection.execute(text("DELETE FROM inbox WHERE state = 'new'"))
        (hour,) = await books(house.hub.engine)
        assert hour.faults == ("1 acknowledged events are not in the inbox",)

    async def test_names_a_message_that_was_processed_and_is_gone(self, house: House) -> None:
        await normal_hour(house)
        async with house.hub.engine.begin() as connection:
            last = text("(SELECT max(inbox_id) FROM message)")
            await connection.execute(delete(tables.message).where(tables.message.c.inbox_id == last))
        (hour,) = await books(house.hub.engine)
        assert hour.faults == ("1 processed messages are nowhere",)

    async def test_names_a_row_in_a_state_that_nobody_knows(self) -> None:
        hour = Hour(
            HOUR,
            received=5,
            accepted=5,
            stored=5,
            processed=2,
            quarantined=1,
            pending=1,
            said=2,
            messages=2,
            replies=0,
            settled=0,
        )
        assert hour.faults == ("1 stored events are in no known state",)
        assert replace(hour, pending=2).faults == ()

    async def test_names_every_loss(self, house: House) -> None:
        await normal_hour(house)
        async with house.hub.engine.begin() as connection:
            await connection.execute(text("DELETE FROM inbox WHERE state IN ('new', 'quarantined')"))
            await connection.execute(text("DELETE FROM message WHERE direction = 'in'"))
        (hour,) = await books(house.hub.engine)
        assert hour.faults == ("2 acknowledged events are not in the inbox", "3 processed messages are nowhere")


class TestTheBooks:
    async def test_are_cut_at_the_hours_of_utc(self, rows: Rows) -> None:
        moments = (HOUR - timedelta(microseconds=1), HOUR, HOUR + _ONE - timedelta(microseconds=1), HOUR + _ONE)
        for moment in moments:
            await rows.take_in(1, received_at=moment)
        async with rows.engine.connect() as connection:
            await connection.execute(text("SET TIME ZONE 'Asia/Kathmandu'"))  # 5 hours and 45 minutes ahead
            found = await ledger.hours(connection, since=HOUR - _ONE, until=HOUR + 2 * _ONE)
        assert [(hour.hour, hour.received, hour.stored, hour.pending) for hour in found] == [
            (HOUR + _ONE, 1, 1, 1),
            (HOUR, 2, 2, 2),
            (HOUR - _ONE, 1, 1, 1),
        ]

    async def test_hold_what_lies_between_and_nothing_else(self, rows: Rows) -> None:
        for hours in range(4):
            await rows.take_in(1, received_at=HOUR + hours * _ONE)
        found = await books(rows.engine, HOUR + _ONE, HOUR + 3 * _ONE)
        assert [hour.hour for hour in found] == [HOUR + 2 * _ONE, HOUR + _ONE]

    async def test_know_a_repeat_by_the_hour_in_which_it_came(self, house: House) -> None:
        event = WireMessage(id="1", sender="+33600000001", text="Bonjour", sent_at=house.clock.now())
        await house.bring(event)
        house.clock.advance(_ONE)
        await house.bring(event)
        await house.work()
        later, first = await books(house.hub.engine)
        assert (first.received, first.accepted, first.messages, first.faults) == (1, 1, 1, ())
        assert (later.received, later.duplicates, later.stored, later.faults) == (1, 1, 0, ())

    async def test_of_an_hour_with_answers_alone_are_kept_too(self, rows: Rows) -> None:
        await rows.add_delivery()
        (hour,) = await books(rows.engine)
        assert (hour.replies, hour.unsettled, hour.faults) == (1, 1, ())

    async def test_of_a_quiet_day_are_empty(self, rows: Rows) -> None:
        assert await books(rows.engine) == ()
