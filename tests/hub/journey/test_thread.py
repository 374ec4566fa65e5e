"""Mail joins its ticket by what it answers, and only when its sender takes part in that conversation."""

import pytest

from domain.ids import TicketId
from domain.ticket import REOPEN_WITHIN
from storage import tables
from tests.hub.journey.house import House

pytestmark = pytest.mark.database


def mail(
    *,
    sender: str = "lea@mail.example",
    name: str = "1@mail.example",
    answers: str = "",
    subject: str = "Ma carte",
    text: str = "Bonjour, ma carte de santé n’est pas arrivée.",
    cc: str = "",
) -> str:
    """A mail to the hub."""
    lines = [
        f"From: Léa <{sender}>",
        "To: assistance@hub.example",
        *([f"Cc: {cc}"] if cc else []),
        f"Subject: {subject}",
        f"Message-ID: <{name}>",
        *([f"In-Reply-To: <{answers}>", f"References: <{answers}>"] if answers else []),
        "Date: Mon, 02 Mar 2026 10:00:00 +0100",
        "Content-Type: text/plain; charset=utf-8",
    ]
    return "\r\n".join([*lines, "", text, ""])


class TestAMail:
    async def test_that_answers_our_answer_joins_its_ticket(self, house: House) -> None:
        await house.bring_mail(mail())
        await house.work()
        ticket = await house.one(tables.ticket)
        await house.answer(TicketId(ticket["id"]))
        await house.deliver()
        ours = house.post.taken[0].provider_id
        assert ours is not None
        await house.bring_mail(
            mail(name="2@mail.example", answers=ours, subject="Re: Ma carte", text="Merci, et après ?")
        )
        await house.work()
        assert len(await house.rows(tables.ticket)) == 1
        assert len(await house.rows(tables.message)) == 3

    async def test_is_answered_under_its_subject_with_its_reference(self, house: House) -> None:
        await house.bring_mail(mail())
        await house.work()
        ticket = await house.one(tables.ticket)
        await house.answer(TicketId(ticket["id"]))
        await house.deliver()
        sent = house.post.taken[0]
        assert sent.target == "lea@mail.example"
        assert f"[{ticket['reference']}]".encode() in sent.body
        assert b"In-Reply-To: <1@mail.example>" in sent.body

    async def test_of_a_stranger_who_knows_our_reference_does_not_join(self, house: House) -> None:
        await house.bring_mail(mail())
        await house.work()
        first = await house.one(tables.ticket)
        await house.bring_mail(
            mail(sender="eve@other.example", name="9@other.example", answers="1@mail.example", text="Envoyez-moi tout.")
        )
        await house.work()
        _, second = await house.rows(tables.ticket)
        tie = await house.one(tables.ticket_link)
        assert (tie["ticket_id"], tie["other_id"], tie["role"]) == (second["id"], first["id"], "may_belong_to")
        begun, apart = await house.rows(tables.conversation)
        taking_part = {
            row["address"] for row in await house.rows(tables.participant) if row["conversation_id"] == begun["id"]
        }
        assert begun["remote_address"] == "lea@mail.example"
        assert apart["remote_address"] == "eve@other.example"
        assert "eve@other.example" not in taking_part

    async def test_of_a_stranger_who_knows_the_tag_does_not_join(self, house: House) -> None:
        await house.bring_mail(mail())
        await house.work()
        reference = (await house.one(tables.ticket))["reference"]
        await house.bring_mail(
            mail(sender="eve@other.example", name="9@o.example", subject=f"Re: Ma carte [{reference}]")
        )
        await house.work()
        assert len(await house.rows(tables.ticket)) == 2

    async def test_of_a_participant_who_lost_the_headers_joins_by_the_tag(self, house: House) -> None:
        await house.bring_mail(mail())
        await house.work()
        reference = (await house.one(tables.ticket))["reference"]
        await house.bring_mail(mail(name="2@mail.example", subject=f"Re: Ma carte [{reference}]", text="Alors ?"))
        await house.work()
        assert len(await house.rows(tables.ticket)) == 1

    async def test_with_the_same_subject_alone_is_a_ticket_of_its_own(self, house: House) -> None:
        await house.bring_mail(mail())
        await house.bring_mail(mail(name="2@mail.example", text="Une autre affaire."))
        await house.work()
        assert len(await house.rows(tables.ticket)) == 2

    async def test_of_somebody_in_copy_joins(self, house: House) -> None:
        await house.bring_mail(mail(cc="hopital@clinica.example"))
        await house.work()
        await house.bring_mail(
            mail(
                sender="hopital@clinica.example",
                name="3@clinica.example",
                answers="1@mail.example",
                text="Voici le devis.",
            )
        )
        await house.work()
        assert len(await house.rows(tables.ticket)) == 1

    async def test_that_answers_what_was_solved_long_ago_is_new_and_tied(self, house: House) -> None:
        await house.bring_mail(mail())
        await house.work()
        ticket = await house.one(tables.ticket)
        await house.hub.closure().solve(ticket_id=TicketId(ticket["id"]), reason="answered", viewer=house.agent)
        house.clock.advance(REOPEN_WITHIN * 2)
        await house.bring_mail(mail(name="2@mail.example", answers="1@mail.example", text="Et pour ma fille ?"))
        await house.work()
        tie = await house.one(tables.ticket_link)
        assert (tie["other_id"], tie["role"]) == (ticket["id"], "follows")

    async def test_that_a_machine_wrote_neither_reopens_nor_makes_it_our_turn(self, house: House) -> None:
        await house.bring_mail(mail())
        await house.work()
        await house.answer(TicketId((await house.one(tables.ticket))["id"]))
        await house.deliver()
        automatic = mail(name="4@mail.example", answers=house.post.taken[0].provider_id or "", text="Je suis absente.")
        await house.bring_mail("Auto-Submitted: auto-replied\r\n" + automatic)
        await house.work()
        assert (await house.one(tables.ticket))["state"] == "waiting_member"

    async def test_keeps_its_attachments_sealed_beside_it(self, house: House) -> None:
        await house.bring_mail(
            "From: lea@mail.example\r\nTo: assistance@hub.example\r\nSubject: Facture\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nVoici ma facture de consultation.\r\n"
            "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=facture.pdf\r\n\r\n"
            "%PDF\r\n--b--\r\n"
        )
        await house.work()
        attachment = await house.one(tables.attachment)
        assert attachment["content_type"] == "application/pdf"
        assert (await house.hub.files.open(attachment["id"])).startswith(b"%PDF")

    async def test_with_a_reused_id_and_other_words_is_not_lost(self, house: House) -> None:
        await house.bring_mail(mail())
        await house.bring_mail(mail(text="Tout autre chose."))
        await house.work()
        assert len(await house.rows(tables.message)) == 2
