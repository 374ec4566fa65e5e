"""The mail that carries a message of ours."""

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.port import MessageArrived, OutboundMessage, Unsupported
from tests.channels.email.mails import ADDRESS, NOW, a_channel, a_message, raw


def _written(message: OutboundMessage) -> EmailMessage:
    (call,) = a_channel().render(message)
    mail = email.message_from_bytes(call.body, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


class TestTheMail:
    def test_is_from_the_adviser_at_the_programmes_address(self) -> None:
        (sender,) = _written(a_message())["From"].addresses
        assert (sender.display_name, sender.addr_spec) == ("Zoé Lefèvre", "assistance@hub.example")

    def test_has_the_words_as_they_were_typed(self) -> None:
        text = "Bonjour,\n\n.\nFrom ici\n" + "é" * 300 + "\nligne = fin \n"
        assert _written(a_message(text=text)).get_content().splitlines() == text.splitlines()

    def test_has_the_time_of_the_message(self) -> None:
        assert _written(a_message())["Date"].datetime == NOW

    def test_has_the_same_id_on_every_retry_made_from_its_key(self) -> None:
        assert _written(a_message(key="0199-a"))["Message-ID"] == "<0199-a@hub.example>"

    def test_has_a_valid_id_whatever_its_key(self) -> None:
        odd = str(_written(a_message(key="a b>\r\nX: y"))["Message-ID"])
        assert odd.endswith("@hub.example>")
        assert " " not in odd

    def test_answers_the_mail_and_names_its_ancestors_the_oldest_first(self) -> None:
        mail = _written(a_message(in_reply_to="c@v.example", references=("a@v.example", "b@v.example")))
        assert mail["In-Reply-To"] == "<c@v.example>"
        assert mail["References"].split() == ["<a@v.example>", "<b@v.example>", "<c@v.example>"]

    def test_keeps_the_root_and_the_nearest_of_many_ancestors(self) -> None:
        ids = tuple(f"{number}@v.example" for number in range(300))
        references = _written(a_message(references=ids, in_reply_to=ids[-1]))["References"].split()
        assert len(references) == 20
        assert (references[0], references[-1]) == ("<0@v.example>", "<299@v.example>")

    def test_says_that_it_is_automatic_only_when_it_is(self) -> None:
        assert _written(a_message(automatic=True))["Auto-Submitted"] == "auto-replied"
        assert _written(a_message())["Auto-Submitted"] is None

    def test_goes_to_one_recipient(self) -> None:
        (call,) = a_channel().render(a_message())
        assert call.target == "camille.moreau@volontaires.example"

    def test_is_refused_when_the_text_is_too_long(self) -> None:
        with pytest.raises(Unsupported, match="shorten"):
            a_channel().render(a_message(text="a" * 100_001))

    def test_is_read_by_our_own_intake_as_an_answer(self) -> None:
        (call,) = a_channel().render(a_message(automatic=True))
        # As if another service had sent it: what comes from ourselves is set aside.
        (event,) = a_channel().parse(raw(call.body.replace(ADDRESS.encode(), b"service@elsewhere.example")))
        assert isinstance(event, MessageArrived)
        assert (event.thread, event.tag, event.automatic) == (("question@volontaires.example",), "VI-7K2M9Q", True)
        assert event.text == "Bonjour Camille,\n\nVotre dossier avance."


class TestTheSubject:
    @pytest.mark.parametrize(
        ("subject", "written"),
        [
            ("Remboursement", "Re: Remboursement [VI-7K2M9Q]"),
            ("Re: RE : Ré: Remboursement [VI-7K2M9Q]", "Re: Remboursement [VI-7K2M9Q]"),
            ("[VI-AAAAAA] Remboursement", "Re: Remboursement [VI-7K2M9Q]"),
            ("Réunion: été", "Re: Réunion: été [VI-7K2M9Q]"),
            (None, "Re: [VI-7K2M9Q]"),
        ],
    )
    def test_says_re_once_and_carries_our_reference_once(self, subject: str | None, written: str) -> None:
        assert _written(a_message(subject=subject))["Subject"] == written

    def test_says_no_re_when_nothing_is_answered(self) -> None:
        mail = _written(a_message(in_reply_to=None, ticket_reference=None))
        assert mail["Subject"] == "Remboursement"


_ANY = st.text(max_size=200)
_LINES = st.sampled_from(
    ["x\r\nBcc: a@b.example", "x\nBcc: a", "x\rBcc: a", "x\x85Bcc: a", "x\u2028Bcc: a", "\r\n\r\nx"]
)


class TestNoValue:
    @given(st.one_of(_ANY, _LINES), st.one_of(_ANY, _LINES), st.one_of(_ANY, _LINES), st.one_of(_ANY, _LINES))
    def test_can_begin_a_header(self, subject: str, name: str, reference: str, text: str) -> None:
        message = a_message(
            subject=subject,
            author_name=name,
            in_reply_to=reference,
            references=(reference,),
            text=text,
            key=reference or "k",
        )
        (call,) = a_channel().render(message)
        head = call.body.partition(b"\r\n\r\n")[0]
        lines = head.split(b"\r\n")
        names = {line.partition(b":")[0] for line in lines if not line.startswith(b" ")}
        assert names <= {
            b"From", b"To", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References",
            b"MIME-Version", b"Content-Type", b"Content-Transfer-Encoding",
        }  # fmt: skip
        assert b"\r" not in head.replace(b"\r\n", b"")
        assert b"\n" not in head.replace(b"\r\n", b"")
        assert max(len(line) for line in call.body.split(b"\r\n")) <= 998
