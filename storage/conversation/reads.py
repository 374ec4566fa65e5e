"""Reading conversations with their participants."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, String, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.conversation import Conversation
from domain.ids import AccountId, ConversationId, MemberId
from storage import tables

_conversations, _participants = tables.conversation, tables.participant


def _with_participants() -> Select[Any]:
    addresses = (
        select(func.coalesce(func.array_agg(_participants.c.address), literal([], ARRAY(String))))
        .where(_participants.c.conversation_id == _conversations.c.id)
        .scalar_subquery()
    )
    return select(_conversations, addresses.label("participants"))


async def by_remote(
    connection: AsyncConnection, addresses: Collection[tuple[AccountId, str]]
) -> Mapping[tuple[AccountId, str], Conversation]:
    """Conversations of unthreaded channels, by (account, remote address); locked until the transaction ends."""
    if not addresses:
        return {}
    found = _with_participants().where(
        tuple_(_conversations.c.account_id, _conversations.c.remote_address).in_(list(addresses)),
        ~_conversations.c.threaded,
    )
    conversations = [_conversation(row._mapping) for row in await connection.execute(_locked(found))]
    return {(conversation.account_id, conversation.remote_address): conversation for conversation in conversations}


async def by_id(connection: AsyncConnection, ids: Collection[ConversationId]) -> Mapping[ConversationId, Conversation]:
    """Conversations by id; locked until the transaction ends."""
    if not ids:
        return {}
    rows = await connection.execute(_locked(_with_participants().where(_conversations.c.id.in_(list(ids)))))
    conversations = [_conversation(row._mapping) for row in rows]
    return {conversation.id: conversation for conversation in conversations}


async def of_ticket(connection: AsyncConnection, ticket_id: Any) -> tuple[Conversation, ...]:
    """The conversations that a ticket gathers, the one heard last first."""
    links = tables.ticket_conversation
    found = (
        _with_participants()
        .join(links, links.c.conversation_id == _conversations.c.id)
        .where(links.c.ticket_id == ticket_id)
        .order_by(_conversations.c.last_inbound_at.desc().nulls_last(), _conversations.c.id)
    )
    return tuple(_conversation(row._mapping) for row in await connection.execute(found))


def _locked(found: Select[Any]) -> Select[Any]:
    """In the order of ids, so that two workers never wait for each other in a circle."""
    # Against changes only: whoever writes a message under the conversation meanwhile (its foreign key) may go on, else
    # the pipeline and a reply, which begins at the ticket, wait for each other in a circle.
    return found.order_by(_conversations.c.id).with_for_update(key_share=True, of=_conversations)


def _conversation(row: Any) -> Conversation:
    return Conversation(
        id=ConversationId(row["id"]),
        account_id=AccountId(row["account_id"]),
        remote_address=row["remote_address"],
        participants=frozenset(row["participants"]),
        created_at=row["created_at"],
        member_id=MemberId(row["member_id"]) if row["member_id"] else None,
        language=row["language"],
        mode=row["mode"],
        last_inbound_at=row["last_inbound_at"],
    )
