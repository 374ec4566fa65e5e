"""A conversation: one account of ours and one remote address (or mail thread)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.ids import AccountId, ConversationId, MemberId
from domain.triage import Language


class Mode(StrEnum):
    """Who speaks for us in a conversation."""

    BOT = "bot"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Conversation:
    """The ordering lane, reply window and language of an exchange; it outlives tickets.

    participants: addresses that have taken part. Only they may join (invariant 4 of ARCHITECTURE).
    """

    id: ConversationId
    account_id: AccountId
    remote_address: str
    participants: frozenset[str]
    created_at: datetime
    member_id: MemberId | None = None
    language: Language = Language.UND
    mode: Mode = Mode.PERSON
    last_inbound_at: datetime | None = None

    def may_join(self, address: str) -> bool:
        """Whether a message from `address` may be threaded into this conversation."""
        return address in self.participants

    def heard(self, *, at: datetime, language: Language) -> "Conversation":
        """The same conversation after a message in; an undetermined language changes nothing."""
        spoken = language if language is not Language.UND else self.language
        return replace(self, language=spoken, last_inbound_at=at)
