"""A conversation as the product would have kept it: ticket, clock, messages and every event, step by step."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.conversation import Conversation
from domain.events import (
    ClockBreached,
    ClockMet,
    ClockStarted,
    ClockWarned,
    DangerDetected,
    Event,
    MessageReceived,
    MessageSent,
    TicketAssigned,
    TicketOpened,
    TicketReopened,
    TicketRouted,
    TicketSolved,
    TicketTriaged,
    WaitingOnChanged,
)
from domain.ids import AccountId, AttachmentId, ConversationId, MessageId, TicketId
from domain.message import Attachment, Author, Direction, Message
from domain.sla import promise
from domain.ticket import Ticket, TicketState, reference_of
from domain.triage import Danger, Route
from hub.demo.dice import Dice, Minter
from hub.demo.documents import content_type_of, document
from hub.demo.threads import Thread, Turn, Waits
from routing.matrix import Matrix
from routing.titles import title
from storage.clock.reads import Clock

CHANNEL, FIRST_RESPONSE = "email", "first_response"
_TAGS = re.compile(r"\s*\[VI-[0-9A-Z]+\]")
_STATES: Mapping[Waits, TicketState] = {
    Waits.MEMBER: TicketState.WAITING_MEMBER,
    Waits.PARTNER: TicketState.WAITING_PARTNER,
}


@dataclass(frozen=True, slots=True)
class Archive:
    """What stories are written down with."""

    account_id: AccountId
    domain: str
    matrix: Matrix
    dice: Dice
    mint: Minter
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Filed:
    """Where a case is filed: its route and the danger and certainty that led to it, and the conversation it joins."""

    route: Route
    danger: Danger | None
    confidence: float
    conversation: Conversation | None = None
    subject: str | None = None


@dataclass(slots=True)
class Story:
    """Everything that a thread leaves behind."""

    thread: Thread
    conversation: Conversation
    ticket: Ticket
    clock: Clock
    events: list[Event] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    files: list[tuple[AttachmentId, bytes]] = field(default_factory=list)


def story_of(thread: Thread, filed: Filed, archive: Archive) -> Story:
    """Write down a thread."""
    teller = _Teller(thread, filed, archive)
    for turn in thread.turns:
        teller.take(turn)
    return teller.end()


class _Teller:
    def __init__(self, thread: Thread, filed: Filed, archive: Archive) -> None:
        self._filed, self._archive, self._asker = filed, archive, thread.case.asker
        first = thread.turns[0]
        self._opened_at = first.at + timedelta(seconds=archive.dice.between(0.15, 1.4))
        conversation = filed.conversation or self._new_conversation(thread)
        ticket = self._new_ticket(thread, conversation)
        clock = self._new_clock(ticket)
        self._story = Story(thread, conversation, replace(ticket, due_at=clock.due_at), clock)
        self._subject = filed.subject or thread.subject

    def take(self, turn: Turn) -> None:
        """The next message."""
        if turn.by is None:
            self._hear(turn)
        else:
            self._speak(turn)
        if turn.solves is not None:
            self._solve(turn.solves)

    def end(self) -> Story:
        """The story with what time brought about in the meantime."""
        clock = self._story.clock
        end = min(clock.met_at or self._archive.as_of, self._archive.as_of)
        for name, at in (("warned_at", clock.warning_at), ("breached_at", clock.due_at)):
            if at is not None and at < end:
                self._told(name, at + timedelta(seconds=self._archive.dice.between(0.1, 4)))
        return self._story

    def _told(self, name: str, at: datetime) -> None:
        if at >= self._archive.as_of:
            return
        ticket_id = self._story.ticket.id
        event = ClockWarned if name == "warned_at" else ClockBreached
        self._story.clock = replace(self._story.clock, **{name: at})  # type: ignore[arg-type]
        self._story.events.append(event(at=at, ticket_id=ticket_id, clock=FIRST_RESPONSE))

    # --- in -------------------------------------------------------------------------------------------------------

    def _hear(self, turn: Turn) -> None:
        story, first = self._story, not self._story.messages
        message = self._inbound(turn)
        story.conversation = story.conversation.heard(at=turn.at, language=message.language)
        self._record(
            MessageReceived(
                at=turn.at,
                ticket_id=story.ticket.id,
                conversation_id=story.conversation.id,
                message_id=message.id,
                member_id=story.ticket.member_id,
                channel=CHANNEL,
                sent_at=message.sent_at,
                language=message.language,
                first=first,
            )
        )
        story.messages.append(message)
        if first:
            self._open(message)
        else:
            self._go_on(turn.at + timedelta(seconds=self._archive.dice.between(0.15, 1.2)))

    def _open(self, message: Message) -> None:
        ticket, clock, danger = self._story.ticket, self._story.clock, self._filed.danger
        at, ticket_id = self._opened_at, ticket.id
        if danger is not None:
            self._record(
                DangerDetected(
                    at=at,
                    ticket_id=ticket_id,
                    message_id=message.id,
                    kind=danger.kind,
                    rule=danger.rule,
                    rules_version=danger.rules_version,
                )
            )
        self._record(
            TicketOpened(
                at=at,
                ticket_id=ticket_id,
                member_id=ticket.member_id,
                reference=ticket.reference,
                channel=CHANNEL,
                first_message_at=ticket.first_message_at,
            ),
            TicketTriaged(
                at=at,
                ticket_id=ticket_id,
                kind=ticket.kind,
                urgency=ticket.urgency,
                confidence=self._filed.confidence,
                matrix_version=ticket.matrix_version,
            ),
            TicketRouted(at=at, ticket_id=ticket_id, owner=ticket.owner),
            ClockStarted(
                at=at,
                ticket_id=ticket_id,
                clock=clock.name,
                calendar=clock.calendar,
                target_minutes=clock.target_minutes,
                due_at=clock.due_at,
            ),
        )

    def _go_on(self, at: datetime) -> None:
        ticket = self._story.ticket
        if ticket.state is TicketState.SOLVED:
            self._record(TicketReopened(at=at, ticket_id=ticket.id, cause="message"))
        elif ticket.state is not TicketState.OPEN:
            self._record(WaitingOnChanged(at=at, ticket_id=ticket.id, waiting_on="hub"))
        self._story.ticket = replace(ticket.to(TicketState.OPEN, now=at), updated_at=at)

    # --- out ------------------------------------------------------------------------------------------------------

    def _speak(self, turn: Turn) -> None:
        story, by = self._story, turn.by
        if by is None:
            raise ValueError("nobody speaks in this turn")
        actor, at = str(by.id), turn.at
        message = self._outbound(turn)
        story.messages.append(message)
        self._record(
            MessageSent(
                at=at,
                actor=actor,
                ticket_id=story.ticket.id,
                member_id=story.ticket.member_id,
                conversation_id=story.conversation.id,
                message_id=message.id,
                channel=CHANNEL,
                author=Author.HUMAN,
            )
        )
        if story.clock.met_at is None:
            late = story.clock.due_at is not None and at > story.clock.due_at
            story.clock = replace(story.clock, met_at=at)
            self._record(ClockMet(at=at, ticket_id=story.ticket.id, actor=actor, clock=FIRST_RESPONSE, late=late))
        after = story.ticket.answered(at=at)
        if after.assignee_id is None:
            after = replace(after, assignee_id=by.id)
            self._record(TicketAssigned(at=at, ticket_id=after.id, actor=actor, user_id=by.id))
        state = _STATES[turn.waits]
        if after.state is not state:
            after = after.to(state, now=at)
            self._record(WaitingOnChanged(at=at, ticket_id=after.id, actor=actor, waiting_on=turn.waits))
        story.ticket = after

    def _solve(self, at: datetime) -> None:
        story = self._story
        actor = str(story.ticket.assignee_id)
        story.ticket = story.ticket.to(TicketState.SOLVED, now=at)
        self._record(TicketSolved(at=at, actor=actor, ticket_id=story.ticket.id, reason="answered"))

    def _record(self, *events: Event) -> None:
        self._story.events.extend(events)

    # --- the things themselves ------------------------------------------------------------------------------------

    def _new_conversation(self, thread: Thread) -> Conversation:
        return Conversation(
            id=ConversationId(self._archive.mint(self._opened_at)),
            account_id=self._archive.account_id,
            remote_address=self._asker.address,
            participants=frozenset({self._asker.address}),
            created_at=self._opened_at,
            member_id=self._asker.member_id,
            language=thread.case.language,
        )

    def _new_ticket(self, thread: Thread, conversation: Conversation) -> Ticket:
        route = self._filed.route
        ticket_id = TicketId(self._archive.mint(self._opened_at))
        return Ticket(
            id=ticket_id,
            reference=reference_of(ticket_id),
            state=TicketState.OPEN,
            kind=route.kind,
            risk=route.risk,
            owner=route.owner,
            urgency=route.urgency,
            medical=route.medical,
            language=thread.case.language,
            title=title(route.risk, thread.case.language),
            channel=CHANNEL,
            opened_at=self._opened_at,
            first_message_at=thread.case.at,
            updated_at=self._opened_at,
            reason=route.reason,
            matrix_version=route.matrix_version,
            member_id=conversation.member_id,
        )

    def _new_clock(self, ticket: Ticket) -> Clock:
        matrix, started_at = self._archive.matrix, ticket.first_message_at
        target = matrix.target(route=self._filed.route, channel=CHANNEL)
        owed = promise(
            calendar=matrix.calendar(target.calendar_name),
            started_at=started_at,
            target=timedelta(minutes=target.minutes),
        )
        return Clock(
            ticket_id=ticket.id,
            name=FIRST_RESPONSE,
            calendar=target.calendar_name,
            target_minutes=target.minutes,
            started_at=started_at,
            due_at=owed.due_at,
            warning_at=owed.warning_at,
        )

    def _inbound(self, turn: Turn) -> Message:
        dice, subject = self._archive.dice, self._subject
        if self._story.messages or self._filed.conversation is not None:
            subject = f"Re: {self._subject}"
            if self._story.messages:  # our answer carried the reference, in place of an earlier one
                subject = f"{_TAGS.sub('', subject)} [{self._story.ticket.reference}]"
        sent_at = (turn.at - timedelta(seconds=dice.between(1.5, 40))).replace(microsecond=0)
        domain = self._asker.address.partition("@")[2]
        return Message(
            id=MessageId(self._archive.mint(turn.at)),
            conversation_id=self._story.conversation.id,
            ticket_id=self._story.ticket.id,
            direction=Direction.IN,
            author=Author.MEMBER,
            author_name=self._asker.shown,
            text=turn.text,
            sent_at=sent_at,
            received_at=turn.at,
            language=self._story.thread.case.language,
            provider_id=f"{dice.bits(96):024x}@{domain}",
            subject=subject,
            attachments=tuple(self._attachment(name, turn) for name in turn.files),
        )

    def _outbound(self, turn: Turn) -> Message:
        if turn.by is None:
            raise ValueError("nobody speaks in this turn")
        return Message(
            id=MessageId(self._archive.mint(turn.at)),
            conversation_id=self._story.conversation.id,
            ticket_id=self._story.ticket.id,
            direction=Direction.OUT,
            author=Author.HUMAN,
            author_name=turn.by.person.name,
            text=turn.text,
            sent_at=turn.at,
            received_at=turn.at,
            language=self._story.conversation.language,
            user_id=turn.by.id,
            client_id=str(self._archive.dice.uuid()),
            subject=self._story.messages[-1].subject,
        )

    def _attachment(self, name: str, turn: Turn) -> Attachment:
        attachment_id = AttachmentId(self._archive.mint(turn.at))
        content = document(name, dice=self._archive.dice)
        self._story.files.append((attachment_id, content))
        return Attachment(attachment_id, name, content_type_of(name), len(content))
