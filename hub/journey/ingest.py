"""The way in: verify, parse, store, and only then say yes. A crash on either side loses nothing."""

import hashlib
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from channels import wire
from channels.port import ChannelAdapter, InboundEvent, Malformed, RawEvent, SignatureInvalid, Unreadable
from domain.clock import Clock
from domain.ids import AccountId, mint
from hub import metrics
from hub.journey.channels import Channels
from storage import rejected
from storage.engine import digest, lane_of
from storage.group_commit import GroupCommit, Payload, StoredEvent
from storage.keys import Keyring, Purpose
from storage.unit_of_work import UnitOfWork

#: What is kept as text of bytes that cannot be read: enough for the danger rules and for a person.
_MAX_TEXT_CHARS = 20_000
#: No provider packs so many into one payload: more of them are bytes that cannot be read.
_MAX_EVENTS = 10_000


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was stored. `unreadable`: the bytes are kept, and nothing could be read from them."""

    events: int
    unreadable: bool


class Ingest:
    """Takes raw events in, for webhooks, intakes and polls alike."""

    def __init__(
        self, *, engine: AsyncEngine, store: GroupCommit, keyring: Keyring, channels: Channels, clock: Clock
    ) -> None:
        self._engine, self._store, self._keyring = engine, store, keyring
        self._channels, self._clock = channels, clock

    async def accept(self, account_id: AccountId, raw: RawEvent) -> Accepted:
        """Store the event; returns only when it is committed.

        Raises UnknownAccount, SignatureInvalid (the bytes are kept apart for a day), DatabaseAway.
        """
        opened = self._channels.of(account_id)
        kind = opened.account.kind
        try:
            opened.channel.verify(raw)
        except SignatureInvalid as refusal:
            await self._keep_apart(account_id, raw, reason=str(refusal))
            metrics.REJECTED.labels(kind).inc()
            raise
        return await self.store(account_id, raw)

    async def store(self, account_id: AccountId, raw: RawEvent) -> Accepted:
        """The same for an event whose origin needs no proof (our own intake) or has been proved by a person."""
        opened = self._channels.of(account_id)
        events = read(opened.channel, raw)
        metrics.RECEIVED.labels(opened.account.kind).inc(len(events))
        await self._store.store(
            Payload(
                id=mint(self._clock.now()),
                account_id=account_id,
                received_at=raw.received_at,
                sealed=self._keyring.seal(Purpose.RAW, wire.encode_raw(raw)),
                events=[self._stored(account_id, event) for event in events],
            )
        )
        metrics.STORED.labels(opened.account.kind).inc(len(events))
        return Accepted(len(events), any(isinstance(event, Unreadable) for event in events))

    def _stored(self, account_id: AccountId, event: InboundEvent) -> StoredEvent:
        return StoredEvent(
            event_hash=digest(event.event_key),
            lane=lane_of(str(account_id), event.lane_key),
            sealed=self._keyring.seal(Purpose.RAW, wire.encode(event)),
        )

    async def _keep_apart(self, account_id: AccountId, raw: RawEvent, *, reason: str) -> None:
        async with UnitOfWork(self._engine) as work:
            await rejected.keep(
                work.connection,
                account_id=account_id,
                received_at=raw.received_at,
                reason=reason,
                sealed=self._keyring.seal(Purpose.RAW, wire.encode_raw(raw)),
            )
            await work.commit()


def read(channel: ChannelAdapter, raw: RawEvent) -> tuple[InboundEvent, ...]:
    """The events in the bytes; bytes that the channel calls Malformed become one event of their own. Pure."""
    try:
        events = channel.parse(raw)
        if len(events) > _MAX_EVENTS:
            raise Malformed(f"{len(events)} events in one payload: {_MAX_EVENTS} are read at most")
        return events
    except Malformed as fault:
        key = hashlib.sha256(raw.body).hexdigest()
        text = raw.body[: _MAX_TEXT_CHARS * 4].decode("utf-8", "replace")[:_MAX_TEXT_CHARS]
        return (Unreadable(key, f"unreadable|{key}", reason=str(fault), text=text),)
