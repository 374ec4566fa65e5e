"""The danger-first pass: every text that comes in is looked at before anything else happens to anything.

It runs ahead of lanes and needs no person, model or network. Its verdict is written beside the event, puts the event
and its lane first, and nothing later may lower it.
"""

import time
from dataclasses import dataclass

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from channels import wire
from channels.port import InboundEvent, MessageArrived, Unreadable
from domain.clock import Clock
from domain.events import EventQuarantined
from domain.triage import Danger
from hub import metrics
from hub.journey.channels import Channels
from hub.logging import log
from storage import inbox
from storage.inbox import InboxRow
from storage.keys import Keyring, Purpose
from storage.unit_of_work import UnitOfWork
from understanding.port import DangerRules

#: Rows looked at in one transaction, and for how long at the most.
BATCH, _LOOK_SECONDS = 256, 2.0
#: Of a longer text the beginning and the end are read: nobody cries for help in the middle of a book.
_READ_CHARS = 100_000


@dataclass(slots=True)
class _Verdicts:
    calm: list[int]
    danger: list[tuple[int, bytes]]
    aside: list[tuple[InboxRow, str]]


class FirstLook:
    """Reads new rows of the inbox for danger."""

    def __init__(
        self, *, engine: AsyncEngine, keyring: Keyring, rules: DangerRules, channels: Channels, clock: Clock
    ) -> None:
        self._engine, self._keyring, self._rules = engine, keyring, rules
        self._channels, self._clock = channels, clock

    async def look(self) -> int:
        """Look at what is new; returns how many rows were looked at."""
        async with UnitOfWork(self._engine) as work:
            rows = await inbox.unread(work.connection, limit=BATCH)
            if not rows:
                return 0
            verdicts = self._judge(rows)
            await inbox.mark_read(work.connection, calm=verdicts.calm, danger=verdicts.danger)
            await inbox.set_aside(work.connection, [(row.id, reason) for row, reason in verdicts.aside])
            for row, reason in verdicts.aside:
                work.record(self._quarantined(row, reason))
            await work.commit()
        metrics.LOOKED_AT.labels("no").inc(len(verdicts.calm))
        metrics.LOOKED_AT.labels("yes").inc(len(verdicts.danger))
        metrics.QUARANTINED.inc(len(verdicts.aside))
        return len(verdicts.calm) + len(verdicts.danger) + len(verdicts.aside)

    def _judge(self, rows: tuple[InboxRow, ...]) -> _Verdicts:
        """Judge rows until the time is up: the rest stays new for the next look, and nothing waits for long."""
        verdicts = _Verdicts([], [], [])
        end = time.monotonic() + _LOOK_SECONDS
        for row in rows:
            if time.monotonic() > end:
                break
            try:
                event = wire.decode(self._keyring.open(Purpose.RAW, row.event))
                danger = self._rules.assess(words_of(event))
            except Exception as error:  # noqa: BLE001 - whatever it is, a person must see the row
                verdicts.aside.append((row, f"the danger rules could not read it ({type(error).__name__})"))
                continue
            if danger is not None:
                verdicts.danger.append((row.id, seal(self._keyring, danger)))
            elif isinstance(event, Unreadable):
                verdicts.aside.append((row, event.reason))
            else:
                verdicts.calm.append(row.id)
        return verdicts

    def _quarantined(self, row: InboxRow, reason: str) -> EventQuarantined:
        channel = self._channels.of(row.account_id).account.kind
        log.error("event_quarantined", inbox_id=row.id, account_id=row.account_id)
        return EventQuarantined(at=self._clock.now(), channel=channel, inbox_id=row.id, reason=reason)


def words_of(event: InboundEvent) -> str:
    """Everything in an event that a person may have written: subject, words, names of files. Nothing in a status."""
    if isinstance(event, Unreadable):
        return event.text
    if not isinstance(event, MessageArrived):
        return ""
    names = (attachment.filename for attachment in event.attachments)
    return "\n\n".join(part for part in (event.subject or "", _shortened(event.text), *names) if part)


def _shortened(text: str) -> str:
    if len(text) <= 2 * _READ_CHARS:
        return text
    return f"{text[:_READ_CHARS]}\n\n{text[-_READ_CHARS:]}"


def seal(keyring: Keyring, danger: Danger) -> bytes:
    """A verdict as it is kept beside its event."""
    return keyring.seal(Purpose.RAW, msgspec.json.encode(danger))


def unseal(keyring: Keyring, sealed: bytes | None) -> Danger | None:
    """The verdict that `seal` kept."""
    return None if sealed is None else msgspec.json.decode(keyring.open(Purpose.RAW, sealed), type=Danger)
