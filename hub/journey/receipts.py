"""What providers say of our messages: delivered, read, failed. States move on only; a late word changes nothing."""

from collections.abc import Sequence
from datetime import datetime

from channels.port import StatusChanged
from domain.events import DeliveryMoved
from domain.ids import DeliveryId
from domain.message import DeliveryState
from storage.delivery import outbox, reads, writes
from storage.inbox import MAX_ATTEMPTS, InboxRow
from storage.unit_of_work import UnitOfWork

_SETTLED = frozenset({DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED})


class NotKnownYet(LookupError):  # noqa: N818 - named for what it is
    """The receipt overtook the memory of what was sent: it is tried again in a moment."""


async def settle(
    work: UnitOfWork, statuses: Sequence[tuple[InboxRow, StatusChanged]], *, now: datetime
) -> list[tuple[int, str]]:
    """Move the deliveries that these receipts name; returns the outcome of each row. Raises NotKnownYet."""
    known = await reads.by_provider_ids(work.connection, {status.message_id for _, status in statuses})
    outcomes = []
    for row, status in statuses:
        deliveries = known.get(status.message_id, ())
        if not deliveries and row.attempts < MAX_ATTEMPTS:
            raise NotKnownYet("a receipt names a message that is not known (yet)")
        moved = [await _move(work, one, status, now=now) for one in deliveries]
        outcomes.append((row.id, "status" if any(moved) else "late_status" if deliveries else "orphan_status"))
    return outcomes


async def _move(work: UnitOfWork, delivery_id: DeliveryId, status: StatusChanged, *, now: datetime) -> bool:
    found = await reads.locked(work.connection, delivery_id)
    if found is None:
        return False
    delivery, ticket_id = found
    moved = await writes.move(work.connection, delivery, status.state, now=now, detail=status.reason)
    if moved is None:
        return False
    if moved.state in _SETTLED and delivery.state is not DeliveryState.SENDING:  # else its worker settles it
        await outbox.remove(work.connection, [delivery.id])
    work.record(
        DeliveryMoved(
            at=now,
            ticket_id=ticket_id,
            conversation_id=delivery.conversation_id,
            message_id=delivery.message_id,
            delivery_id=delivery.id,
            state=moved.state,
            attempt=delivery.attempts,
        )
    )
    return True
