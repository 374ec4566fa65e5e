"""The catalogue of what can happen, complete for the KPI dictionary.

Events are facts in the past tense: ids and closed words, never message text, names, addresses or numbers.
`type` is dotted and stable; a change of meaning takes a new `version`. Times are aware UTC; durations are seconds.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from domain.ids import ConversationId, MemberId, MessageId, TicketId
from domain.message import Author
from domain.triage import Kind, Language, Owner, Urgency


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


# --- messages -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(Event):
    """Somebody wrote to us. `sent_at` is the sender's word; `at` is our server's."""

    type: ClassVar[str] = "message.received"
    channel: str
    sent_at: datetime
    language: Language
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(Event):
    """We wrote. Only `human` counts as a first response."""

    type: ClassVar[str] = "message.sent"
    channel: str
    author: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryMoved(Event):
    """An outbound message went on: sending, sent, delivered, read, refused, failed or uncertain."""

    type: ClassVar[str] = "delivery.moved"
    delivery_id: UUID
    state: str
    attempt: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventUnrecognised(Event):
    """A provider told us something of a sort that we do not know; it is kept."""

    type: ClassVar[str] = "event.unrecognised"
    channel: str
    sort: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuarantined(Event):
    """An event failed three times and was put aside for a person; its lane went on."""

    type: ClassVar[str] = "event.quarantined"
    channel: str
    inbox_id: int
    reason: str


# --- triage and the ticket ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerDetected(Event):
    """A danger rule matched; the words themselves stay with the message."""

    type: ClassVar[str] = "danger.detected"
    kind: Kind
    rule: str
    rules_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerReviewed(Event):
    """A person judged a verdict: `missed` is a safety event."""

    type: ClassVar[str] = "danger.reviewed"
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(Event):
    """A request began. `first_message_at` starts every clock and never changes."""

    type: ClassVar[str] = "ticket.opened"
    reference: str
    channel: str
    first_message_at: datetime
    inbound_first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTriaged(Event):
    """A kind was given, by the machine or by a person who corrected it."""

    type: ClassVar[str] = "ticket.triaged"
    kind: Kind
    urgency: Urgency
    confidence: float
    matrix_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRouted(Event):
    """The first owner queue was chosen."""

    type: ClassVar[str] = "ticket.routed"
    owner: Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerChanged(Event):
    """The ticket went to another owner; clocks go on."""

    type: ClassVar[str] = "ticket.owner_changed"
    before: Owner
    after: Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(Event):
    """A person of the owner's took it (None: put back)."""

    type: ClassVar[str] = "ticket.assigned"
    user_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOnChanged(Event):
    """Whom the ticket waits for now: `hub`, `member` or `partner`."""

    type: ClassVar[str] = "ticket.waiting_on"
    waiting_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSolved(Event):
    """The request was answered to the end."""

    type: ClassVar[str] = "ticket.solved"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReopened(Event):
    """A substantive message within seven days, or a person, reopened it."""

    type: ClassVar[str] = "ticket.reopened"
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMerged(Event):
    """This ticket went on inside another one, which keeps the earliest start."""

    type: ClassVar[str] = "ticket.merged"
    into: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnmerged(Event):
    """A merge was undone."""

    type: ClassVar[str] = "ticket.unmerged"
    out_of: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLinked(Event):
    """Two tickets were tied: `second_risk`, `may_belong_to`, `follows`."""

    type: ClassVar[str] = "ticket.linked"
    other: TicketId
    role: str


# --- clocks ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted(Event):
    """A promise began to run; `due_at` is None while it is paused without end."""

    type: ClassVar[str] = "clock.started"
    clock: str
    calendar: str
    target_minutes: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPaused(Event):
    """The clock stands still while somebody else is awaited."""

    type: ClassVar[str] = "clock.paused"
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed(Event):
    """The clock runs again, with a new due time."""

    type: ClassVar[str] = "clock.resumed"
    clock: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWarned(Event):
    """Three quarters of the target are gone."""

    type: ClassVar[str] = "clock.warned"
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBreached(Event):
    """The target has passed."""

    type: ClassVar[str] = "clock.breached"
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMet(Event):
    """The promise was kept or, `late`, kept after its time."""

    type: ClassVar[str] = "clock.met"
    clock: str
    late: bool


# --- calls ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(Event):
    """A call reached us; `open` by the calendar at its first request."""

    type: ClassVar[str] = "call.arrived"
    open: bool
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffered(Event):
    """A caller asked for an adviser: counted once per call."""

    type: ClassVar[str] = "call.offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQueued(Event):
    """The call entered a queue (again after a transfer or overflow)."""

    type: ClassVar[str] = "call.queued"
    queue: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRang(Event):
    """An adviser's telephone rang; `answered` tells how it ended."""

    type: ClassVar[str] = "call.rang"
    user_id: UUID
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered(Event):
    """A person picked up."""

    type: ClassVar[str] = "call.answered"
    user_id: UUID
    wait_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAbandoned(Event):
    """The caller hung up in the queue."""

    type: ClassVar[str] = "call.abandoned"
    wait_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFlowedOut(Event):
    """Queue full, or voicemail taken from the queue."""

    type: ClassVar[str] = "call.flowed_out"
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHeld(Event):
    """The caller was put on hold."""

    type: ClassVar[str] = "call.held"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResumed(Event):
    """The caller was taken off hold."""

    type: ClassVar[str] = "call.resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTransferred(Event):
    """The caller was passed on."""

    type: ClassVar[str] = "call.transferred"
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Event):
    """The line is closed; talk and hold over all legs."""

    type: ClassVar[str] = "call.ended"
    talk_seconds: float
    hold_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterCallWorkEnded(Event):
    """The adviser finished the call's paperwork."""

    type: ClassVar[str] = "call.after_work_ended"
    user_id: UUID
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRequested(Event):
    """The caller chose to be called back; the call is offered, neither answered nor abandoned."""

    type: ClassVar[str] = "callback.requested"
    wanted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAttempted(Event):
    """We called back."""

    type: ClassVar[str] = "callback.attempted"
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailLeft(Event):
    """A message was recorded."""

    type: ClassVar[str] = "voicemail.left"
    seconds: float


