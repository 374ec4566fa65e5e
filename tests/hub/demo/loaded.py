"""One demo for all tests of a file: made once, read by many."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.accounts import ensure_accounts
from hub.bootstrap import matrix_at, understanding_of
from hub.clock import FixedClock
from hub.demo.load import Place, load
from hub.demo.world import World
from hub.settings import Settings
from storage.engine import connect
from storage.files.memory import MemoryFiles
from storage.files.port import FileStore
from storage.keys import Keyring
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW

SEED = 7
KEYRING = Keyring(bytes(range(32)))


@dataclass(frozen=True)
class Demo:
    """A database with the demo in it, what was meant to be stored, and the files."""

    url: str
    world: World
    files: FileStore


async def load_into(url: str, *, seed: int = SEED, as_of: datetime = NOW, files: FileStore | None = None) -> Demo:
    """Load the demo into an empty, migrated database."""
    store = files or MemoryFiles()
    engine = connect(url, pool=2)
    try:
        async with UnitOfWork(engine) as work:
            await ensure_accounts(work, KEYRING, Settings(), now=as_of)
            await work.commit()
        place = Place(
            engine=engine,
            keyring=KEYRING,
            matrix=matrix_at(FixedClock(as_of)),
            danger=understanding_of().danger,
            files=store,
        )
        world = await load(place, seed=seed, as_of=as_of, step=silent)
    finally:
        await engine.dispose()
    return Demo(url, world, store)


def load_once(url: str) -> Demo:
    """The same outside of an event loop."""
    return asyncio.run(load_into(url))


def pairs(found: Iterable[Any]) -> dict[Any, Any]:
    """Rows of two columns as a mapping."""
    return {row[0]: row[1] for row in found}


@contextmanager
def silent(_label: str) -> Iterator[None]:
    """A step that nobody watches."""
    yield
