"""A person's answer: accepted with its delivery in one transaction, sent by the worker.

The message, its delivery and its place in the outbox are there together or not at all.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from channels.port import OutboundMessage
from domain.clock import Clock
from domain.conversation import Conversation
from domain.events import ClockMet, MessageSent, TicketAssigned, TicketReopened, WaitingOnChanged
from domain.ids import DeliveryId, MessageId, TicketId, UserId, mint
from domain.message import Author, DeliveryState, Direction, Message
from domain.permissions import Action, Viewer
from domain.ticket import Ticket, TicketState
from domain.triage import Urgency
from hub.journey.channels import Channels
from storage.clock import reads as clock_reads
from storage.clock import writes as clock_writes
from storage.conversation import reads as conversation_reads
from storage.delivery import outbox
from storage.delivery import writes as delivery_writes
from storage.delivery.reads import Delivery
from storage.keys import Keyring
from storage.message import reads as message_reads
from storage.message import writes as message_writes
from storage.message.reads import Said
from storage.ticket import reads as ticket_reads
from storage.ticket import writes as ticket_writes
from storage.unit_of_work import UnitOfWork


class NoSuchTicket(LookupError):  # noqa: N818 - named for what is missing
    """No ticket has this id."""


class ClientIdTaken(Exception):  # noqa: N818 - named for what is wrong
    """This id was minted for another message: mint a new one. Nothing was sent, and nothing is lost."""


class NobodyToAnswer(Exception):  # noqa: N818 - named for what is wrong
    """There is no address to answer to: the ticket holds no conversation, or only one with ourselves."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Writes answers."""

    engine: AsyncEngine
    keyring: Keyring
    channels: Channels
    clock: Clock

    async def write(self, *, ticket_id: TicketId, client_id: UUID, text: str, viewer: Viewer) -> Said:
        """Answer the ticket's last conversation; a repeat of `client_id` gives the message that is there.

        Raises NoSuchTicket, NobodyToAnswer, ClientIdTaken, Unsupported (the channel cannot carry it), Forbidden.
        """
        viewer.require(Action.REPLY)
        user_id = _user(viewer)
        try:
            async with UnitOfWork(self.engine) as work:
                said = await self._said(work.connection, user_id, client_id, viewer)
                if said is None:
                    message_id = await self._write(
                        work, ticket_id=ticket_id, client_id=client_id, text=text, viewer=viewer
                    )
                    await work.commit()
                    said = await message_reads.by_id(work.connection, self.keyring, message_id, viewer=viewer)
        except IntegrityError:  # the same reply arrived twice at the same moment
            async with UnitOfWork(self.engine) as work:
                said = await self._said(work.connection, user_id, client_id, viewer)
            if said is None:
                raise
        if said is None:
            raise NoSuchTicket(f"no ticket {ticket_id}")
        if (said.message.ticket_id, said.message.text) != (ticket_id, text):
            raise ClientIdTaken(f"client_id {client_id} stands for another message: mint a new one")
        return said

    async def _said(self, connection: AsyncConnection, user_id: UserId, client_id: UUID, viewer: Viewer) -> Said | None:
        return await message_reads.by_client_id(
            connection, self.keyring, user_id=user_id, client_id=str(client_id), viewer=viewer
        )

    async def _write(
        self, work: UnitOfWork, *, ticket_id: TicketId, client_id: UUID, text: str, viewer: Viewer
    ) -> MessageId:
        now = self.clock.now()
        connection = work.connection
        ticket = await ticket_reads.locked(connection, ticket_id, viewer=viewer)
        if ticket is None:
            raise NoSuchTicket(f"no ticket {ticket_id}")
        conversations = await conversation_reads.of_ticket(connection, ticket_id)
        if not conversations:
            raise NobodyToAnswer(f"{ticket.reference} holds no conversation: open one with this person first")
        conversation = conversations[0]
        if self._is_ours(conversation.remote_address):
            raise NobodyToAnswer(f"{ticket.reference} came from an address of our own: an answer would come back to us")
        subject = await message_reads.last_subject(connection, self.keyring, conversation.id, viewer=viewer)
        message = _message(
            ticket, conversation, client_id=client_id, text=text, subject=subject, viewer=viewer, now=now
        )
        delivery = _delivery(message, conversation, now=now)
        self._require_carried(message, delivery)
        await message_writes.add(
            connection, self.keyring, [message_writes.NewMessage(message, conversation.account_id)]
        )
        await delivery_writes.add(connection, delivery)
        await outbox.put(
            connection,
            delivery_id=delivery.id,
            conversation_id=conversation.id,
            priority=outbox.PRIORITY_DANGER if ticket.urgency is Urgency.P1 else outbox.PRIORITY_NORMAL,
            run_at=now,
        )
        await _answer(work, ticket, message, viewer=viewer, now=now)
        return message.id

    def _is_ours(self, address: str) -> bool:
        return any(opened.account.address.lower() == address.lower() for opened in self.channels.everything())

    def _require_carried(self, message: Message, delivery: Delivery) -> None:
        """Refuse now what the channel would refuse later. Raises Unsupported, UnknownAccount."""
        self.channels.of(delivery.account_id).channel.render(
            OutboundMessage(
                key=str(delivery.id),
                to=delivery.to_address,
                text=message.text,
                sent_at=message.sent_at,
                subject=message.subject,
            )
        )


