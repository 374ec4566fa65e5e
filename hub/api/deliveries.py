"""Deciding on deliveries whose fate nobody knows, or that failed."""

from uuid import UUID

from fastapi import APIRouter

from domain.ids import DeliveryId
from hub.api.messages import message_item
from hub.api.reception import Here
from hub.api.schemas import DeliveryDecision, MessageItem
from hub.api.viewer import Viewing
from hub.journey.decide import Decision

router = APIRouter()


@router.post("/deliveries/{id}/decision", summary="Decide on a delivery")
async def decide(
    id: UUID,
    decision: DeliveryDecision,
    reception: Here,
    viewer: Viewing,
) -> MessageItem:
    """Send again, call it sent, or give it up; gives the message as it is then."""
    said = await reception.hub.decide().decide(
        delivery_id=DeliveryId(id), decision=Decision(decision.decision), viewer=viewer
    )
    return message_item(said)
