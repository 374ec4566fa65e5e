"""The house of the journeys' tests."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.clock import FixedClock
from storage.keys import Keyring
from tests.hub.journey.house import House, house_on


@pytest.fixture
async def house(engine: AsyncEngine, database_url: str, keyring: Keyring, clock: FixedClock) -> AsyncIterator[House]:
    """A hub whose provider honours keys."""
    async with house_on(engine, database_url, keyring, clock) as house:
        yield house
