"""Rows made by hand: each noun with the least that it asks for, and with what must be there around it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.conversation import Conversation
from domain.ids import AccountId, ConversationId, DeliveryId, MemberId, MessageId, TicketId, UserId, mint
from domain.member import Member, Rank
from domain.message import Author, DeliveryState, Direction, Message
from domain.permissions import Role
from domain.ticket import Ticket, TicketState, reference_of
from domain.triage import Kind, Language, MedicalLevel, Owner, Risk, Urgency
from storage import tables
from storage.account import writes as account_writes
from storage.account.reads import AccountRow
from storage.conversation import writes as conversation_writes
from storage.delivery import outbox
from storage.delivery import writes as delivery_writes
from storage.delivery.reads import Delivery
from storage.engine import digest
from storage.keys import Keyring
from storage.message import writes as message_writes
from storage.message.writes import NewMessage
from storage.ticket import writes as ticket_writes
from storage.user import writes as user_writes
from storage.user.reads import UserRow
from storage.values import columns_of
from tests.conftest import NOW
from tests.storage.waiting import WAITING, until

_numbers = count(1)


def a_ticket(**changes: Any) -> Ticket:
    """An open ticket of the broker's health desk; a solved one is given its time."""
    ticket_id = TicketId(mint(changes.get("opened_at", NOW)))
    solved = {"solved_at": NOW} if changes.get("state") is TicketState.SOLVED else {}
    ticket = Ticket(
        id=ticket_id,
        reference=reference_of(ticket_id),
        state=TicketState.OPEN,
        kind=Kind("card"),
        risk=Risk("health"),
        owner=Owner("BROKER_HEALTH"),
        urgency=Urgency.P3,
        medical=MedicalLevel.NONE,
        language=Language.FR,
        title="Santé",
        channel="fake",
        opened_at=NOW,
        first_message_at=NOW,
        updated_at=NOW,
        reason="matrix",
        matrix_version="1",
    )
    return replace(ticket, **(solved | changes))


def a_member(**changes: Any) -> Member:
    """A member in Lima."""
    member = Member(
        id=MemberId(mint(NOW)),
        rank=Rank.MEMBER,
        first_name="Léa",
        last_name="Martin",
        language=Language.FR,
        country="PE",
        time_zone="America/Lima",
    )
    return replace(member, **changes)


