"""A conversation: who may join it and what it hears."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.conversation import Conversation, Mode
from domain.ids import AccountId, ConversationId
from domain.triage import Language

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def _conversation(language: Language = Language.UND) -> Conversation:
    return Conversation(
        id=ConversationId(UUID(int=1)),
        account_id=AccountId(UUID(int=2)),
        remote_address="lea@mail.example",
        participants=frozenset({"lea@mail.example", "clinic@mail.example"}),
        created_at=NOW,
        language=language,
    )


class TestAConversation:
    @pytest.mark.parametrize(
        ("address", "may"),
        [("lea@mail.example", True), ("clinic@mail.example", True), ("stranger@mail.example", False), ("", False)],
    )
    def test_is_joined_by_participants_only(self, address: str, may: bool) -> None:
        assert _conversation().may_join(address) is may

    @pytest.mark.parametrize(
        ("spoken", "heard", "then"),
        [
            (Language.UND, Language.FR, Language.FR),
            (Language.FR, Language.EN, Language.EN),
            (Language.FR, Language.UND, Language.FR),
            (Language.FR, Language.OTHER, Language.OTHER),
        ],
    )
    def test_speaks_the_language_it_last_understood(self, spoken: Language, heard: Language, then: Language) -> None:
        at = NOW + timedelta(minutes=1)
        after = _conversation(spoken).heard(at=at, language=heard)
        assert (after.language, after.last_inbound_at) == (then, at)

    def test_is_with_a_person_until_a_bot_takes_it(self) -> None:
        assert _conversation().mode is Mode.PERSON
