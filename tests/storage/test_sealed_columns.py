"""What people write, and the names of what they send, cannot be read from the database."""

import base64
from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.fake.events import WireAttachment, WireMessage
from channels.port import RawEvent, SendRefused, SignatureInvalid
from domain.ids import TicketId
from hub.clock import FixedClock
from storage import tables
from storage.keys import Keyring
from tests.hub.journey.house import SECRET, House, house_on

pytestmark = pytest.mark.database

#: Words that nobody but their writer knows.
WRITTEN = ("Zyxwortbruch", "zyxgrippe", "Zyxcarte", "zyxréponse", "zyxunreadable", "zyxforged", "zyxinconscient")
FILES = ("zyxpasseport.pdf", "zyxordonnance é.pdf")


@pytest.fixture
async def house(engine: AsyncEngine, database_url: str, keyring: Keyring, clock: FixedClock) -> AsyncIterator[House]:
    """A whole hub."""
    async with house_on(engine, database_url, keyring, clock) as house:
        yield house


async def a_whole_day(house: House) -> None:
    """Messages and mails in, with files; danger; no message; forged ones; an answer sent, one refused."""
    file = WireAttachment(FILES[0], "application/pdf", b"%PDF zyxcontent")
    message = WireMessage("1", "+33600000001", f"Bonjour, {WRITTEN[0]} {WRITTEN[1]} ?", house.clock.now(), name="Léa")
    await house.bring(message)
    await house.bring(WireMessage("2", "+33600000001", "Voici", house.clock.now(), attachments=(file,)))
    await house.hear(f"Au secours, mon ami est inconscient {WRITTEN[6]}", sender="+33600000002")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "lea@mail.example", "assistance@hub.example", "<1@mail.example>"
    mail["Subject"] = f"Ma {WRITTEN[2]}"
    mail.set_content(f"Bonjour, j’ai la {WRITTEN[1]}.")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=FILES[1])
    await house.bring_mail(mail.as_bytes())
    await house.bring_bytes(b'{"events": [{"text": "' + WRITTEN[4].encode())
    with pytest.raises(SignatureInvalid):
        await house.hub.ingest(house.store).accept(house.fake.id, RawEvent(WRITTEN[5].encode(), {}, house.clock.now()))
    await house.work()
    house.post.answers = [None, SendRefused("no such number")]
    for number, ticket in enumerate(await house.rows(tables.ticket)):
        await house.answer(TicketId(ticket["id"]), f"Voici notre {WRITTEN[3]}", client=number)
    await house.deliver()
    await house.events()


async def everything(engine: AsyncEngine) -> dict[str, bytes]:
    """All that the database holds, by column: text as it is, bytes as they are."""
    columns = text(
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    found = {}
    async with engine.connect() as connection:
        for table, column, kind in (await connection.execute(columns)).all():
            value = f'"{column}"' if kind == "bytea" else f"convert_to(\"{column}\"::text, 'UTF8')"
            rows = await connection.execute(text(f'SELECT {value} FROM "{table}" WHERE "{column}" IS NOT NULL'))
            found[f"{table}.{column}"] = b"\n".join(rows.scalars())
    return found


def spelled(word: str) -> set[bytes]:
    """A word as it may lie in bytes."""
    plain = word.lower().encode()
    by_offset = (base64.b64encode(b"." * offset + plain)[4:-4].lower() for offset in range(3))
    return {plain, plain.hex().encode(), word.lower().encode("utf-16-le"), *by_offset}


class TestTheDatabase:
    async def test_holds_no_word_that_was_written_and_no_name_of_a_file(self, house: House) -> None:
        await a_whole_day(house)
        found = {column: held.lower() for column, held in (await everything(house.hub.engine)).items()}
        secrets = (*WRITTEN, *FILES, "zyxcontent", SECRET)
        told = [
            (column, word)
            for column, held in found.items()
            for word in secrets
            if any(s in held for s in spelled(word))
        ]
        assert told == []

    async def test_holds_them_all_sealed(self, house: House) -> None:
        """What the test above looks through is what was kept, and looking finds what is there."""
        await a_whole_day(house)
        found = await everything(house.hub.engine)
        full = {column for column, held in found.items() if held}
        sealed = {
            "message.text",
            "message.subject",
            "attachment.filename",
            "inbox.event",
            "inbox.danger",
            "raw_payload.sealed",
            "rejected_payload.sealed",
            "account.settings",
        }
        assert sealed <= full
        assert any(column.startswith("event") for column in full)
        assert "+33600000001" in found["conversation.remote_address"].decode()
        assert "no such number" in found["delivery.detail"].decode()
        opened = " ".join(await house.texts())
        assert all(word in opened for word in (WRITTEN[0], WRITTEN[1], WRITTEN[3], WRITTEN[6]))
        assert len(await house.rows(tables.attachment)) == 2
