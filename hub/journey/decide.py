"""What a person decides on a delivery whose fate nobody knows, or that failed: send again, call it sent, give up."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.clock import Clock
from domain.events import DeliveryMoved
from domain.ids import DeliveryId
from domain.message import DeliveryState
from domain.permissions import Action, Viewer
from storage.delivery import outbox, reads, writes
from storage.delivery.reads import Delivery
from storage.keys import Keyring
from storage.message import reads as message_reads
from storage.message.reads import Said
from storage.unit_of_work import UnitOfWork


class Decision(StrEnum):
    """What can be decided."""

    RESEND = "resend"
    MARK_SENT = "mark_sent"
    GIVE_UP = "give_up"


_STATES = {
    Decision.RESEND: DeliveryState.QUEUED,
    Decision.MARK_SENT: DeliveryState.SENT,
    Decision.GIVE_UP: DeliveryState.FAILED,
}
#: Only these wait for a person.
_OPEN_TO_DECISION = frozenset({DeliveryState.UNCERTAIN, DeliveryState.FAILED})


class NoSuchDelivery(LookupError):  # noqa: N818 - named for what is missing
    """No delivery has this id."""


class NothingToDecide(Exception):  # noqa: N818 - named for what it is
    """The delivery is in a state that asks nobody for a decision, or it cannot come to the one asked for."""


@dataclass(frozen=True, slots=True)
class Decide:
    """Settles deliveries by a person's word."""

    engine: AsyncEngine
    keyring: Keyring
    clock: Clock

    async def decide(self, *, delivery_id: DeliveryId, decision: Decision, viewer: Viewer) -> Said:
        """Do as decided and give the message. Raises NoSuchDelivery, NothingToDecide, Forbidden."""
        viewer.require(Action.REPLY)
        now = self.clock.now()
        async with UnitOfWork(self.engine) as work:
            found = await reads.locked(work.connection, delivery_id)
            if found is None:
                raise NoSuchDelivery(f"no delivery {delivery_id}")
            delivery, ticket_id = found
            moved = await self._move(work, delivery, decision, viewer=viewer, now=now)
            work.record(
                DeliveryMoved(
                    at=now,
                    actor=str(viewer.user_id),
                    ticket_id=ticket_id,
                    conversation_id=moved.conversation_id,
                    message_id=moved.message_id,
                    delivery_id=moved.id,
                    state=moved.state,
                    attempt=moved.attempts,
                    reason=decision,
                )
            )
            await work.commit()
            said = await message_reads.by_id(work.connection, self.keyring, moved.message_id, viewer=viewer)
        if said is None:
            raise NoSuchDelivery(f"no message for delivery {delivery_id}")
        return said

    async def _move(
        self, work: UnitOfWork, delivery: Delivery, decision: Decision, *, viewer: Viewer, now: datetime
    ) -> Delivery:
        if delivery.state not in _OPEN_TO_DECISION:
            raise NothingToDecide(f"this message is {delivery.state}: there is nothing to decide")
        detail = f"{decision}, {viewer.name}"
        moved = await writes.move(work.connection, delivery, _STATES[decision], now=now, detail=detail)
        if moved is None:
            raise NothingToDecide(f"a message that {delivery.state} cannot be treated as {decision}")
        if decision is Decision.RESEND:
            await outbox.put(
                work.connection,
                delivery_id=delivery.id,
                conversation_id=delivery.conversation_id,
                priority=outbox.PRIORITY_NORMAL,
                run_at=now,
            )
        return moved
