"""Whether the process lives and can do its work, and what it counts. For machines; nothing private is told."""

import asyncio
from time import monotonic

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub import metrics
from hub.api.errors import is_retryable
from hub.api.reception import Reception, reception_of
from hub.api.schemas import Ready
from hub.bootstrap import Hub
from hub.migration import revision_of
from storage import inbox, rejected
from storage.delivery import outbox
from storage.unit_of_work import UnitOfWork

#: A database that takes longer to answer cannot do the work.
ANSWER_SECONDS = 3.0
#: Gauges are read from the database at most this often, however often they are asked for.
GAUGES_SECONDS = 5.0
_OK = "ok"


async def healthz(_request: Request) -> Response:
    """The process lives; nothing else is said."""
    return JSONResponse({"alive": True})


async def readyz(request: Request) -> Response:
    """Whether each thing that the hub stands on answers; 503 when one does not."""
    reception = reception_of(request)
    checks = {
        "database": await _database(reception),
        "store": _OK if reception.store.is_alive else "the group commit has ended: restart this process",
        "stream": _OK if reception.feed.is_following else "the event log is not being followed: is the database away?",
        **reception.doors.states(),
    }
    ready = all(check == _OK for check in checks.values())
    document = Ready(ready=ready, checks=checks).model_dump()
    return JSONResponse(document, status_code=200 if ready else 503, headers={"Cache-Control": "no-store"})


class Gauges:
    """What is waiting, read from the database for whoever collects figures."""

    def __init__(self) -> None:
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def metrics(self, request: Request) -> Response:
        """Everything this process counts, in Prometheus' text format."""
        await self._refresh(reception_of(request).hub)
        return Response(generate_latest(metrics.API), media_type=CONTENT_TYPE_LATEST)

    async def _refresh(self, hub: Hub) -> None:
        """Read the gauges unless they are fresh; while the database is away the last ones stay."""
        async with self._reading:
            if monotonic() - self._read_at < GAUGES_SECONDS:
                return
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await _read_gauges(hub)
            except Exception as error:
                if not is_retryable(error):
                    raise
            self._read_at = monotonic()


async def _read_gauges(hub: Hub) -> None:
    async with UnitOfWork(hub.engine) as work:
        oldest = await inbox.oldest_pending(work.connection)
        waiting = await inbox.waiting(work.connection)
        payloads = await rejected.waiting(work.connection)
        deliveries = await outbox.waiting(work.connection)
    age = 0.0 if oldest is None else (hub.clock.now() - oldest).total_seconds()
    metrics.OLDEST_UNPROCESSED.set(max(0.0, age))
    for state, count in waiting.items():
        metrics.WAITING.labels(state).set(count)
    metrics.QUARANTINE.labels("event").set(waiting["quarantined"])
    metrics.QUARANTINE.labels("payload").set(payloads)
    metrics.OUTBOX.set(deliveries)


async def _database(reception: Reception) -> str:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            found = await revision_of(reception.hub.engine)
    except Exception as error:
        if not is_retryable(error):
            raise
        return "does not answer: see `hub doctor`"
    if found != reception.revision:
        return f"is at revision {found}, this version needs {reception.revision}: run `hub migrate`"
    return _OK
