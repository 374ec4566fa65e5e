"""Writing conversations, their participants and their tickets."""

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.conversation import Conversation
from domain.ids import ConversationId, TicketId
from storage import tables
from storage.values import columns_of

_PARTICIPANTS = frozenset({"participants"})


async def add(connection: AsyncConnection, conversations: Sequence[tuple[Conversation, bool]]) -> None:
    """Add conversations; the second value tells whether the channel is threaded."""
    if conversations:
        rows = [columns_of(one, leave_out=_PARTICIPANTS) | {"threaded": threaded} for one, threaded in conversations]
        await connection.execute(insert(tables.conversation), rows)


async def heard(connection: AsyncConnection, conversations: Sequence[Conversation]) -> None:
    """Store what a message in changed: language, member and time."""
    if conversations:
        await connection.execute(
            update(tables.conversation)
            .where(tables.conversation.c.id == bindparam("this"))
            .values(language=bindparam("spoken"), last_inbound_at=bindparam("heard"), member_id=bindparam("who")),
            [
                {"this": one.id, "spoken": one.language, "heard": one.last_inbound_at, "who": one.member_id}
                for one in conversations
            ],
        )


async def add_participants(connection: AsyncConnection, pairs: Collection[tuple[ConversationId, str]]) -> None:
    """Let addresses take part in conversations."""
    if pairs:
        rows = [{"conversation_id": conversation, "address": address} for conversation, address in sorted(pairs)]
        await connection.execute(insert(tables.participant).on_conflict_do_nothing(), rows)


async def link(connection: AsyncConnection, pairs: Collection[tuple[ConversationId, TicketId]]) -> None:
    """Gather conversations under tickets."""
    if pairs:
        rows = [{"conversation_id": conversation, "ticket_id": ticket} for conversation, ticket in sorted(pairs)]
        await connection.execute(insert(tables.ticket_conversation).on_conflict_do_nothing(), rows)
