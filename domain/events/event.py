"""What every event carries."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.ids import ConversationId, MemberId, MessageId, TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries. `actor`: a user id, `system`, `bot` or a partner's id."""

    type: ClassVar[str]
    version: ClassVar[int] = 1
    at: datetime
    actor: str = "system"
    ticket_id: TicketId | None = None
    conversation_id: ConversationId | None = None
    message_id: MessageId | None = None
    member_id: MemberId | None = None
    call_id: UUID | None = None
