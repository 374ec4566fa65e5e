"""The rows of the storage room's tests."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.keys import Keyring
from tests.storage.rows import Rows, rows_on


@pytest.fixture
async def rows(engine: AsyncEngine, keyring: Keyring) -> Rows:
    """An account and a user, and the words to add more."""
    return await rows_on(engine, keyring)
