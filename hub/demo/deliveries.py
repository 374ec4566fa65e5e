"""What became of the answers: mostly sent or delivered; a few refused, failed or uncertain, with what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from channels.email.render import message_id_for
from domain.events import DeliveryMoved
from domain.ids import DeliveryId
from domain.message import DeliveryState, Direction, Message
from hub.demo.dice import Dice, Minter
from hub.demo.world import World
from storage import tables
from storage.delivery.reads import Delivery
from storage.engine import digest
from storage.values import columns_of

#: One in so many answers ends in one of these ways, when it is old enough.
_TROUBLES = {DeliveryState.REFUSED: 550, DeliveryState.FAILED: 800, DeliveryState.UNCERTAIN: 1100}
_RECEIPTS = 0.42
_TAKEN = "250 2.0.0 Ok: queued"
_GIVEN_UP_AFTER = timedelta(hours=72)
_DETAILS: Mapping[DeliveryState, tuple[str, ...]] = {
    DeliveryState.REFUSED: (
        "550 5.1.1 The mailbox does not exist. Check the address with the member, or use their other one",
        "552 5.2.2 The mailbox is full. Write to the member's other address, or call",
    ),
    DeliveryState.FAILED: (
        "Given up after 72 hours. 451 4.4.1 The receiving server did not answer. Check the domain of the address",
        "Given up after 72 hours. 421 4.7.0 The receiving server asked to try later each time. Send it again, or call",
    ),
    DeliveryState.UNCERTAIN: (
        "The connection was lost after the mail had been handed over. Ask the member, or send it again",
    ),
}


@dataclass(frozen=True, slots=True)
class _Fate:
    state: DeliveryState
    word: str
    tries: int
    settled_at: datetime
    detail: str
    delivered_at: datetime | None = None


def contribute(world: World) -> None:
    """Deliver every answer there is."""
    dice, mint = world.dice("deliveries"), world.minter("deliveries")
    domain = world.account.address.rpartition("@")[2]
    remote = {row["id"]: row["remote_address"] for row in world.rows[tables.conversation]}
    for number, new in enumerate(world.messages):
        message = new.message
        if message.direction is Direction.OUT:
            delivery_id = DeliveryId(mint(message.sent_at))
            provider_id = message_id_for(str(delivery_id), domain=domain)
            world.messages[number] = replace(new, message=replace(message, provider_id=provider_id))
            fate = _fate(message, dice=dice, as_of=world.as_of)
            _keep(world, message, delivery_id, provider_id, fate, to=remote[message.conversation_id], mint=mint)


def _fate(message: Message, *, dice: Dice, as_of: datetime) -> _Fate:
    at = message.sent_at
    sent_at = min(at + timedelta(seconds=dice.between(0.4, 3.5)), as_of)
    for state, one_in in _TROUBLES.items():
        if dice.chance(1 / one_in):
            tries = 9 if state is DeliveryState.FAILED else 1
            settled_at = at + _GIVEN_UP_AFTER if state is DeliveryState.FAILED else sent_at
            if settled_at < as_of:
                word = "retry" if state is DeliveryState.FAILED else str(state)
                return _Fate(state, word, tries, settled_at, dice.pick(_DETAILS[state]))
    delivered_at = sent_at + timedelta(seconds=dice.around(12))
    if dice.chance(_RECEIPTS) and delivered_at < as_of:
        return _Fate(DeliveryState.DELIVERED, "sent", 1, sent_at, _TAKEN, delivered_at)
    return _Fate(DeliveryState.SENT, "sent", 1, sent_at, _TAKEN)


def _keep(
    world: World, message: Message, delivery_id: DeliveryId, provider_id: str, fate: _Fate, *, to: str, mint: Minter
) -> None:
    delivery = Delivery(
        id=delivery_id,
        message_id=message.id,
        account_id=world.account.id,
        conversation_id=message.conversation_id,
        to_address=to,
        state=fate.state,
        created_at=message.sent_at,
        updated_at=fate.delivered_at or fate.settled_at,
        attempts=fate.tries,
        detail="" if fate.state is DeliveryState.DELIVERED else fate.detail,
    )
    world.rows[tables.delivery].append(columns_of(delivery))
    world.rows[tables.attempt] += [_attempt(delivery, provider_id, fate, n) for n in range(1, fate.tries + 1)]
    settled = fate.state if fate.delivered_at is None else DeliveryState.SENT
    world.events.append(_moved(message, delivery, settled, fate, at=fate.settled_at))
    if fate.delivered_at is not None:
        world.events.append(_moved(message, delivery, DeliveryState.DELIVERED, fate, at=fate.delivered_at))


def _attempt(delivery: Delivery, provider_id: str, fate: _Fate, n: int) -> dict[str, Any]:
    """The n-th call; those of a delivery that failed are spread over the time in which it was tried."""
    began = delivery.created_at + (fate.settled_at - delivery.created_at) * ((n - 1) / fate.tries)
    ended = fate.settled_at if n == fate.tries else began + timedelta(seconds=2)
    return {
        "delivery_id": delivery.id,
        "step": 0,
        "n": n,
        "key": str(delivery.id),
        "started_at": began,
        "finished_at": ended,
        "outcome": fate.word,
        "provider_id": provider_id,
        "provider_hash": digest(provider_id),
        "detail": fate.detail,
    }


def _moved(message: Message, delivery: Delivery, state: DeliveryState, fate: _Fate, *, at: datetime) -> DeliveryMoved:
    return DeliveryMoved(
        at=at,
        ticket_id=message.ticket_id,
        conversation_id=message.conversation_id,
        message_id=message.id,
        delivery_id=delivery.id,
        state=state,
        attempt=fate.tries,
        reason="" if state in (DeliveryState.SENT, DeliveryState.DELIVERED) else fate.word,
    )