@dataclass(slots=True)
class Rows:
    """Puts rows into a test's database, each committed. One account and one user are there from the start."""

    engine: AsyncEngine
    keyring: Keyring
    account_id: AccountId
    user_id: UserId

    async def put(self, table: Table, *rows: dict[str, Any]) -> None:
        """Rows as they are."""
        async with self.engine.begin() as connection:
            await connection.execute(insert(table), list(rows))

    async def all(self, table: Table) -> Sequence[RowMapping]:
        """All rows of a table, in the order of its key."""
        async with self.engine.connect() as connection:
            found = await connection.execute(select(table).order_by(*table.primary_key.columns))
            return found.mappings().all()

    async def until_somebody_waits(self) -> None:
        """Until a session of this database waits for a lock."""
        async with self.engine.connect() as connection:

            async def somebody_waits() -> bool:
                await connection.execute(text("SELECT pg_stat_clear_snapshot()"))
                return bool((await connection.execute(text(WAITING))).scalar_one())

            await until(somebody_waits)

    async def add_account(self, kind: str, address: str) -> AccountId:
        """An account of a channel."""
        account_id = AccountId(mint(NOW))
        async with self.engine.begin() as connection:
            row = AccountRow(account_id, kind, "Essai", address, {})
            await account_writes.keep(connection, self.keyring, row, now=NOW)
        return account_id

    async def add_user(self, email: str, role: Role = Role.ADVISER) -> UserId:
        """Somebody who may sign in."""
        user_id = UserId(mint(NOW))
        async with self.engine.begin() as connection:
            await user_writes.keep(connection, UserRow(user_id, email, "Agathe", role, "-"), now=NOW)
        return user_id

    async def add_member(self, **changes: Any) -> Member:
        """A member of the programme."""
        member = a_member(**changes)
        await self.put(tables.member, columns_of(member))
        return member

    async def add_tickets(self, *tickets: Ticket) -> None:
        """Tickets as they are."""
        async with self.engine.begin() as connection:
            await ticket_writes.add(connection, tickets)

    async def add_ticket(self, **changes: Any) -> Ticket:
        """A ticket."""
        ticket = a_ticket(**changes)
        await self.add_tickets(ticket)
        return ticket

    async def add_conversation(self, *tickets: Ticket, threaded: bool = False, **changes: Any) -> Conversation:
        """A conversation with somebody new, gathered under these tickets."""
        address = f"+3360000{next(_numbers):04}"
        conversation = Conversation(
            id=ConversationId(mint(NOW)),
            account_id=self.account_id,
            remote_address=address,
            participants=frozenset({changes.get("remote_address", address)}),
            created_at=NOW,
        )
        conversation = replace(conversation, **changes)
        async with self.engine.begin() as connection:
            await conversation_writes.add(connection, [(conversation, threaded)])
            await conversation_writes.add_participants(
                connection, [(conversation.id, address) for address in conversation.participants]
            )
            await conversation_writes.link(connection, [(conversation.id, ticket.id) for ticket in tickets])
        return conversation

    async def add_message(
        self, ticket: Ticket, conversation: Conversation, *, inbox_id: int | None = None, **changes: Any
    ) -> Message:
        """A message of the member's; of ours when `direction` says so."""
        ours = changes.get("direction") is Direction.OUT
        message = Message(
            id=MessageId(mint(NOW)),
            conversation_id=conversation.id,
            ticket_id=ticket.id,
            direction=Direction.IN,
            author=Author.HUMAN if ours else Author.MEMBER,
            author_name="Léa Martin",
            text="Bonjour",
            sent_at=NOW,
            received_at=NOW,
            user_id=self.user_id if ours else None,
        )
        message = replace(message, **changes)
        async with self.engine.begin() as connection:
            await message_writes.add(
                connection, self.keyring, [NewMessage(message, conversation.account_id, inbox_id=inbox_id)]
            )
        return message

    async def add_delivery(
        self,
        conversation: Conversation | None = None,
        *,
        priority: int = outbox.PRIORITY_NORMAL,
        run_at: datetime = NOW,
        **changes: Any,
    ) -> Delivery:
        """A delivery in the outbox, with the message that it carries."""
        ticket = await self.add_ticket()
        conversation = conversation or await self.add_conversation(ticket)
        message = await self.add_message(ticket, conversation, direction=Direction.OUT)
        delivery = Delivery(
            id=DeliveryId(mint(NOW)),
            message_id=message.id,
            account_id=conversation.account_id,
            conversation_id=conversation.id,
            to_address=conversation.remote_address,
            state=DeliveryState.QUEUED,
            created_at=NOW,
            updated_at=NOW,
        )
        delivery = replace(delivery, **changes)
        async with self.engine.begin() as connection:
            await delivery_writes.add(connection, delivery)
            await outbox.put(
                connection,
                delivery_id=delivery.id,
                conversation_id=conversation.id,
                priority=priority,
                run_at=run_at,
            )
        return delivery

    async def take_in(self, *lanes: int, account_id: AccountId | None = None, **values: Any) -> tuple[int, ...]:
        """A payload whose events are on these lanes, ready to be claimed; the ids of their inbox rows, in order."""
        account_id = account_id or self.account_id
        raw_id: UUID = mint(NOW)
        received_at = values.pop("received_at", NOW)
        payload = {"id": raw_id, "account_id": account_id, "received_at": received_at, "sealed": b"sealed"}
        rows = [
            {
                "account_id": account_id,
                "event_hash": digest(f"event {next(_numbers)}"),
                "lane": lane,
                "raw_id": raw_id,
                "event": b"sealed",
                "received_at": received_at,
                "run_at": received_at,
                "state": "ready",
                **values,
            }
            for lane in lanes
        ]
        async with self.engine.begin() as connection:
            counts = {"events": len(rows), "stored": len(rows)}
            await connection.execute(insert(tables.raw_payload).values(payload | counts))
            ids = [
                (await connection.execute(insert(tables.inbox).values(row).returning(tables.inbox.c.id))).scalar_one()
                for row in rows
            ]
        return tuple(ids)


async def rows_on(engine: AsyncEngine, keyring: Keyring) -> Rows:
    """An account and a user, and the words to add more."""
    rows = Rows(engine, keyring, AccountId(UUID(int=0)), UserId(UUID(int=0)))
    rows.account_id = await rows.add_account("fake", "fake")
    rows.user_id = await rows.add_user("agent@hub.example")
    return rows
