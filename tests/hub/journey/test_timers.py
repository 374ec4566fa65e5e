"""Promises that run out are said so once: amber at three quarters, red when broken."""

import asyncio
from datetime import timedelta

import pytest

from domain.events import ClockBreached, ClockWarned
from domain.ids import TicketId
from storage import tables
from tests.hub.journey.house import House

pytestmark = pytest.mark.database


class TestAPromise:
    async def test_is_warned_of_and_then_broken_once_each(self, house: House) -> None:
        await house.hear("Bonjour, ma carte de santé n’est pas arrivée.")
        await house.work()
        clock = await house.one(tables.clock)
        timers = house.hub.timers()
        assert await timers.tell_the_time() == 0
        house.clock.advance(clock["warning_at"] - house.clock.now())
        assert await timers.tell_the_time() == 1
        house.clock.advance(clock["due_at"] - house.clock.now() + timedelta(seconds=1))
        await asyncio.gather(timers.tell_the_time(), house.hub.timers().tell_the_time())
        assert await timers.tell_the_time() == 0
        events = await house.events()
        assert len([event for event in events if isinstance(event, ClockWarned)]) == 1
        assert len([event for event in events if isinstance(event, ClockBreached)]) == 1

    async def test_that_was_kept_is_neither(self, house: House) -> None:
        await house.hear("Bonjour, ma carte de santé n’est pas arrivée.")
        await house.work()
        await house.answer(TicketId((await house.one(tables.ticket))["id"]))
        house.clock.advance(timedelta(days=30))
        assert await house.hub.timers().tell_the_time() == 0
