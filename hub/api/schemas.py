"""What the API says and hears. Times are ISO 8601 in UTC; ids are UUIDs."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from domain.message import Author, DeliveryState, Direction
from domain.permissions import Action, Role
from domain.ticket import TicketState
from domain.triage import Language, MedicalLevel, Urgency


def without_nul(text: str) -> str:
    """The text, which a database can hold. Raises ValueError for a NUL; pydantic refuses lone surrogates itself."""
    if "\x00" in text:
        raise ValueError("a text may not hold a NUL character")
    return text


#: A text that can be stored.
Storable = AfterValidator(without_nul)


class Schema(BaseModel):
    """Frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class Problem(BaseModel):
    """RFC 9457 problem details, with the fields at fault."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list["FieldError"] = []


class FieldError(BaseModel):
    """Which field, and why."""

    field: str
    reason: str


class Credentials(Schema):
    """An e-mail address and a password."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, min_length=3), Storable]
    password: Annotated[str, StringConstraints(max_length=1024, min_length=1), Storable]


class Me(Schema):
    """Who is signed in and what they may do."""

    id: UUID
    name: str
    email: str
    role: Role
    actions: list[Action]


class Names(Schema):
    """One name in the three languages."""

    fr: str
    en: str
    es: str


class Catalogue(Schema):
    """Words for ids: kinds of request and owners."""

    kinds: dict[str, Names]
    owners: dict[str, Names]


class Queue(Schema):
    """An owner's queue: its open tickets and how many are past their time."""

    owner: str
    open: int
    breached: int


class TicketRow(Schema):
    """A ticket in a list. The title is neutral: never a medical word.

    `sender`: the name that whoever wrote first gave, else their address; for people who are not members.
    """

    id: UUID
    reference: str
    state: TicketState
    kind: str
    risk: str
    owner: str
    urgency: Urgency
    medical: MedicalLevel
    language: Language
    title: str
    channel: str
    member_name: str | None
    sender: str | None
    country: str | None
    opened_at: datetime
    first_message_at: datetime
    updated_at: datetime
    first_response_at: datetime | None
    solved_at: datetime | None
    due_at: datetime | None
    warning_at: datetime | None
    breached: bool


class TicketPage(Schema):
    """Tickets, the most urgent and the soonest due first; `next` continues the list."""

    items: list[TicketRow]
    next: str | None


class MemberCard(Schema):
    """The member beside the conversation."""

    id: UUID
    name: str
    rank: str
    language: Language
    country: str
    time_zone: str
    departure_date: str | None
    mission_end: str | None
    verified: bool


class TicketDetail(TicketRow):
    """A ticket with its member and the reason it is where it is."""

    reason: str
    remote_address: str | None
    member: MemberCard | None


class AttachmentItem(Schema):
    """A file that came with a message; `size` in bytes."""

    id: UUID
    filename: str
    content_type: str
    size: int


class DeliveryItem(Schema):
    """What became of an outbound message. `detail` says what happened and what to do."""

    id: UUID
    state: DeliveryState
    attempts: int
    detail: str
    updated_at: datetime


class MessageItem(Schema):
    """One thing said."""

    id: UUID
    client_id: str | None
    direction: Direction
    author: Author
    author_name: str
    subject: str | None
    text: str
    language: Language
    sent_at: datetime
    received_at: datetime
    attachments: list[AttachmentItem]
    delivery: DeliveryItem | None


class MessagePage(Schema):
    """Messages, the oldest first; `before` continues towards the past."""

    items: list[MessageItem]
    before: str | None


class NewReply(Schema):
    """A reply. `client_id` is minted by the sender: a repeat is the same message."""

    client_id: UUID
    text: Annotated[str, StringConstraints(min_length=1, max_length=100_000, pattern=r"\S"), Storable]


class Closure(Schema):
    """Why a ticket is solved."""

    reason: Literal["answered", "no_reply_needed", "duplicate", "spam"] = "answered"


class DeliveryDecision(Schema):
    """What a person decides on an uncertain or failed delivery."""

    decision: Literal["resend", "mark_sent", "give_up"]


class QuarantineItem(Schema):
    """An event put aside after three failures (`event-…`), or a payload whose signature was wrong (`payload-…`)."""

    id: str
    account_id: UUID
    channel: str
    received_at: datetime
    attempts: int
    reason: str


class Fault(StrEnum):
    """What may not add up in an hour's books."""

    NOT_STORED = "not_stored"
    IN_NO_STATE = "in_no_state"
    NO_MESSAGE = "no_message"


class LedgerFault(Schema):
    """A sum that fails, and by how many: below zero when something is missing."""

    fault: Fault
    gap: int


class LedgerHour(Schema):
    """One hour's books.

    received = accepted + duplicates; accepted = stored; stored = processed + quarantined + pending; said = messages;
    replies = settled + unsettled. What does not add up is in `faults`.
    """

    hour: datetime
    received: int
    duplicates: int
    accepted: int
    stored: int
    processed: int
    quarantined: int
    pending: int
    said: int
    messages: int
    replies: int
    settled: int
    unsettled: int
    faults: list[LedgerFault]
    balanced: bool


class Ledger(Schema):
    """The books by hour, newest first, and whether they add up."""

    hours: list[LedgerHour]
    balanced: bool


class Ready(Schema):
    """Whether each thing the hub stands on answers."""

    ready: bool
    checks: dict[str, Annotated[str, Field(description="ok, or what is wrong and what to do")]]
