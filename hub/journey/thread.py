"""Which conversation a message joins. Whatever the rule, only somebody who takes part in it may join (invariant 4)."""

from dataclasses import replace

from domain.conversation import Conversation
from domain.ids import ConversationId, mint
from domain.triage import Language
from hub.journey.arrival import Said
from hub.journey.desk import Desk

#: A conversation changes its language only when the reader is this sure (STACK, language of short messages).
SURE = 0.8


def thread(desk: Desk, said: Said) -> Conversation:
    """Join or begin a conversation; the message knows it, and the ticket it answers, from now on."""
    joined = _by_reference(desk, said) if said.capabilities.threaded else _by_remote(desk, said)
    conversation = joined or _begin(desk, said)
    conversation = replace(conversation, participants=conversation.participants | _addressed(said))
    conversation = conversation.heard(at=said.row.received_at, language=_language(conversation, said))
    if said.identity is not None and conversation.member_id is None:
        conversation = replace(conversation, member_id=said.identity.member_id)
    desk.hear(conversation)
    said.conversation = conversation
    return conversation


def _by_remote(desk: Desk, said: Said) -> Conversation | None:
    found = desk.by_remote.get((said.account.id, said.event.sender))
    return None if found is None else desk.conversations[found]


def _by_reference(desk: Desk, said: Said) -> Conversation | None:
    """In-Reply-To and References, the nearest first, then the tag in the subject; never the subject alone."""
    for name in said.event.thread:
        for place in desk.places.get(name, ()):
            conversation = desk.conversations.get(place.conversation_id)
            if _may_join(conversation, said):
                said.answers = place.ticket_id
                return conversation
            said.may_belong_to = said.may_belong_to or place.ticket_id
    return _by_tag(desk, said)


def _by_tag(desk: Desk, said: Said) -> Conversation | None:
    ticket_id, conversations = desk.tagged.get(said.event.tag or "", (None, ()))
    for found in conversations:
        conversation = desk.conversations.get(found)
        if _may_join(conversation, said):
            said.answers = ticket_id
            return conversation
    said.may_belong_to = said.may_belong_to or ticket_id
    return None


def _may_join(conversation: Conversation | None, said: Said) -> bool:
    return (
        conversation is not None
        and conversation.account_id == said.account.id
        and conversation.may_join(said.event.sender)
    )


def _begin(desk: Desk, said: Said) -> Conversation:
    conversation = Conversation(
        id=ConversationId(mint(desk.now)),
        account_id=said.account.id,
        remote_address=said.event.sender,
        participants=_addressed(said),
        created_at=desk.now,
        member_id=None if said.identity is None else said.identity.member_id,
    )
    desk.put_conversation(conversation, threaded=said.capabilities.threaded)
    return conversation


def _addressed(said: Said) -> frozenset[str]:
    return frozenset({said.event.sender, *(one for one in said.event.participants if one)})


def _language(conversation: Conversation, said: Said) -> Language:
    guess = said.guess
    if guess is None:
        return Language.UND
    unspoken = conversation.language is Language.UND
    return guess.language if unspoken or guess.confidence >= SURE else Language.UND