# --- partners and benefits ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverSent(Event):
    """A case was handed to a partner, who must acknowledge."""

    type: ClassVar[str] = "handover.sent"
    handover_id: UUID
    partner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverAcknowledged(Event):
    """The partner said: we have it."""

    type: ClassVar[str] = "handover.acknowledged"
    handover_id: UUID
    partner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverReturned(Event):
    """The case came back from the partner."""

    type: ClassVar[str] = "handover.returned"
    handover_id: UUID
    partner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CareRequestCompleted(Event):
    """Everything needed for a prise en charge or prior approval is there: its clock starts."""

    type: ClassVar[str] = "care.request_completed"
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CareDecisionRecorded(Event):
    """The decision on a prise en charge or prior approval was written on the ticket."""

    type: ClassVar[str] = "care.decision_recorded"
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportProposed(Event):
    """A transport file was opened; `proposed_by` the broker or the assister."""

    type: ClassVar[str] = "transport.proposed"
    proposed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationReceived(Event):
    """A feed event arrived from Business France."""

    type: ClassVar[str] = "affiliation.received"
    feed_event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationEligible(Event):
    """The beneficiary can use the cover from now."""

    type: ClassVar[str] = "affiliation.eligible"
    feed_event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureImported(Event):
    """A commitment measured elsewhere (automation, refund time, top-ups) was imported."""

    type: ClassVar[str] = "figure.imported"
    metric: str
    period_start: date
    value: float
    n: int


# --- complaints, surveys, assistant ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintRegistered(Event):
    """A dissatisfaction entered the register; legal clocks run from `sent_on`."""

    type: ClassVar[str] = "complaint.registered"
    complaint_id: UUID
    sent_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintAcknowledged(Event):
    """The acknowledgement with reference and delays went out."""

    type: ClassVar[str] = "complaint.acknowledged"
    complaint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintAnswered(Event):
    """The written answer went out: favourable, partly or refused."""

    type: ClassVar[str] = "complaint.answered"
    complaint_id: UUID
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediatorReferred(Event):
    """The complaint went to the mediator."""

    type: ClassVar[str] = "complaint.mediator_referred"
    complaint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveySent(Event):
    """A question about our service went out."""

    type: ClassVar[str] = "survey.sent"
    survey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(Event):
    """A mark came back: CSAT 1-5, NPS 0-10 or CES 1-7, as `scale` says."""

    type: ClassVar[str] = "survey.answered"
    survey: str
    scale: str
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BotStarted(Event):
    """The assistant took up a conversation."""

    type: ClassVar[str] = "bot.started"


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAnswered(Event):
    """The assistant gave an answer (`understood`) or had to ask again."""

    type: ClassVar[str] = "bot.answered"
    kind: Kind | None
    understood: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BotHandedOver(Event):
    """The assistant called a person."""

    type: ClassVar[str] = "bot.handed_over"
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotEnded(Event):
    """The conversation with the assistant ended: answered or left."""

    type: ClassVar[str] = "bot.ended"
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfServiceCompleted(Event):
    """Somebody who meant to contact us found what they needed alone."""

    type: ClassVar[str] = "self_service.completed"
    kind: Kind


# --- people at work -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceChanged(Event):
    """An adviser became available, busy, away or absent."""

    type: ClassVar[str] = "presence.changed"
    user_id: UUID
    presence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPlanned(Event):
    """What an adviser is planned to do, for adherence."""

    type: ClassVar[str] = "shift.planned"
    user_id: UUID
    begins_at: datetime
    ends_at: datetime
    activity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingEnded(Event):
    """An adviser stopped working on a ticket after `seconds` of attention, concurrency corrected."""

    type: ClassVar[str] = "handling.ended"
    user_id: UUID
    seconds: float


# --- campaigns ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStepSent(Event):
    """A step went to a person: once for ever per (member, step, anchor)."""

    type: ClassVar[str] = "campaign.step_sent"
    step: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignResult(Event):
    """delivered, bounced, opened (consenting), clicked, unsubscribed, complained, replied or converted."""

    type: ClassVar[str] = "campaign.result"
    step: str
    result: str


CATALOGUE: dict[str, type[Event]] = {
    thing.type: thing
    for thing in list(globals().values())
    if isinstance(thing, type) and issubclass(thing, Event) and thing is not Event
}
