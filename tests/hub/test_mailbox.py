"""The embedded mailbox keeps every mail that it said yes to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiosmtplib
import pytest

from channels.email.server import Delivery
from hub.clock import FixedClock
from hub.mailbox import Mailbox, MailMissing

NOW = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
MAIL = (
    "From: Assistance VI <assistance@hub.example>\r\nTo: camille@v.example\r\nSubject: =?utf-8?q?R=C3=A9ponse?=\r\n"
    "Message-ID: <a@hub.example>\r\nReferences: <q0@v.example> <q1@v.example>\r\n\r\nBonjour Camille\r\n"
)


def _delivery(mail: str = MAIL) -> Delivery:
    return Delivery(mail.encode(), "assistance@hub.example", ("camille@v.example",), "127.0.0.1")


class TestTheMailbox:
    async def test_takes_mail_for_anybody_by_smtp_and_keeps_it_when_opened_anew(self, tmp_path: Path) -> None:
        mailbox = Mailbox(tmp_path / "mails", clock=FixedClock(NOW))
        async with (
            mailbox.listening() as (host, port),
            aiosmtplib.SMTP(hostname=host, port=port, timeout=5) as client,
        ):
            await client.sendmail("assistance@hub.example", ["camille@v.example"], MAIL)
        (mail,) = Mailbox(tmp_path / "mails", clock=FixedClock(NOW)).list_mails()
        assert (mail.subject, mail.sender_name, mail.sender) == ("Réponse", "Assistance VI", "assistance@hub.example")
        assert (mail.recipients, mail.text, mail.message_id) == (
            ("camille@v.example",),
            "Bonjour Camille",
            "a@hub.example",
        )
        assert (mail.received_at, mail.sent_at) == (NOW, NOW)
        assert mail.references == ("q1@v.example", "q0@v.example")

    def test_is_read_by_nobody_else_on_the_machine(self, tmp_path: Path) -> None:
        folder = tmp_path / "mails"
        folder.mkdir(mode=0o755)
        mail_id = Mailbox(folder, clock=FixedClock(NOW)).keep(_delivery())
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / f"{mail_id}.eml").stat().st_mode & 0o777 == 0o600

    def test_lists_the_newest_first_and_no_more_than_asked(self, tmp_path: Path) -> None:
        clock = FixedClock(NOW)
        mailbox = Mailbox(tmp_path, clock=clock)
        assert mailbox.list_mails() == ()
        for number in range(3):
            mailbox.keep(_delivery(MAIL.replace("Bonjour", f"{number}")))
            clock.advance(timedelta(seconds=1))
        assert [mail.text for mail in mailbox.list_mails(limit=2)] == ["2 Camille", "1 Camille"]

    def test_reads_one_mail_by_its_id(self, tmp_path: Path) -> None:
        mailbox = Mailbox(tmp_path, clock=FixedClock(NOW))
        assert mailbox.read(mailbox.keep(_delivery())).message_id == "a@hub.example"

    def test_shows_also_what_can_hardly_be_read(self, tmp_path: Path) -> None:
        mailbox = Mailbox(tmp_path, clock=FixedClock(NOW))
        mailbox.keep(Delivery(b"\xff\x00\r\n\r\n\xfe", "", (), ""))
        assert len(mailbox.list_mails()) == 1

    @pytest.mark.parametrize("mail_id", ["", "../secret", "nothing", f"{0:020d}-{'a' * 12}", "a/b"])
    def test_has_nothing_under_another_id(self, tmp_path: Path, mail_id: str) -> None:
        (tmp_path / "secret.eml").write_text("x")
        with pytest.raises(MailMissing):
            Mailbox(tmp_path / "mails", clock=FixedClock(NOW)).read(mail_id)
