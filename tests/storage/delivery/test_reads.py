"""Everything that is needed to send an answer, and to know it again by what its provider calls it."""

from uuid import uuid4

import pytest

from domain.ids import DeliveryId
from domain.message import Author, Direction
from storage import tables
from storage.delivery import reads, writes
from storage.keys import Keyring, Unsealable
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows

pytestmark = pytest.mark.database


class TestADelivery:
    async def test_is_read_with_its_ticket_and_locked(self, rows: Rows) -> None:
        delivery = await rows.add_delivery()
        (message,) = await rows.all(tables.message)
        async with UnitOfWork(rows.engine) as work:
            assert await reads.locked(work.connection, delivery.id) == (delivery, message["ticket_id"])
            assert await reads.locked(work.connection, DeliveryId(uuid4())) is None
            async with rows.engine.connect() as other:
                free = tables.delivery.select().with_for_update(skip_locked=True)
                assert (await other.execute(free)).all() == []

    async def test_is_known_by_every_name_that_its_calls_were_given(self, rows: Rows) -> None:
        one, two = await rows.add_delivery(), await rows.add_delivery()
        async with UnitOfWork(rows.engine) as work:
            for delivery, step, name in ((one, 0, "a"), (one, 1, "b"), (two, 0, "c"), (two, 1, "a")):
                await writes.begin_attempt(
                    work.connection, delivery_id=delivery.id, step=step, key=name, provider_id=name, now=NOW
                )
            await work.commit()
        async with rows.engine.connect() as connection:
            assert await reads.by_provider_ids(connection, ["a", "b", "c", "unheard of"]) == {
                "a": (one.id, two.id),
                "b": (one.id,),
                "c": (two.id,),
            }
            assert await reads.by_provider_ids(connection, []) == {}


class TestWhatGoesOut:
    async def test_is_the_message_opened_with_its_ticket(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        conversation = await rows.add_conversation(ticket)
        before = await rows.add_message(ticket, conversation, provider_id="<asked@there>")
        delivery = await rows.add_delivery(conversation)
        async with rows.engine.connect() as connection:
            (outgoing,) = await reads.outgoing(connection, rows.keyring, [delivery.id])
        assert outgoing.delivery == delivery
        assert (outgoing.text, outgoing.subject, outgoing.sent_at) == ("Bonjour", None, NOW)
        assert (outgoing.author, outgoing.author_name) == (Author.HUMAN, "Léa Martin")
        assert outgoing.ticket_reference.startswith("VI-")
        assert outgoing.references == (before.provider_id,)

    async def test_refers_to_what_was_said_before_it_the_oldest_first(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        conversation, elsewhere = await rows.add_conversation(ticket), await rows.add_conversation(ticket)
        for number in range(4):
            await rows.add_message(ticket, conversation, provider_id=f"<{number}>")
        await rows.add_message(ticket, conversation)
        await rows.add_message(ticket, elsewhere, provider_id="<elsewhere>")
        delivery = await rows.add_delivery(conversation)
        await rows.add_message(ticket, conversation, provider_id="<after>")
        async with rows.engine.connect() as connection:
            (outgoing,) = await reads.outgoing(connection, rows.keyring, [delivery.id], references=3)
        assert outgoing.references == ("<1>", "<2>", "<3>")

    async def test_is_read_in_order_as_many_as_asked(self, rows: Rows) -> None:
        deliveries = [await rows.add_delivery() for _ in range(3)]
        async with rows.engine.connect() as connection:
            wanted = [deliveries[2].id, deliveries[0].id]
            found = await reads.outgoing(connection, rows.keyring, wanted)
            assert [one.delivery for one in found] == [deliveries[0], deliveries[2]]
            assert await reads.outgoing(connection, rows.keyring, []) == ()

    async def test_cannot_be_read_with_another_key(self, rows: Rows) -> None:
        delivery = await rows.add_delivery()
        async with rows.engine.connect() as connection:
            with pytest.raises(Unsealable):
                await reads.outgoing(connection, Keyring(bytes(32)), [delivery.id])

    async def test_says_its_subject(self, rows: Rows) -> None:
        ticket = await rows.add_ticket()
        conversation = await rows.add_conversation(ticket)
        message = await rows.add_message(ticket, conversation, direction=Direction.OUT, subject="Votre carte")
        delivery = await rows.add_delivery(conversation)
        async with rows.engine.begin() as connection:
            await connection.execute(tables.outbox.delete())
            await connection.execute(tables.delivery.update().values(message_id=message.id))
            (outgoing,) = await reads.outgoing(connection, rows.keyring, [delivery.id])
        assert outgoing.subject == "Votre carte"
