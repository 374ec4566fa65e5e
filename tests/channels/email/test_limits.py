"""Mails made to hurt cost little."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from channels.email.body import MAX_ATTACHMENTS, MAX_TEXT_CHARS
from channels.email.headers import MAX_SUBJECT_CHARS
from channels.email.mime import MAX_DEPTH, MAX_PARTS, read_mail
from tests.channels.email.mails import arrived

HEAD = b"From: a@b.example\r\n"


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail when the block takes longer than this of the processor's time."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds


def _nested(depth: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return HEAD + opening + b"Content-Type: text/plain\r\n\r\nAu secours\r\n"


class TestAHostileMail:
    def test_may_nest_parts_without_end_and_its_words_still_show(self) -> None:
        with within(2):
            assert "Au secours" in arrived(_nested(300)).text

    def test_is_opened_only_so_deep(self) -> None:
        part, depth = read_mail(_nested(150)), 0
        while part.children:
            part, depth = part.children[0], depth + 1
        assert depth == MAX_DEPTH

    def test_may_hold_parts_without_number(self) -> None:
        many = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 200_000
        with within(3):
            assert len(read_mail(many).children) <= MAX_PARTS
            assert arrived(many).text

    def test_may_hold_files_without_number(self) -> None:
        file = b"--b\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n"
        many = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + file * 1_000
        message = arrived(many)
        assert len(message.attachments) == MAX_ATTACHMENTS
        assert "attachments not shown" in message.text
        assert "parts not shown" in message.text

    def test_says_how_many_files_are_not_shown(self) -> None:
        file = b"--b\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n"
        mail = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nVoici\r\n" + file * 57
        assert arrived(mail).text.startswith("Voici\n")
        assert "7 attachments not shown" in arrived(mail).text

    @pytest.mark.parametrize("kind", [b"plain", b"html"])
    def test_that_is_too_long_keeps_its_end_and_says_where_it_is_cut(self, kind: bytes) -> None:
        long = b"bonjour tout va bien\r\n" * 150_000
        mail = HEAD + b"Content-Type: text/" + kind + b"\r\n\r\nDebut\r\n" + long + b"Au secours\r\n"
        text = arrived(mail).text
        assert text.startswith("Debut")
        assert text.endswith("Au secours")
        assert "cut here" in text
        assert len(text) <= MAX_TEXT_CHARS

    def test_may_have_a_subject_without_end(self) -> None:
        message = arrived(HEAD + b"Subject: " + b"x" * 900_000 + b"\r\n\r\nx")
        assert len(message.subject or "") == MAX_SUBJECT_CHARS

    def test_may_hold_enclosed_mails_without_number(self) -> None:
        inner = b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: s\r\n\r\n" + b"mot " * 25_000 + b"\r\n"
        mail = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nVoici\r\n" + inner * 150
        with within(3):
            assert len(arrived(mail).text) <= MAX_TEXT_CHARS

    def test_may_hold_alternatives_without_number(self) -> None:
        html = b"--b\r\nContent-Type: text/html\r\n\r\n" + b"".join(b"<p>mot%d" % n for n in range(10_000)) + b"\r\n"
        mail = HEAD + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n" + html * 100
        with within(6):
            assert len(arrived(mail).text) <= MAX_TEXT_CHARS

    def test_may_have_a_million_lines(self) -> None:
        with within(3):
            assert len(arrived(HEAD + b"\r\n" + b"au secours\r\n" * 1_000_000).text) <= MAX_TEXT_CHARS

    @pytest.mark.parametrize(
        "markup", [b"<!--", b"<", b"<a href=", b"&", b"<div>", b"<blockquote>", b"<script>", b"&#9", b"<p>\n>"]
    )
    def test_may_leave_its_markup_unfinished(self, markup: bytes) -> None:
        with within(6):
            arrived(HEAD + b"Content-Type: text/html\r\n\r\n" + markup * (2_000_000 // len(markup)))

    @pytest.mark.parametrize(
        "value",
        [b"(" * 500_000, b"=?utf-8?q?" * 50_000, b"a@b," * 100_000, b'"' * 500_000, b"<" * 500_000, b"; a=" * 100_000],
    )
    @pytest.mark.parametrize("name", [b"To", b"Subject", b"References", b"Content-Type", b"Date"])
    def test_may_have_a_header_without_end(self, name: bytes, value: bytes) -> None:
        with within(2):
            arrived(HEAD + name + b": " + value + b"\r\n\r\nx")

    def test_may_have_a_header_folded_without_end(self) -> None:
        with within(2):
            arrived(HEAD + b"Subject: x\r\n" + b" y\r\n" * 200_000 + b"\r\nx")

    @pytest.mark.parametrize("line", [b"Le 1 ", b"> ", b"-- \r\n", b"De : x\r\n", b"On 1\r\n"])
    def test_may_look_like_history_without_end(self, line: bytes) -> None:
        with within(3):
            arrived(HEAD + b"\r\nAu secours\r\n" + line * 100_000)
