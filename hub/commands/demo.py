"""`hub demo`: fill an empty database with people and their requests, as they might have been."""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from hub.bootstrap import NotMigrated, assemble
from hub.clock import FixedClock, SystemClock
from hub.database import open_database
from hub.demo.desk import sign_ins
from hub.demo.load import Place, is_empty, load
from hub.demo.mailbox import fill
from hub.migration import newest, revision_of
from hub.settings import Environment, Settings
from storage.engine import connect
from storage.unit_of_work import UnitOfWork
from storage.user import writes as user_writes

DEFAULT_SEED = 2026


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `hub demo`."""
    parser.add_argument("--if-empty", action="store_true", help="do nothing when there are members already")
    parser.add_argument("--accounts-only", action="store_true", help="only the three people who may sign in")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="N", help="another seed is another demo")
    parser.add_argument(
        "--as-of", type=_instant, default=None, metavar="ISO", help="the moment at which the demo stands (default: now)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Load the demo; 0 when it is there, 1 when it cannot be loaded."""
    settings = Settings()
    if settings.environment is Environment.PRODUCTION:
        # Its passwords are printed at each start: they must never open a hub that holds real people's data.
        sys.stderr.write("Pas de démonstration en production · no demo in production\n")
        return 0 if arguments.if_empty else 1
    as_of = arguments.as_of or SystemClock().now()
    try:
        with open_database(settings) as url:
            if arguments.accounts_only:
                return asyncio.run(_accounts(settings, url, as_of))
            return asyncio.run(_load(settings, url, seed=arguments.seed, as_of=as_of, if_empty=arguments.if_empty))
    except NotMigrated as reason:
        sys.stderr.write(f"{reason}\n")
        return 1


async def _load(settings: Settings, url: str, *, seed: int, as_of: datetime, if_empty: bool) -> int:
    if await _has_members(url):
        if if_empty:
            return 0
        sys.stderr.write("Il y a déjà des bénéficiaires, rien n’est changé · there are members already\n")
        return 1
    async with assemble(settings, url=url, clock=FixedClock(as_of), pool=2) as hub:
        place = Place(
            engine=hub.engine,
            keyring=hub.keyring,
            matrix=hub.matrix,
            danger=hub.understanding.danger,
            files=hub.files,
        )
        world = await load(place, seed=seed, as_of=as_of, step=_step)
        if settings.has_mailbox:
            with _step("Boîte aux lettres · mailbox"):
                fill(world, settings.data_dir / "mailbox")
    return 0


async def _accounts(settings: Settings, url: str, as_of: datetime) -> int:
    async with assemble(settings, url=url, clock=FixedClock(as_of), pool=2) as hub, UnitOfWork(hub.engine) as work:
        for user in sign_ins(as_of):
            await user_writes.keep(work.connection, user, now=as_of)
        await work.commit()
    return 0


async def _has_members(url: str) -> bool:
    """Looked at first: at most starts there is nothing to do, and it should take no time."""
    engine = connect(url, pool=1)
    try:
        return await revision_of(engine) == newest() and not await is_empty(engine)
    finally:
        await engine.dispose()


def _instant(value: str) -> datetime:
    given = datetime.fromisoformat(value)
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)


@contextmanager
def _step(label: str) -> Iterator[None]:
    """One line of progress: what is done, then how long it took."""
    began = time.monotonic()
    sys.stdout.write(f"  {label} … ")
    sys.stdout.flush()
    yield
    sys.stdout.write(f"{time.monotonic() - began:.1f} s\n")
    sys.stdout.flush()
