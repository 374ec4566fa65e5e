"""The way out: claim → render → remember → send → settle. Every reply ends in a state that a person can see.

What may have been sent is never sent again, unless the channel honours the call's key or can be asked what became of
it; else it is shown as uncertain and a person decides.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from channels.port import (
    AskableChannel,
    ChannelAdapter,
    OutboundMessage,
    SendReceipt,
    SendRefused,
    SendRetryable,
    SendUncertain,
    Unsupported,
    WireCall,
)
from domain.clock import Clock
from domain.events import DeliveryMoved
from domain.ids import DeliveryId
from domain.message import Author, DeliveryState
from hub import metrics
from hub.journey.channels import Channels, UnknownAccount
from hub.journey.recipients import Recipients
from hub.logging import log, place_of
from storage.delivery import outbox, reads, writes
from storage.delivery.outbox import Due
from storage.delivery.reads import Delivery, Outgoing
from storage.engine import is_away
from storage.keys import Keyring
from storage.message import writes as message_writes
from storage.unit_of_work import UnitOfWork

#: Deliveries under way at once, and the longest that one may be tried (mail: ruling 20).
AT_ONCE = 16
GIVE_UP_AFTER = timedelta(hours=72)
#: How long an outcome is kept in memory while the database is away, and how often it is tried.
_REMEMBERED_SECONDS, _LOOK_AGAIN_SECONDS = 60.0, 0.2
#: How long a call may be on its way before a provider's "I do not know it" is believed.
_ASK_AGAIN_AFTER = timedelta(minutes=2)
_BACK_OFF_FIRST_SECONDS, _BACK_OFF_MAX = 2.0, timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Journey:
    """A delivery with its calls written, ready to go on at `outgoing.delivery.next_step`."""

    outgoing: Outgoing
    channel: ChannelAdapter
    calls: tuple[WireCall, ...]
    attempts: int
    lapsed: bool

    @property
    def call(self) -> WireCall:
        """The call that is next."""
        return self.calls[self.outgoing.delivery.next_step]

    @property
    def is_last(self) -> bool:
        """Whether nothing follows that call."""
        return self.outgoing.delivery.next_step == len(self.calls) - 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: its receipt, or the state that the delivery comes to and why."""

    word: str
    state: DeliveryState
    detail: str = ""
    receipt: SendReceipt | None = None
    retry_after: timedelta | None = None


