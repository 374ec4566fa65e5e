"""Group commit into the inbox: the hot path between a webhook and its 2xx.

While a lane's commit is under way new payloads pile up, so batches grow with load; there is no artificial wait.
One of the two places in the product that commit: insert only, acknowledged only afterwards.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import asyncpg

from domain.ids import AccountId
from storage.engine import libpq_arguments

#: `stored` remembers how many events of a payload were new, so that the books can be checked against the inbox.
#: Ids keep the order of arrival; keys are locked in an order of their own, so that two commits which bring the same
#: events never wait for each other in a circle. A batch whose outcome is unknown is inserted again: nothing of it may
#: then be in the way, neither its events nor its payloads.
_INSERT = """
WITH payload AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::smallint[], $5::bytea[])
        AS p(id, account_id, received_at, events, sealed)
), arrived AS (
    SELECT nextval('inbox_id_seq') AS id, e.*
    FROM unnest($6::uuid[], $7::bytea[], $8::bigint[], $9::uuid[], $10::bytea[], $11::timestamptz[])
        AS e(account_id, event_hash, lane, raw_id, event, received_at)
), fresh AS (
    INSERT INTO inbox (id, account_id, event_hash, lane, raw_id, event, received_at, run_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, account_id, event_hash, lane, raw_id, event, received_at, received_at
    FROM arrived ORDER BY account_id, event_hash, id
    ON CONFLICT (account_id, event_hash) DO NOTHING
    RETURNING raw_id
)
INSERT INTO raw_payload (id, account_id, received_at, events, stored, sealed)
SELECT id, account_id, received_at, events, (SELECT count(*) FROM fresh WHERE fresh.raw_id = payload.id), sealed
FROM payload
ON CONFLICT (id) DO NOTHING
"""

#: The connection is gone or the server is going: the outcome is unknown and the same insert may be repeated.
_GONE = (
    asyncpg.InternalClientError,  # what the driver says when the connection ends between two of its own steps
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    OSError,
    TimeoutError,
)
_AGAIN_SECONDS = 0.1


class DatabaseAway(Exception):  # noqa: N818
    """Nothing was stored because the database does not answer; the sender must try again."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One normalised event, sealed, with its unique hash and lane."""

    event_hash: bytes
    lane: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Payload:
    """What one request brought: the sealed raw bytes and the events read from them."""

    id: UUID
    account_id: AccountId
    received_at: datetime
    sealed: bytes
    events: Sequence[StoredEvent]


class GroupCommit:
    """Stores payloads durably, many a transaction. Use as an async context manager."""

    def __init__(self, url: str, *, lanes: int = 3, most: int = 256, timeout_seconds: float = 8.0) -> None:
        self._arguments = libpq_arguments(url)
        self._lanes, self._most, self._timeout = lanes, most, timeout_seconds
        self._waiting: list[tuple[Payload, asyncio.Future[None]]] = []
        self._something = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._serve(), name=f"group-commit-{n}") for n in range(self._lanes)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def is_alive(self) -> bool:
        """Whether it still takes payloads; not whether the database answers."""
        return any(not task.done() for task in self._tasks)

    async def store(self, payload: Payload) -> None:
        """Return when the payload is committed. Raises DatabaseAway when it cannot be in time."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((payload, stored))
        self._something.set()
        try:
            async with asyncio.timeout(self._timeout):
                await stored
        except TimeoutError as error:
            raise DatabaseAway("the database does not answer; try again") from error

    async def _serve(self) -> None:
        while True:
            try:
                await self._drain()
            except Exception:  # noqa: BLE001 - a lane outlives whatever it meets: without lanes nothing is ever stored
                # Away, or taking nobody in (too many connections, maintenance): senders wait, and are told 503 at
                # their time-out.
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _drain(self) -> None:
        connection = await asyncpg.connect(**self._arguments, command_timeout=self._timeout)
        try:
            statement = await connection.prepare(_INSERT)
            while True:
                await self._something.wait()
                batch = self._take()
                if batch:
                    await self._commit(statement, batch)
        finally:
            connection.terminate()

    def _take(self) -> list[tuple[Payload, asyncio.Future[None]]]:
        batch = [entry for entry in self._waiting[: self._most] if not entry[1].done()]
        del self._waiting[: self._most]
        if not self._waiting:
            self._something.clear()
        return batch

    async def _commit(self, statement: Any, batch: list[tuple[Payload, asyncio.Future[None]]]) -> None:
        try:
            await self._insert(statement, batch)
        except (*_GONE, asyncio.CancelledError):
            # Outcome unknown: another connection repeats it. The unique keys make the repeat harmless.
            self._waiting[:0] = [entry for entry in batch if not entry[1].done()]
            self._something.set()
            raise
        except Exception as error:
            for _, stored in batch:  # a fault of ours: its senders are told, and the lane goes on elsewhere
                _settle(stored, error)
            raise

    async def _insert(self, statement: Any, batch: list[tuple[Payload, asyncio.Future[None]]]) -> None:
        try:
            await statement.fetch(*_columns([payload for payload, _ in batch]))
        except _GONE:
            raise
        except asyncpg.PostgresError as error:
            if len(batch) == 1:
                _settle(batch[0][1], error)
                return
            for entry in batch:  # one bad payload must not fail its neighbours
                await self._insert(statement, [entry])
        else:
            for _, stored in batch:
                _settle(stored, None)


def _settle(stored: asyncio.Future[None], error: Exception | None) -> None:
    if stored.done():
        return
    if error is None:
        stored.set_result(None)
    else:
        stored.set_exception(error)


def _columns(payloads: Sequence[Payload]) -> tuple[list[Any], ...]:
    events = [(payload, event) for payload in payloads for event in payload.events]
    return (
        [payload.id for payload in payloads],
        [payload.account_id for payload in payloads],
        [payload.received_at for payload in payloads],
        [len(payload.events) for payload in payloads],
        [payload.sealed for payload in payloads],
        [payload.account_id for payload, _ in events],
        [event.event_hash for _, event in events],
        [event.lane for _, event in events],
        [payload.id for payload, _ in events],
        [event.sealed for _, event in events],
        [payload.received_at for payload, _ in events],
    )
