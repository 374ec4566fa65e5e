"""Which ticket a message belongs to: one that goes on, one that reopens, or a new one with an owner and a clock."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.conversation import Conversation
from domain.events import (
    ClockStarted,
    DangerDetected,
    Event,
    MessageReceived,
    TicketLinked,
    TicketOpened,
    TicketReopened,
    TicketRouted,
    TicketTriaged,
    WaitingOnChanged,
)
from domain.ids import TicketId, mint
from domain.message import Author, Direction, Message
from domain.sla import promise
from domain.ticket import LinkRole, Ticket, TicketState, reference_of
from domain.triage import Assessment, Language, Route, Urgency
from hub.journey.arrival import Said
from hub.journey.desk import Desk
from routing.matrix import Matrix
from routing.titles import title
from storage.clock.reads import Clock

#: The promise that every ticket starts with, and the one that each turn of ours begins with (a clock a turn: the
#: message's id follows the name, since clocks do not restart).
FIRST_RESPONSE, NEXT_RESPONSE = "first_response", "next_response"


@dataclass(frozen=True, slots=True)
class Secretary:
    """Puts messages under tickets. Everything it changes stays on the desk until it is written."""

    matrix: Matrix

    def file(self, desk: Desk, said: Said, conversation: Conversation) -> tuple[Event, ...]:
        """Give the message its ticket and say what happened."""
        going_on = _going_on(desk, said, conversation)
        if said.danger is not None and (going_on is None or going_on.urgency is not Urgency.P1):
            return self._open(desk, said, conversation, beside=going_on)
        if going_on is None:
            return self._open(desk, said, conversation, beside=None)
        return self._join(desk, said, going_on)

    def _join(self, desk: Desk, said: Said, ticket: Ticket) -> tuple[Event, ...]:
        """A message on a ticket that goes on. A machine's message neither reopens it nor makes it our turn."""
        events: tuple[Event, ...] = (self._received(said, ticket, first=False), *_danger(desk, said, ticket))
        after = replace(ticket, updated_at=desk.now)
        if not said.event.automatic and ticket.state is not TicketState.OPEN:
            after = ticket.to(TicketState.OPEN, now=desk.now)
            clock = self._clock(ticket, _route(ticket), name=f"{NEXT_RESPONSE}:{said.id}", at=said.row.received_at)
            after = replace(after, due_at=clock.due_at)
            desk.clocks.append(clock)
            events += (_resumed(ticket, at=desk.now), _started(clock, at=desk.now))
        desk.change(after)
        _put(said, after)
        desk.links.add((_conversation(said).id, after.id))
        return events

    def _open(self, desk: Desk, said: Said, conversation: Conversation, *, beside: Ticket | None) -> tuple[Event, ...]:
        """A new ticket: routed, named in neutral words, promised an answer, tied to what it may have to do with."""
        assessment = _assessment(said)
        route = self.matrix.route(
            kind=assessment.kind, danger=said.danger, confidence=assessment.confidence, now=desk.now
        )
        ticket = self._ticket(desk, said, conversation, route)
        clock = self._clock(ticket, route, name=FIRST_RESPONSE, at=ticket.first_message_at)
        ticket = replace(ticket, due_at=clock.due_at)
        ties = _ties(desk, said, ticket, beside)
        desk.open_ticket(ticket, conversation_id=conversation.id)
        desk.clocks.append(clock)
        desk.ties += [(ticket.id, other, role) for other, role in ties]
        _put(said, ticket)
        confidence = 1.0 if said.danger is not None else assessment.confidence
        return (
            self._received(said, ticket, first=True),
            *_danger(desk, said, ticket),
            *_opened(ticket, clock, confidence=confidence),
            *(TicketLinked(at=desk.now, ticket_id=ticket.id, other=other, role=role) for other, role in ties),
        )

    def _ticket(self, desk: Desk, said: Said, conversation: Conversation, route: Route) -> Ticket:
        ticket_id = TicketId(mint(desk.now))
        return Ticket(
            id=ticket_id,
            reference=reference_of(ticket_id),
            state=TicketState.OPEN,
            kind=route.kind,
            risk=route.risk,
            owner=route.owner,
            urgency=route.urgency,
            medical=route.medical,
            language=conversation.language,
            title=title(route.risk, _spoken(conversation.language)),
            channel=str(said.account.kind),
            opened_at=desk.now,
            first_message_at=said.row.received_at,
            updated_at=desk.now,
            reason=route.reason,
            matrix_version=route.matrix_version,
            member_id=conversation.member_id,
        )

    def _clock(self, ticket: Ticket, route: Route, *, name: str, at: datetime) -> Clock:
        target = self.matrix.target(route=route, channel=ticket.channel, on=at.date())
        owed = promise(
            calendar=self.matrix.calendar(target.calendar_name),
            started_at=at,
            target=timedelta(minutes=target.minutes),
        )
        return Clock(
            ticket_id=ticket.id,
            name=name,
            calendar=target.calendar_name,
            target_minutes=target.minutes,
            started_at=at,
            due_at=owed.due_at,
            warning_at=owed.warning_at,
        )

    def _received(self, said: Said, ticket: Ticket, *, first: bool) -> MessageReceived:
        return MessageReceived(
            at=said.row.received_at,
            ticket_id=ticket.id,
            conversation_id=_conversation(said).id,
            message_id=said.id,
            member_id=ticket.member_id,
            channel=str(said.account.kind),
            sent_at=said.event.sent_at,
            language=said.guess.language if said.guess else Language.UND,
            first=first,
        )