class Deliver:
    """Makes deliveries. One instance a worker; `worker` names it in leases."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        keyring: Keyring,
        channels: Channels,
        recipients: Recipients,
        clock: Clock,
        worker: UUID,
        lease: timedelta = timedelta(seconds=30),
    ) -> None:
        self._engine, self._keyring, self._channels = engine, keyring, channels
        self._recipients, self._clock, self._worker, self._lease = recipients, clock, worker, lease
        self._under_way: set[DeliveryId] = set()

    async def work(self, *, limit: int = AT_ONCE) -> int:
        """Make the next deliveries, together; returns how many were claimed."""
        journeys, claimed = await self._set_out(limit)
        ends = await asyncio.gather(*(self._travel(journey) for journey in journeys), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        return claimed

    async def keep_leases(self) -> None:
        """Hold on to what is under way; to be called well within a lease."""
        if not self._under_way:
            return
        async with UnitOfWork(self._engine) as work:
            await outbox.renew(
                work.connection,
                sorted(self._under_way),
                worker=self._worker,
                now=self._clock.now(),
                lease=self._lease,
            )
            await work.commit()

    async def _set_out(self, limit: int) -> tuple[list[Journey], int]:
        """Claim deliveries and remember each first call before it is made."""
        now = self._clock.now()
        async with UnitOfWork(self._engine) as work:
            due = await outbox.claim(work.connection, worker=self._worker, now=now, lease=self._lease, limit=limit)
            by_id = {one.delivery_id: one for one in due}
            journeys = []
            for outgoing in await reads.outgoing(work.connection, self._keyring, by_id):
                journey = await self._prepare(work, outgoing, by_id[outgoing.delivery.id], now=now)
                if journey is not None:
                    journeys.append(journey)
            await work.commit()
        return journeys, len(due)

    async def _prepare(self, work: UnitOfWork, outgoing: Outgoing, due: Due, *, now: datetime) -> Journey | None:
        """Write the calls; None when the message cannot go, which is settled at once."""
        delivery = outgoing.delivery
        try:
            opened = self._channels.of(delivery.account_id)
            self._recipients.require(delivery.to_address, channel=opened.account.kind)
            calls = opened.channel.render(outbound(outgoing))
        except (Unsupported, UnknownAccount, PermissionError) as refusal:
            await self._end(work, outgoing, Outcome("refused", DeliveryState.REFUSED, str(refusal)), now=now)
            return None
        except Exception as error:  # noqa: BLE001 - a fault in an adapter must end in a state that a person sees
            reason = f"This message could not be written for its channel ({place_of(error)}): tell the administrators"
            await self._end(work, outgoing, Outcome("failed", DeliveryState.FAILED, reason), now=now)
            return None
        journey = Journey(outgoing, opened.channel, calls, due.attempts, due.lapsed)
        if not due.lapsed:
            await self._begin(work, journey, now=now)
        return journey

    async def _begin(self, work: UnitOfWork, journey: Journey, *, now: datetime) -> None:
        """Remember the call that is about to be made, and the id under which answers to it will come."""
        delivery, call = journey.outgoing.delivery, journey.call
        await writes.begin_attempt(
            work.connection,
            delivery_id=delivery.id,
            step=delivery.next_step,
            key=call.key,
            provider_id=call.provider_id,
            now=now,
        )
        if call.provider_id is not None:
            await message_writes.name(work.connection, delivery.message_id, call.provider_id)
        await writes.move(work.connection, delivery, DeliveryState.SENDING, now=now)

    async def _travel(self, journey: Journey) -> None:
        """Make the calls one after the other, each settled before the next."""
        delivery_id = journey.outgoing.delivery.id
        self._under_way.add(delivery_id)
        try:
            following: Journey | None = journey
            while following is not None:
                outcome = await self._recall(following) if following.lapsed else await self._send(following)
                following = await self._settle_surely(following, outcome)
        finally:
            # When we leave by an error the lease runs out, and the next worker knows that it does not know.
            self._under_way.discard(delivery_id)

    async def _send(self, journey: Journey) -> Outcome:
        try:
            receipt = await journey.channel.send(journey.call)
        except SendRefused as error:
            return Outcome("refused", DeliveryState.REFUSED, str(error))
        except SendRetryable as error:
            return Outcome("retry", DeliveryState.QUEUED, str(error), retry_after=error.retry_after)
        except SendUncertain as error:
            return await self._after_silence(journey, str(error))
        except Exception as error:  # noqa: BLE001 - whatever it was, the call may have been made
            return await self._after_silence(journey, place_of(error))
        return Outcome("sent", DeliveryState.SENT, receipt.detail, receipt)

    async def _recall(self, journey: Journey) -> Outcome:
        """A worker died with this delivery: nobody knows whether the call was made."""
        return await self._after_silence(journey, "The hub stopped while this message was on its way")

    async def _after_silence(self, journey: Journey, what_happened: str) -> Outcome:
        channel = journey.channel
        if isinstance(channel, AskableChannel):
            try:
                receipt = await channel.find(journey.call.key)
            except SendRetryable as error:
                return Outcome("ask_later", DeliveryState.SENDING, str(error), retry_after=error.retry_after)
            if receipt is not None:
                return Outcome("sent", DeliveryState.SENT, receipt.detail, receipt)
            if not journey.lapsed and not channel.capabilities.honours_key:
                # The call may still be on its way to a slow provider: "not here" means something only later.
                return Outcome("ask_later", DeliveryState.SENDING, what_happened, retry_after=_ASK_AGAIN_AFTER)
            return Outcome("retry", DeliveryState.QUEUED, what_happened)
        if channel.capabilities.honours_key:
            return Outcome("retry", DeliveryState.QUEUED, what_happened)
        return Outcome("uncertain", DeliveryState.UNCERTAIN, what_happened)

    async def _settle_surely(self, journey: Journey, outcome: Outcome) -> Journey | None:
        """Settle, also when the database is away for a while: what we know must not be lost."""
        end = time.monotonic() + _REMEMBERED_SECONDS
        while True:
            try:
                return await self._settle(journey, outcome)
            except Exception as error:
                if not is_away(error) or time.monotonic() > end:
                    raise
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _settle(self, journey: Journey, outcome: Outcome) -> Journey | None:
        """Write down what came of a call; the journey with its next call begun, when one follows."""
        now = self._clock.now()
        delivery = journey.outgoing.delivery
        async with UnitOfWork(self._engine) as work:
            if not await outbox.holds(work.connection, delivery.id, worker=self._worker):
                log.warning("delivery_no_longer_held", delivery_id=delivery.id)
                return None
            if outcome.word == "ask_later":
                wait = outcome.retry_after or _back_off(journey.attempts)
                await outbox.ask_later(work.connection, delivery.id, at=now + wait)
                await work.commit()
                return None
            await writes.end_attempt(
                work.connection,
                delivery_id=delivery.id,
                step=delivery.next_step,
                outcome=outcome.word,
                now=now,
                provider_id=outcome.receipt.provider_id if outcome.receipt else None,
                detail=outcome.detail,
            )
            following = await self._go_on(work, journey, outcome, now=now)
            await work.commit()
        return following

    async def _go_on(self, work: UnitOfWork, journey: Journey, outcome: Outcome, *, now: datetime) -> Journey | None:
        delivery = journey.outgoing.delivery
        if outcome.receipt is not None:
            await message_writes.name(work.connection, delivery.message_id, outcome.receipt.provider_id)
            if not journey.is_last:
                return await self._next_call(work, journey, now=now)
        if outcome.word == "retry" and now - delivery.created_at < GIVE_UP_AFTER:
            await self._try_later(work, journey, outcome, now=now)
            return None
        if outcome.word == "retry":
            gave_up = f"Given up after {GIVE_UP_AFTER.total_seconds() / 3600:.0f} hours. {outcome.detail}"
            outcome = Outcome("failed", DeliveryState.FAILED, gave_up)
        await self._end(work, journey.outgoing, outcome, now=now)
        return None

    async def _next_call(self, work: UnitOfWork, journey: Journey, *, now: datetime) -> Journey:
        delivery = replace(journey.outgoing.delivery, next_step=journey.outgoing.delivery.next_step + 1)
        following = replace(journey, outgoing=replace(journey.outgoing, delivery=delivery), lapsed=False)
        await self._begin(work, following, now=now)
        return following

    async def _try_later(self, work: UnitOfWork, journey: Journey, outcome: Outcome, *, now: datetime) -> None:
        wait = outcome.retry_after or _back_off(journey.attempts)
        await outbox.put_back(work.connection, journey.outgoing.delivery.id, run_at=now + wait)
        await self._move(work, journey.outgoing, outcome, now=now)

    async def _end(self, work: UnitOfWork, outgoing: Outgoing, outcome: Outcome, *, now: datetime) -> None:
        await outbox.remove(work.connection, [outgoing.delivery.id])
        detail = _partly(outgoing.delivery, outcome)
        await self._move(work, outgoing, replace(outcome, detail=detail), now=now)

    async def _move(self, work: UnitOfWork, outgoing: Outgoing, outcome: Outcome, *, now: datetime) -> None:
        """A receipt may have overtaken us: the state then stays where it is."""
        found = await reads.locked(work.connection, outgoing.delivery.id)
        if found is None:
            return
        moved = await writes.move(work.connection, found[0], outcome.state, now=now, detail=outcome.detail)
        if moved is None:
            return
        metrics.DELIVERED.labels(moved.state).inc()
        work.record(
            DeliveryMoved(
                at=now,
                ticket_id=outgoing.ticket_id,
                conversation_id=moved.conversation_id,
                message_id=moved.message_id,
                delivery_id=moved.id,
                state=moved.state,
                attempt=moved.attempts,
                reason="" if moved.state is DeliveryState.SENT else outcome.word,
            )
        )


def outbound(outgoing: Outgoing) -> OutboundMessage:
    """The message as its channel renders it, the same on every attempt. Pure."""
    references: Sequence[str] = outgoing.references
    return OutboundMessage(
        key=str(outgoing.delivery.id),
        to=outgoing.delivery.to_address,
        text=outgoing.text,
        sent_at=outgoing.sent_at,
        subject=outgoing.subject,
        in_reply_to=references[-1] if references else None,
        references=tuple(references),
        author_name=outgoing.author_name,
        ticket_reference=outgoing.ticket_reference,
        automatic=outgoing.author is not Author.HUMAN,
    )


def _back_off(attempts: int) -> timedelta:
    return min(timedelta(seconds=_BACK_OFF_FIRST_SECONDS * (1 << min(attempts, 12))), _BACK_OFF_MAX)


def _partly(delivery: Delivery, outcome: Outcome) -> str:
    if delivery.next_step == 0 or outcome.state is DeliveryState.SENT:
        return outcome.detail
    return f"Its first {delivery.next_step} parts were sent. {outcome.detail}"
