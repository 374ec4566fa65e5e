"""`hub migrate`: bring the database to this version's tables."""

import argparse
import asyncio
import sys

from hub.clock import SystemClock
from hub.database import open_database
from hub.migration import migrate
from hub.settings import Settings
from storage.engine import connect


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_arguments: argparse.Namespace) -> int:
    """Migrate; 0 when the database is at the newest revision."""
    with open_database(Settings()) as url:
        sys.stdout.write(f"tables at revision {asyncio.run(_migrate(url))}\n")
    return 0


async def _migrate(url: str) -> str:
    engine = connect(url, pool=2)
    try:
        return await migrate(engine, now=SystemClock().now())
    finally:
        await engine.dispose()
