"""The desk: the conversations and tickets that a batch may touch, locked, and what the batch changes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.conversation import Conversation
from domain.ids import AccountId, ConversationId, TicketId
from domain.permissions import SYSTEM
from domain.ticket import REOPEN_WITHIN, LinkRole, Ticket
from hub.journey.arrival import Said
from storage.clock import writes as clock_writes
from storage.clock.reads import Clock
from storage.conversation import reads as conversation_reads
from storage.conversation import writes as conversation_writes
from storage.keys import Keyring
from storage.message import reads as message_reads
from storage.message import writes as message_writes
from storage.message.reads import Place
from storage.ticket import reads as ticket_reads
from storage.ticket import writes as ticket_writes
from storage.unit_of_work import UnitOfWork


@dataclass(slots=True)
class Desk:
    """What is on the table. Reads come from here, so that two messages of one batch see each other."""

    now: datetime
    conversations: dict[ConversationId, Conversation]
    by_remote: dict[tuple[AccountId, str], ConversationId]
    places: Mapping[str, tuple[Place, ...]]
    tagged: Mapping[str, tuple[TicketId, tuple[ConversationId, ...]]]
    tickets: dict[TicketId, Ticket]
    gathered: dict[ConversationId, list[TicketId]]
    new_conversations: dict[ConversationId, bool] = field(default_factory=dict)
    heard: set[ConversationId] = field(default_factory=set)
    joined: set[tuple[ConversationId, str]] = field(default_factory=set)
    new_tickets: set[TicketId] = field(default_factory=set)
    changed: set[TicketId] = field(default_factory=set)
    links: set[tuple[ConversationId, TicketId]] = field(default_factory=set)
    ties: list[tuple[TicketId, TicketId, LinkRole]] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)

    def put_conversation(self, conversation: Conversation, *, threaded: bool) -> None:
        """A conversation that did not exist."""
        self.conversations[conversation.id] = conversation
        self.new_conversations[conversation.id] = threaded
        self.gathered[conversation.id] = []
        self.joined |= {(conversation.id, address) for address in conversation.participants}
        if not threaded:
            self.by_remote[conversation.account_id, conversation.remote_address] = conversation.id

    def hear(self, conversation: Conversation) -> None:
        """A conversation after a message in."""
        before = self.conversations[conversation.id].participants
        self.joined |= {(conversation.id, address) for address in conversation.participants - before}
        self.conversations[conversation.id] = conversation
        if conversation.id not in self.new_conversations:
            self.heard.add(conversation.id)

    def tickets_of(self, conversation_id: ConversationId) -> tuple[Ticket, ...]:
        """Its tickets that are open or were solved lately, the newest first."""
        return tuple(self.tickets[one] for one in self.gathered.get(conversation_id, ()))

    def open_ticket(self, ticket: Ticket, *, conversation_id: ConversationId) -> None:
        """A ticket that did not exist."""
        self.tickets[ticket.id] = ticket
        self.new_tickets.add(ticket.id)
        self.gathered.setdefault(conversation_id, []).insert(0, ticket.id)
        self.links.add((conversation_id, ticket.id))

    def change(self, ticket: Ticket) -> None:
        """A ticket after a step."""
        self.tickets[ticket.id] = ticket
        if ticket.id not in self.new_tickets:
            self.changed.add(ticket.id)

    async def write(self, work: UnitOfWork, keyring: Keyring, said: Sequence[Said]) -> None:
        """Write everything that changed, and the messages."""
        connection = work.connection
        await conversation_writes.add(
            connection, [(self.conversations[one], threaded) for one, threaded in self.new_conversations.items()]
        )
        await conversation_writes.heard(connection, [self.conversations[one] for one in sorted(self.heard)])
        await conversation_writes.add_participants(connection, self.joined)
        await ticket_writes.add(connection, [self.tickets[one] for one in sorted(self.new_tickets)])
        await ticket_writes.save(connection, [self.tickets[one] for one in sorted(self.changed)])
        await conversation_writes.link(connection, self.links)
        await ticket_writes.link(connection, self.ties, now=self.now)
        await clock_writes.start(connection, self.clocks)
        await message_writes.add(
            connection,
            keyring,
            [
                message_writes.NewMessage(one.message, one.account.id, inbox_id=one.row.id)
                for one in said
                if one.message is not None
            ],
        )


async def open_desk(work: UnitOfWork, said: Sequence[Said], *, now: datetime) -> Desk:
    """Put on the desk all that these messages may join, locked until the transaction ends."""
    connection = work.connection
    threaded = [one for one in said if one.capabilities.threaded]
    flat = [one for one in said if not one.capabilities.threaded]
    places = await message_reads.places(connection, {name for one in threaded for name in one.event.thread})
    tagged = await ticket_reads.by_references(
        connection, {one.event.tag for one in threaded if one.event.tag}, viewer=SYSTEM
    )
    wanted = {place.conversation_id for found in places.values() for place in found}
    wanted |= {conversation for _, found in tagged.values() for conversation in found}
    conversations = dict(await conversation_reads.by_id(connection, wanted))
    by_remote = await conversation_reads.by_remote(connection, {(one.account.id, one.event.sender) for one in flat})
    conversations |= {conversation.id: conversation for conversation in by_remote.values()}
    found = await ticket_reads.of_conversations(connection, conversations, since=now - REOPEN_WITHIN, viewer=SYSTEM)
    return Desk(
        now=now,
        conversations=conversations,
        by_remote={key: conversation.id for key, conversation in by_remote.items()},
        places=places,
        tagged=tagged,
        tickets={ticket.id: ticket for tickets in found.values() for ticket in tickets},
        gathered={conversation: [ticket.id for ticket in tickets] for conversation, tickets in found.items()},
    )
