"""Starts a process of the hub with a fault built in, so that the rig can be seen to fail: `-m tests.rig.sabotage FAULT
serve`. Faults:

unique_key   a repeat is stored again (the rig drops the constraint)
lease        a worker that lost its lease commits all the same (the rig drops the second line of defence)
early_yes    the API says yes and stores afterwards
"""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.port import RawEvent
from domain.ids import AccountId
from hub.__main__ import main
from hub.journey.ingest import Accepted, Ingest
from storage import group_commit, inbox, tables

#: What the rig does to the tables for a fault.
STATEMENTS: Mapping[str, Sequence[str]] = {
    "unique_key": ("ALTER TABLE inbox DROP CONSTRAINT uq_inbox_account_id_event_hash",),
    "lease": ("ALTER TABLE message DROP CONSTRAINT uq_message_inbox_id",),
    "early_yes": (),
}
_REPEATS = "ON CONFLICT (account_id, event_hash) DO NOTHING"
_later: set[asyncio.Task[Any]] = set()


def _without_unique_key() -> None:
    assert _REPEATS in group_commit._INSERT
    group_commit._INSERT = group_commit._INSERT.replace(_REPEATS, "")


def _without_lease() -> None:
    async def finish(
        connection: AsyncConnection, outcomes: Sequence[tuple[int, str]], *, worker: UUID, now: datetime
    ) -> int:
        for row, outcome in outcomes:
            done = {"state": "done", "outcome": outcome, "processed_at": now, "worker": None, "lease_until": None}
            await connection.execute(update(tables.inbox).where(tables.inbox.c.id == row).values(done))
        return len(outcomes)

    inbox.finish = finish


def _with_early_yes() -> None:
    store = Ingest.store

    async def say_yes_at_once(self: Ingest, account_id: AccountId, raw: RawEvent) -> Accepted:
        task = asyncio.create_task(store(self, account_id, raw))
        _later.add(task)
        task.add_done_callback(_later.discard)
        return Accepted(1, unreadable=False)

    Ingest.store = say_yes_at_once  # type: ignore[method-assign]


_FAULTS: Mapping[str, Callable[[], None]] = {
    "unique_key": _without_unique_key,
    "lease": _without_lease,
    "early_yes": _with_early_yes,
}

if __name__ == "__main__":
    _FAULTS[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))