def _going_on(desk: Desk, said: Said, conversation: Conversation) -> Ticket | None:
    """The ticket that this message goes on with: the one it answers, else the gravest open one, else one to reopen."""
    tickets = [one for one in desk.tickets_of(conversation.id) if _takes(one, desk.now)]
    answered = next((one for one in tickets if one.id == said.answers), None)
    unsolved = sorted((one for one in tickets if one.state is not TicketState.SOLVED), key=lambda one: one.urgency.rank)
    return next((one for one in (answered, *unsolved, *tickets) if one is not None), None)


def _takes(ticket: Ticket, now: datetime) -> bool:
    return ticket.state is not TicketState.SOLVED or ticket.reopens_for(now)


def _ties(desk: Desk, said: Said, ticket: Ticket, beside: Ticket | None) -> list[tuple[TicketId, LinkRole]]:
    if beside is not None:
        return [(beside.id, LinkRole.SECOND_RISK)]
    if said.answers is not None:  # solved too long ago to be reopened
        return [(said.answers, LinkRole.FOLLOWS)]
    return [] if said.may_belong_to is None else [(said.may_belong_to, LinkRole.MAY_BELONG_TO)]


def _danger(desk: Desk, said: Said, ticket: Ticket) -> tuple[DangerDetected, ...]:
    if said.danger is None:
        return ()
    return (
        DangerDetected(
            at=desk.now,
            ticket_id=ticket.id,
            message_id=said.id,
            kind=said.danger.kind,
            rule=said.danger.rule,
            rules_version=said.danger.rules_version,
        ),
    )


def _resumed(before: Ticket, *, at: datetime) -> Event:
    if before.state is TicketState.SOLVED:
        return TicketReopened(at=at, ticket_id=before.id, cause="message")
    return WaitingOnChanged(at=at, ticket_id=before.id, waiting_on="hub")


def _opened(ticket: Ticket, clock: Clock, *, confidence: float) -> tuple[Event, ...]:
    at, ticket_id = ticket.opened_at, ticket.id
    return (
        TicketOpened(
            at=at,
            ticket_id=ticket_id,
            member_id=ticket.member_id,
            reference=ticket.reference,
            channel=ticket.channel,
            first_message_at=ticket.first_message_at,
        ),
        TicketTriaged(
            at=at,
            ticket_id=ticket_id,
            kind=ticket.kind,
            urgency=ticket.urgency,
            confidence=confidence,
            matrix_version=ticket.matrix_version,
        ),
        TicketRouted(at=at, ticket_id=ticket_id, owner=ticket.owner),
        _started(clock, at=at),
    )


def _started(clock: Clock, *, at: datetime) -> ClockStarted:
    return ClockStarted(
        at=at,
        ticket_id=clock.ticket_id,
        clock=clock.name,
        calendar=clock.calendar,
        target_minutes=clock.target_minutes,
        due_at=clock.due_at,
    )


def _route(ticket: Ticket) -> Route:
    """Where a ticket is."""
    return Route(
        kind=ticket.kind,
        risk=ticket.risk,
        owner=ticket.owner,
        urgency=ticket.urgency,
        medical=ticket.medical,
        reason=ticket.reason,
        matrix_version=ticket.matrix_version,
    )


def _put(said: Said, ticket: Ticket) -> None:
    """The message as it is kept, under its ticket."""
    said.ticket = ticket
    said.message = Message(
        id=said.id,
        conversation_id=_conversation(said).id,
        ticket_id=ticket.id,
        direction=Direction.IN,
        author=Author.AUTOMATIC if said.event.automatic else Author.MEMBER,
        author_name=said.event.sender_name,
        text=said.event.text,
        sent_at=said.event.sent_at,
        received_at=said.row.received_at,
        language=said.guess.language if said.guess else Language.UND,
        provider_id=said.event.message_id,
        subject=said.event.subject,
        attachments=tuple(attachment for attachment, _ in said.attachments),
    )


def _conversation(said: Said) -> Conversation:
    if said.conversation is None:
        raise RuntimeError("a message is threaded before it is put under a ticket")
    return said.conversation


def _assessment(said: Said) -> Assessment:
    if said.assessment is None:
        raise RuntimeError("a message is understood before it is put under a ticket")
    return said.assessment


def _spoken(language: Language) -> Language:
    return language if language in (Language.FR, Language.EN, Language.ES) else Language.FR
