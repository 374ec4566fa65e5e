"""What was said is kept sealed, read by those who may, and found by the names that providers give it."""

from dataclasses import replace
from uuid import uuid4

import pytest

from domain.ids import AttachmentId, MessageId, UserId, mint
from domain.message import Attachment, DeliveryState, Direction
from domain.permissions import SYSTEM
from domain.triage import Language
from storage import tables
from storage.keys import Keyring, Unsealable
from storage.message import reads, writes
from storage.message.reads import Place
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows

pytestmark = pytest.mark.database


def files(*names: str) -> tuple[Attachment, ...]:
    """Attachments with these names."""
    return tuple(Attachment(AttachmentId(mint(NOW)), name, "application/pdf", 2**40) for name in names)


class TestAMessage:
    async def test_is_read_as_it_was_said(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        conversation = await rows.add_conversation(ticket)
        message = await rows.add_message(
            ticket,
            conversation,
            text="Où en est ma carte ? 👩‍⚕️",
            subject="Ma carte",
            language=Language.FR,
            provider_id="<1@there>",
            attachments=files("passeport.pdf", "ordonnance é.pdf"),
        )
        async with rows.engine.connect() as connection:
            said = await reads.by_id(connection, rows.keyring, message.id, viewer=SYSTEM)
            assert said is not None
            assert (said.message, said.delivery) == (message, None)
            assert await reads.by_id(connection, rows.keyring, MessageId(uuid4()), viewer=SYSTEM) is None

    async def test_that_a_column_could_not_hold_is_kept_as_near_as_it_can_be(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        message = await rows.add_message(
            ticket,
            await rows.add_conversation(ticket),
            text="a\x00b\ud800",
            subject="\x00\ud800",
            attachments=files("\ud800"),
        )
        async with rows.engine.connect() as connection:
            said = await reads.by_id(connection, rows.keyring, message.id, viewer=SYSTEM)
        assert said is not None
        assert (said.message.text, said.message.subject) == ("a\x00b?", "\x00?")
        assert [one.filename for one in said.message.attachments] == ["?"]

    async def test_cannot_be_read_with_another_key(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        message = await rows.add_message(ticket, await rows.add_conversation(ticket))
        async with rows.engine.connect() as connection:
            with pytest.raises(Unsealable):
                await reads.by_id(connection, Keyring(bytes(32)), message.id, viewer=SYSTEM)

    async def test_of_ours_says_what_became_of_it(self, rows: Rows) -> None:
        delivery = await rows.add_delivery(state=DeliveryState.UNCERTAIN, detail="silence", attempts=2)
        async with rows.engine.connect() as connection:
            said = await reads.by_id(connection, rows.keyring, delivery.message_id, viewer=SYSTEM)
        assert said is not None
        assert said.message.delivery is DeliveryState.UNCERTAIN
        assert said.delivery is not None
        assert (said.delivery.id, said.delivery.attempts, said.delivery.detail) == (delivery.id, 2, "silence")

    async def test_is_found_by_the_id_that_its_senders_client_gave_it(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        conversation = await rows.add_conversation(ticket)
        other = await rows.add_user("other@hub.example")
        ours = await rows.add_message(ticket, conversation, direction=Direction.OUT, client_id="1")
        theirs = await rows.add_message(ticket, conversation, direction=Direction.OUT, client_id="1", user_id=other)
        async with rows.engine.connect() as connection:
            for user, message in ((rows.user_id, ours), (other, theirs)):
                said = await reads.by_client_id(connection, rows.keyring, user_id=user, client_id="1", viewer=SYSTEM)
                assert said is not None
                assert said.message == message
            for user, client in ((rows.user_id, "2"), (UserId(uuid4()), "1")):
                found = reads.by_client_id(connection, rows.keyring, user_id=user, client_id=client, viewer=SYSTEM)
                assert await found is None


class TestAnAttachment:
    async def test_is_read_alone(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        (file,) = files("passeport.pdf")
        await rows.add_message(ticket, await rows.add_conversation(ticket), attachments=(file,))
        async with rows.engine.connect() as connection:
            assert await reads.attachment(connection, rows.keyring, file.id, viewer=SYSTEM) == file
            unknown = AttachmentId(uuid4())
            assert await reads.attachment(connection, rows.keyring, unknown, viewer=SYSTEM) is None


class TestTheMessagesOfATicket:
    async def test_are_read_page_by_page_backwards_each_page_in_order(self, rows: Rows) -> None:
        ticket, other = await rows.add_ticket(), await rows.add_ticket()
        conversation = await rows.add_conversation(ticket, other)
        said = [await rows.add_message(ticket, conversation, text=f"{number}") for number in range(7)]
        await rows.add_message(other, conversation)
        pages, before = [], None
        async with rows.engine.connect() as connection:
            while True:
                page = await reads.of_ticket(connection, rows.keyring, ticket.id, viewer=SYSTEM, before=before, limit=3)
                if not page:
                    break
                pages.append([one.message for one in page])
                before = page[0].message.id
        assert pages == [said[4:], said[1:4], said[:1]]


class TestAName:
    async def test_leads_to_where_a_message_stands(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        conversation = await rows.add_conversation(ticket)
        one, two = [await rows.add_message(ticket, conversation, provider_id="<same>") for _ in range(2)]
        other = await rows.add_message(ticket, conversation, provider_id="<other>")
        async with rows.engine.connect() as connection:
            found = await reads.places(connection, ["<same>", "<other>", "<unheard of>"])
            assert await reads.places(connection, []) == {}
        assert found == {
            "<same>": tuple(Place(message.id, conversation.id, ticket.id) for message in (one, two)),
            "<other>": (Place(other.id, conversation.id, ticket.id),),
        }

    async def test_of_ours_is_remembered_once(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        message = await rows.add_message(ticket, await rows.add_conversation(ticket), direction=Direction.OUT)
        async with UnitOfWork(rows.engine) as work:
            for name in ("<first>", "<second>"):
                await writes.name(work.connection, message.id, name)
            found = await reads.places(work.connection, ["<first>", "<second>"])
        assert list(found) == ["<first>"]


class TestAThread:
    async def test_is_told_by_the_names_of_its_last_messages_the_oldest_first(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        conversation, elsewhere = await rows.add_conversation(ticket), await rows.add_conversation(ticket)
        for number in range(4):
            await rows.add_message(ticket, conversation, provider_id=f"<{number}>")
        await rows.add_message(ticket, conversation)
        await rows.add_message(ticket, elsewhere, provider_id="<elsewhere>")
        async with rows.engine.connect() as connection:
            assert await reads.thread_ids(connection, conversation.id, limit=2) == ("<2>", "<3>")

    async def test_keeps_the_subject_that_was_used_last(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        conversation = await rows.add_conversation(ticket)
        async with rows.engine.connect() as connection:
            assert await reads.last_subject(connection, rows.keyring, conversation.id, viewer=SYSTEM) is None
        for subject in ("Ma carte", "Re: Ma carte", None):
            await rows.add_message(ticket, conversation, subject=subject)
        async with rows.engine.connect() as connection:
            found = await reads.last_subject(connection, rows.keyring, conversation.id, viewer=SYSTEM)
        assert found == "Re: Ma carte"


class TestWriting:
    async def test_nothing_writes_nothing(self, rows: Rows) -> None:
        async with UnitOfWork(rows.engine) as work:
            await writes.add(work.connection, rows.keyring, [])
            await work.commit()
        assert await rows.all(tables.message) == []

    async def test_makes_a_row_that_holds_none_of_the_words(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        message = await rows.add_message(ticket, await rows.add_conversation(ticket), text="Bonjour", subject="Carte")
        row = writes.row(rows.keyring, rows.account_id, replace(message, attachments=files("passeport.pdf")))
        assert not any(word in repr(row) for word in ("Bonjour", "Carte", "passeport"))
