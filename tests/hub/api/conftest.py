"""The API of a test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.clock import FixedClock
from storage.keys import Keyring
from tests.hub.api.premises import Premises, premises_on
from tests.hub.journey.house import House, house_on


@pytest.fixture
async def house(engine: AsyncEngine, database_url: str, keyring: Keyring, clock: FixedClock) -> AsyncIterator[House]:
    """A hub whose provider honours keys."""
    async with house_on(engine, database_url, keyring, clock) as house:
        yield house


@pytest.fixture
async def premises(house: House, tmp_path: Path) -> AsyncIterator[Premises]:
    """The API on that hub, with everything open."""
    async with premises_on(house, tmp_path) as premises:
        yield premises
