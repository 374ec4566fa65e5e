"""What waits, who works, and whether the books add up."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.port import RawEvent, SendUncertain, SignatureInvalid
from hub.clock import FixedClock
from hub.doctor.finding import Finding, State
from hub.doctor.work import look_at_work
from hub.journey.relay import LOCK
from storage import tables
from storage.engine import libpq_arguments
from storage.keys import Keyring
from tests.hub.journey.house import House, house_on

pytestmark = pytest.mark.database


@pytest.fixture
async def house(engine: AsyncEngine, database_url: str, keyring: Keyring, clock: FixedClock) -> AsyncIterator[House]:
    """A hub whose provider neither honours keys nor can be asked."""
    settings = {"honours_key": "false"}
    async with house_on(engine, database_url, keyring, clock, fake_settings=settings) as house:
        yield house


async def findings(house: House, *, outbound: bool = True) -> dict[str, Finding]:
    """What the doctor finds, by check."""
    settings = house.hub.settings.model_copy(update={"outbound": outbound})
    found = await look_at_work(house.hub.engine, settings=settings, keyring=house.hub.keyring, clock=house.clock)
    return {finding.check: finding for finding in found}


async def run(house: House, statement: str) -> None:
    """Change the database by hand."""
    async with house.hub.engine.begin() as connection:
        await connection.execute(text(statement))


class TestTheWork:
    async def test_is_well_on_an_ordinary_day(self, house: House) -> None:
        await house.hear("Bonjour, où est ma carte ?")
        await house.work()
        await house.answer((await house.one(tables.ticket))["id"])
        await house.deliver()
        seat = await asyncpg.connect(**libpq_arguments(house.hub.url))
        await seat.execute("SELECT pg_advisory_lock($1)", LOCK)
        found = await findings(house)
        await seat.close()
        assert {check: finding.state for check, finding in found.items()} == dict.fromkeys(found, State.WELL)

    async def test_needs_a_worker(self, house: House) -> None:
        assert (await findings(house))["worker"].what.en == "No worker is at work"

    async def test_needs_a_worker_that_keeps_up(self, house: House) -> None:
        await house.hear("Bonjour")
        house.clock.advance(timedelta(minutes=3))
        seat = await asyncpg.connect(**libpq_arguments(house.hub.url))
        await seat.execute("SELECT pg_advisory_lock($1)", LOCK)
        found = await findings(house)
        await seat.close()
        assert found["worker"].what.en == "A message has waited for 3 min"
        assert found["worker"].state is State.WRONG


class TestTheSeal:
    async def test_does_not_open_with_another_key(self, house: House) -> None:
        await house.hear("Bonjour")
        other = Keyring(bytes(32))
        found = await look_at_work(house.hub.engine, settings=house.hub.settings, keyring=other, clock=house.clock)
        assert found[0].check == "seal"
        assert found[0].state is State.WRONG

    async def test_does_not_open_without_a_key(self, house: House) -> None:
        found = await look_at_work(house.hub.engine, settings=house.hub.settings, keyring=None, clock=house.clock)
        assert found[0].state is State.WRONG


class TestWhatWaitsForAPerson:
    async def test_is_told_when_an_event_was_put_aside(self, house: House) -> None:
        await house.bring_bytes(b"{")
        await house.work()
        finding = (await findings(house))["quarantine"]
        assert finding.state is State.WRONG
        assert "hub ledger --replay" in str(finding.do)

    async def test_is_told_when_a_signature_was_wrong(self, house: House) -> None:
        with pytest.raises(SignatureInvalid):
            await house.hub.ingest(house.store).accept(house.fake.id, RawEvent(b"{}", {}, house.clock.now()))
        assert (await findings(house))["signatures"].state is State.LOOK

    async def test_is_told_when_nobody_knows_whether_a_reply_went(self, house: House) -> None:
        await house.hear("Bonjour")
        await house.work()
        await house.answer((await house.one(tables.ticket))["id"])
        house.post.answers.append(SendUncertain("the answer was lost"))
        await house.deliver()
        assert (await findings(house))["uncertain"].state is State.WRONG


class TestReplies:
    async def test_that_wait_for_long_are_told(self, house: House) -> None:
        await house.hear("Bonjour")
        await house.work()
        await house.answer((await house.one(tables.ticket))["id"])
        house.clock.advance(timedelta(hours=3))
        assert (await findings(house))["replies"].what.en == "1 replies wait, the oldest for 3 h"

    async def test_that_may_not_leave_are_told(self, house: House) -> None:
        finding = (await findings(house, outbound=False))["replies"]
        assert finding.state is State.LOOK
        assert "HUB_OUTBOUND" in str(finding.do)


class TestTheBooks:
    async def test_are_wrong_when_an_acknowledged_event_is_gone(self, house: House) -> None:
        await house.hear("Bonjour", "Encore moi")
        await house.work()
        await run(house, "DELETE FROM message WHERE inbox_id = (SELECT min(id) FROM inbox)")
        await run(house, "DELETE FROM inbox WHERE id = (SELECT min(id) FROM inbox)")
        finding = (await findings(house))["ledger"]
        assert finding.state is State.WRONG
        assert "1 acknowledged events are not in the inbox" in finding.what.en
        assert "1 événements acceptés ne sont pas dans la boîte d’arrivée" in finding.what.fr
