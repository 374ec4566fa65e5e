"""Whether everything that came in went through: the books by hour, and what waits for a person."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query

from channels import wire
from channels.port import SignatureInvalid
from domain.permissions import Action
from hub.api.reception import Here, Reception
from hub.api.schemas import Fault, Ledger, LedgerFault, LedgerHour, QuarantineItem
from hub.api.viewer import Viewing
from hub.logging import log
from storage import inbox, ledger, rejected
from storage.keys import Purpose
from storage.unit_of_work import UnitOfWork

router = APIRouter()
_HOUR = timedelta(hours=1)
_EVENT, _PAYLOAD = "event-", "payload-"


class NotInQuarantine(LookupError):  # noqa: N818 - named for what is wrong
    """Nothing of this id waits in the quarantine (any more)."""


class StillUnproved(Exception):  # noqa: N818 - named for what is wrong
    """The payload's signature is still wrong: mend the account's secret, then replay."""


@router.get("/ledger", name="ledger", summary="The books by hour")
async def books(reception: Here, viewer: Viewing, hours: Annotated[int, Query(ge=1, le=720)] = 72) -> Ledger:
    """The books of the last `hours` hours, this one included, the newest first, and whether they add up."""
    viewer.require(Action.READ_OPERATIONS)
    now = reception.hub.clock.now()
    since = now.replace(minute=0, second=0, microsecond=0) - (hours - 1) * _HOUR
    async with UnitOfWork(reception.hub.engine) as work:
        # All counts at the same instant: else what moves between two of them looks like a loss.
        await work.connection.execution_options(isolation_level="REPEATABLE READ")
        found = await ledger.hours(work.connection, since=since, until=now + _HOUR)
    rows = [_row(hour) for hour in found]
    return Ledger(hours=rows, balanced=all(row.balanced for row in rows))


@router.get("/quarantine", summary="What waits for a person")
async def quarantine(reception: Here, viewer: Viewing) -> list[QuarantineItem]:
    """Events that failed three times, and payloads whose signature was wrong; the oldest first."""
    viewer.require(Action.READ_OPERATIONS)
    async with UnitOfWork(reception.hub.engine) as work:
        events = await inbox.quarantined(work.connection)
        payloads = await rejected.everything(work.connection)
    items = [
        QuarantineItem(
            id=f"{_EVENT}{row}",
            account_id=account_id,
            channel=channel,
            received_at=received_at,
            attempts=attempts,
            reason=reason,
        )
        for row, account_id, channel, received_at, attempts, reason in events
    ]
    items += [
        QuarantineItem(
            id=f"{_PAYLOAD}{payload.id}",
            account_id=payload.account_id,
            channel=payload.channel,
            received_at=payload.received_at,
            attempts=1,
            reason=payload.reason,
        )
        for payload in payloads
    ]
    return sorted(items, key=lambda item: item.received_at)


@router.post("/quarantine/{id}/replay", status_code=204, summary="Try again what was put aside")
async def replay(
    id: Annotated[str, Path(pattern=r"^(event|payload)-[0-9]{1,18}$")],
    reception: Here,
    viewer: Viewing,
) -> None:
    """Give an event three more attempts; take a payload in, if its signature is right by now."""
    viewer.require(Action.REPLAY)
    if id.startswith(_EVENT):
        await _replay_event(reception, int(id.removeprefix(_EVENT)), now=reception.hub.clock.now())
    else:
        await _replay_payload(reception, int(id.removeprefix(_PAYLOAD)))
    log.info("quarantine_replayed", user_id=viewer.user_id, reason=id)


async def _replay_event(reception: Reception, row: int, *, now: datetime) -> None:
    async with UnitOfWork(reception.hub.engine) as work:
        if not await inbox.replay(work.connection, row, now=now):
            raise NotInQuarantine(f"no event {row} in quarantine: it may have been replayed already")
        await work.commit()


async def _replay_payload(reception: Reception, row: int) -> None:
    hub = reception.hub
    async with UnitOfWork(hub.engine) as work:
        payload = await rejected.take(work.connection, row)
        if payload is None:
            raise NotInQuarantine(f"no payload {row} in quarantine: it may have been replayed, or its day is over")
        raw = wire.decode_raw(hub.keyring.open(Purpose.RAW, payload.sealed))
        try:
            hub.channels.of(payload.account_id).channel.verify(raw)
        except SignatureInvalid as refusal:
            raise StillUnproved(str(refusal)) from refusal
        # Committed on its own: a crash before the row is gone only stores a repeat, which is known by its keys.
        await reception.ingest.store(payload.account_id, raw)
        await rejected.remove(work.connection, row)
        await work.commit()


def _row(hour: ledger.Hour) -> LedgerHour:
    gaps = {
        Fault.NOT_STORED: hour.stored - hour.accepted,
        Fault.IN_NO_STATE: hour.processed + hour.quarantined + hour.pending - hour.stored,
        Fault.NO_MESSAGE: hour.messages - hour.said,
    }
    return LedgerHour(
        hour=hour.hour,
        received=hour.received,
        duplicates=hour.duplicates,
        accepted=hour.accepted,
        stored=hour.stored,
        processed=hour.processed,
        quarantined=hour.quarantined,
        pending=hour.pending,
        said=hour.said,
        messages=hour.messages,
        replies=hour.replies,
        settled=hour.settled,
        unsettled=hour.unsettled,
        faults=[LedgerFault(fault=fault, gap=gap) for fault, gap in gaps.items() if gap],
        balanced=not hour.faults,
    )