async def _answer(work: UnitOfWork, ticket: Ticket, message: Message, *, viewer: Viewer, now: datetime) -> None:
    """The ticket after a person's answer: taken by somebody, its promise kept, the member's turn."""
    actor = str(viewer.user_id)
    work.record(
        MessageSent(
            at=now,
            actor=actor,
            ticket_id=ticket.id,
            member_id=ticket.member_id,
            conversation_id=message.conversation_id,
            message_id=message.id,
            channel=ticket.channel,
            author=Author.HUMAN,
        )
    )
    await keep_promises(work, ticket.id, actor=actor, now=now)
    after = ticket.answered(at=now)
    if after.assignee_id is None:
        after = replace(after, assignee_id=viewer.user_id)
        work.record(TicketAssigned(at=now, ticket_id=ticket.id, actor=actor, user_id=viewer.user_id))
    if after.state is TicketState.SOLVED:
        after = after.to(TicketState.OPEN, now=now)
        work.record(TicketReopened(at=now, ticket_id=ticket.id, actor=actor, cause="reply"))
    if after.state is not TicketState.WAITING_MEMBER:
        after = after.to(TicketState.WAITING_MEMBER, now=now)
        work.record(WaitingOnChanged(at=now, ticket_id=ticket.id, actor=actor, waiting_on="member"))
    await ticket_writes.save(work.connection, [after])


async def keep_promises(work: UnitOfWork, ticket_id: TicketId, *, actor: str, now: datetime) -> None:
    """Every promise that runs on the ticket is kept, in time or late."""
    for clock in await clock_reads.running(work.connection, ticket_id):
        late = clock.due_at is not None and now > clock.due_at
        await clock_writes.meet(work.connection, ticket_id=ticket_id, name=clock.name, at=now)
        work.record(ClockMet(at=now, ticket_id=ticket_id, actor=actor, clock=clock.name, late=late))


def _message(
    ticket: Ticket,
    conversation: Conversation,
    *,
    client_id: UUID,
    text: str,
    subject: str | None,
    viewer: Viewer,
    now: datetime,
) -> Message:
    return Message(
        id=MessageId(mint(now)),
        conversation_id=conversation.id,
        ticket_id=ticket.id,
        direction=Direction.OUT,
        author=Author.HUMAN,
        author_name=viewer.name,
        text=text,
        sent_at=now,
        received_at=now,
        language=conversation.language,
        user_id=_user(viewer),
        client_id=str(client_id),
        subject=subject,
    )


def _delivery(message: Message, conversation: Conversation, *, now: datetime) -> Delivery:
    return Delivery(
        id=DeliveryId(mint(now)),
        message_id=message.id,
        account_id=conversation.account_id,
        conversation_id=conversation.id,
        to_address=conversation.remote_address,
        state=DeliveryState.QUEUED,
        created_at=now,
        updated_at=now,
    )


def _user(viewer: Viewer) -> UserId:
    if viewer.user_id is None:
        raise PermissionError("only a person who is signed in can answer")
    return viewer.user_id
