"""What a received mail becomes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import wire
from channels.port import Malformed, MessageArrived, Unrecognised
from tests.channels.email.mails import ADDRESS, NOW, REAL_MAILS, a_channel, arrived, parsed, raw

QUESTION = """\
From: =?utf-8?q?Camille_Mor=C3=A9?= <Camille.More@Volontaires.example>
To: Assistance <assistance@hub.example>, max@volontaires.example
Cc: Lea <LEA@volontaires.example>
Subject: Re: Mutuelle [VI-7K2M9Q]
Date: Mon, 02 Mar 2026 10:00:00 +0100
Message-ID: <q1@volontaires.example>
In-Reply-To: <a1@hub.example>
References: <q0@volontaires.example> <a0@hub.example> <a1@hub.example>

Bonjour, suis-je couverte au Chili ?
"""


class TestAMessage:
    def test_tells_who_wrote_in_lower_case_with_the_name_decoded(self) -> None:
        assert arrived(QUESTION).sender == "camille.more@volontaires.example"
        assert arrived(QUESTION).sender_name == "Camille Moré"

    def test_tells_who_else_was_addressed_ourselves_left_out(self) -> None:
        assert arrived(QUESTION).participants == (
            "camille.more@volontaires.example",
            "max@volontaires.example",
            "lea@volontaires.example",
        )
        assert ADDRESS not in arrived(QUESTION.replace("assistance@", "assistance+vi@")).participants

    def test_names_the_mails_it_answers_the_nearest_first(self) -> None:
        assert arrived(QUESTION).thread == ("a1@hub.example", "a0@hub.example", "q0@volontaires.example")

    def test_carries_our_reference_from_its_subject(self) -> None:
        assert arrived(QUESTION).tag == "VI-7K2M9Q"
        assert arrived(QUESTION.replace("[VI-7K2M9Q]", "VI-7K2M9Q")).tag is None

    def test_has_the_senders_time_in_utc(self) -> None:
        assert arrived(QUESTION).sent_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        "date", ["", "yesterday", "Mon, 02 Mar 2099 10:00:00 +0100", "Thu, 13 Feb 1969 23:32 -0330", "99999999999"]
    )
    def test_has_our_time_when_its_own_is_missing_or_absurd(self, date: str) -> None:
        assert arrived(QUESTION.replace("Mon, 02 Mar 2026 10:00:00 +0100", date)).sent_at == NOW

    def test_runs_in_the_lane_of_our_address_and_the_senders(self) -> None:
        assert arrived(QUESTION).lane_key == "assistance@hub.example|camille.more@volontaires.example"

    def test_gets_an_id_when_it_has_none(self) -> None:
        without = arrived(QUESTION.replace("Message-ID: <q1@volontaires.example>\n", ""))
        assert without.message_id.endswith("@missing.invalid")

    def test_is_from_the_envelopes_sender_when_no_header_says(self) -> None:
        assert arrived("Subject: x\n\nAu secours", x_envelope_from="Max@v.example").sender == "max@v.example"

    def test_without_any_sender_is_malformed_and_says_why(self) -> None:
        with pytest.raises(Malformed, match="No sender"):
            parsed("Subject: x\n\nAu secours")

    def test_has_a_subject_without_marks_that_turn_its_direction(self) -> None:
        turned = "".join(chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
        assert arrived(QUESTION.replace("Re: Mutuelle", f"Re: {turned}Mutuelle")).subject == "Re: Mutuelle [VI-7K2M9Q]"


class TestAMailOfOurs:
    OURS = QUESTION.replace("Camille.More@Volontaires.example", ADDRESS)

    def test_that_comes_back_is_set_aside(self) -> None:
        event = parsed(self.OURS.replace("q1@volontaires.example", "k1@HUB.example"))
        assert isinstance(event, Unrecognised)
        assert event.sort == "own_mail"

    def test_is_not_seen_in_another_ones(self) -> None:
        assert arrived(self.OURS).sender == ADDRESS
        assert arrived(QUESTION.replace("q1@volontaires.example", "k1@hub.example")).message_id == "k1@hub.example"


class TestItsKey:
    def test_is_the_same_through_two_mailboxes(self) -> None:
        elsewhere = "Received: from b\nDelivered-To: sante@hub.example\n" + QUESTION
        assert arrived(elsewhere).event_key == arrived(QUESTION).event_key

    def test_is_the_same_when_a_server_encoded_the_text_anew(self) -> None:
        encoded = QUESTION.replace("\n\nBonjour", "\nContent-Transfer-Encoding: quoted-printable\n\n=42onjour")
        assert arrived(encoded).event_key == arrived(QUESTION).event_key

    @pytest.mark.parametrize(
        ("old", "new"),
        [("Chili", "Pérou"), ("q1@", "q2@"), ("Camille.More@", "max@"), ("02 Mar 2026", "01 Mar 2026")],
    )
    def test_is_another_for_another_mail_even_with_a_reused_id(self, old: str, new: str) -> None:
        assert arrived(QUESTION.replace(old, new)).event_key != arrived(QUESTION).event_key


class TestAMachine:
    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: auto-replied; owner-email=x",
            "Precedence: Bulk",
            "Precedence: list",
            "List-Id: <news.example>",
            "X-Auto-Response-Suppress: OOF, AutoReply",
            "X-Autoreply: yes",
            "Return-Path: <>",
        ],
    )
    def test_is_recognised_by_what_it_says_of_itself(self, header: str) -> None:
        assert arrived(f"{header}\n{QUESTION}").automatic

    @pytest.mark.parametrize("local", ["MAILER-DAEMON", "no-reply", "noreply", "gmail-noreply", "ne-pas-repondre"])
    def test_is_recognised_by_its_address(self, local: str) -> None:
        assert arrived(f"From: <{local}@x.example>\n\nx").automatic

    def test_is_recognised_by_its_empty_envelope(self) -> None:
        assert arrived(QUESTION, x_envelope_from="").automatic
        assert not arrived(QUESTION, x_envelope_from="camille.more@volontaires.example").automatic

    @pytest.mark.parametrize("header", ["Auto-Submitted: no", "Precedence: normal", "X-Auto-Response-Suppress: None"])
    def test_is_not_seen_in_a_person(self, header: str) -> None:
        assert not arrived(f"{header}\n{QUESTION}").automatic
        assert not arrived("From: norep@x.example\n\nx").automatic


class TestTheWords:
    def test_are_the_new_ones_without_the_history(self) -> None:
        mail = QUESTION + "\nLe 1 mars 2026 à 10:00, Zoé <a@hub.example> a écrit :\n> Ancien texte\n"
        assert arrived(mail).text == "Bonjour, suis-je couverte au Chili ?"

    def test_keep_what_was_forwarded(self) -> None:
        mail = QUESTION.replace("Re: Mutuelle", "TR: Mutuelle") + "\n-----Message d'origine-----\nLe devis joint\n"
        assert "Le devis joint" in arrived(mail).text


_HEADER = st.sampled_from(
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "References",
        "Content-Type",
        "Content-Disposition",
        "Content-Transfer-Encoding",
    ]
)
_VALUE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "a@b.example",
            "=?utf-8?b?w6n?= <a@b.example>",
            "=?x?q?=ZZ?=",
            'multipart/mixed; boundary="b"',
            "multipart/report; boundary=b",
            "message/delivery-status",
            "text/html; charset=utf-7",
            "text/plain; charset*0*=utf-8''x; charset*=y; charset*1=z",
            "base64",
            "x-uuencode",
            "attachment; filename*0*=iso-8859-1''%e9; filename*2=../../x",
            "((((((((((",
            "Mon, 99 Foo 0000 99:99:99 +9999",
        ]
    ),
)
_BODY = st.one_of(
    st.binary(max_size=300), st.text(max_size=300).map(str.encode), st.sampled_from([b"--b\r\n\r\nx\r\n--b--", b"<p>x"])
)


@st.composite
def _mails(draw: st.DrawFn) -> bytes:
    fields = draw(st.lists(st.tuples(_HEADER, _VALUE), max_size=8))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode("utf-8", "surrogatepass")
    parts = draw(st.lists(_BODY, max_size=4))
    return head + b"\r\n" + b"\r\n--b\r\n".join(parts)


def _becomes_an_event_or_malformed(mail: bytes) -> None:
    try:
        (event,) = a_channel().parse(raw(mail))
    except Malformed:
        return
    assert wire.decode(wire.encode(event)) == event
    if isinstance(event, MessageArrived):
        assert "\0" not in event.text + (event.subject or "") + event.sender + event.sender_name + event.message_id
        assert event.sent_at.tzinfo is UTC


class TestAnyBytes:
    @given(_mails())
    def test_of_a_mail_like_shape_become_an_event_or_malformed(self, mail: bytes) -> None:
        _becomes_an_event_or_malformed(mail)

    @given(st.binary(max_size=600))
    def test_become_an_event_or_malformed(self, mail: bytes) -> None:
        _becomes_an_event_or_malformed(b"From: a@b.example\r\n" + mail)

    @pytest.mark.skipif(not REAL_MAILS.is_dir(), reason=f"the collection of real mails is not at {REAL_MAILS}")
    @given(data=st.data())
    def test_of_a_mutated_real_mail_become_an_event_or_malformed(self, data: st.DataObject) -> None:
        mail = bytearray(data.draw(st.sampled_from(_ALL)))
        for _ in range(data.draw(st.integers(1, 12))):
            at = data.draw(st.integers(0, max(0, len(mail) - 1)))
            mail[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
        _becomes_an_event_or_malformed(bytes(mail))


_ALL = [file.read_bytes() for file in sorted(REAL_MAILS.rglob("*.eml"))] or [b""]
