"""What people read of a mail, and its files."""

import base64

import pytest

from channels.email.charsets import decode_header, decode_text
from channels.email.html_text import html_to_text
from tests.channels.email.mails import arrived

HEAD = "From: a@b.example\n"


def _text(content_type: str, body: bytes) -> str:
    return arrived(f"{HEAD}Content-Type: {content_type}\n\n".replace("\n", "\r\n").encode() + body).text


class TestACharset:
    @pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "iso-8859-15"])
    def test_is_believed_when_it_is_true(self, charset: str) -> None:
        assert _text(f"text/plain; charset={charset}", "Été à Córdoba".encode(charset)) == "Été à Córdoba"

    @pytest.mark.parametrize("charset", ["us-ascii", "iso-8859-1", "x-unknown", "hex", "unicode_escape", "\x00", "ü"])
    def test_that_lies_or_is_unknown_does_not_hide_utf_8(self, charset: str) -> None:
        assert decode_text("Été".encode(), charset) == "Été"

    @pytest.mark.parametrize("charset", ["us-ascii", "utf-8", "x-unknown", ""])
    def test_that_lies_or_is_unknown_does_not_hide_windows_1252(self, charset: str) -> None:
        assert decode_text("Été – 10 €".encode("cp1252"), charset) == "Été – 10 €"

    def test_leaves_no_character_that_the_database_cannot_keep(self) -> None:
        assert decode_text(b"a\x00b\x07c\r\nd", "utf-8") == "abc\nd"
        assert "\ud800" not in decode_text(b"+2AA-", "utf-7")


class TestAHeader:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("=?utf-8?Q?=C3=89t=C3=A9_au?= =?utf-8?Q?_Chili?=", "Été au Chili"),
            ("=?utf-8?B?w4k=?= =?utf-8?B?w?= rest", "É rest"),
            ("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
            ("Re: =?iso-8859-1?Q?pr=E9?=nom", "Re: prénom"),
            ("=?unknown?Q?=C3=A9?=", "é"),
            ("=?utf-8?Q?broken", "=?utf-8?Q?broken"),
            ("caf\udcc3\udca9", "café"),
            ("caf\udce9", "café"),
            ("a\r\n b", "a b"),
        ],
    )
    def test_is_decoded_as_far_as_it_can_be(self, written: str, read: str) -> None:
        assert decode_header(written) == read


MIXED = """\
From: a@b.example
Content-Type: multipart/mixed; boundary="m"

preamble
--m
Content-Type: multipart/alternative; boundary="a"

--a
Content-Type: text/plain; charset=utf-8

Le mot
--a
Content-Type: text/html

<p>Le mot en HTML</p>
--a--
--m
Content-Type: {type}
Content-Disposition: {disposition}
Content-Transfer-Encoding: base64

{content}
--m--
epilogue
"""


def _mixed(disposition: str, content: str = "w6l0w6k=", content_type: str = "application/pdf") -> str:
    return MIXED.format(type=content_type, disposition=disposition, content=content)


class TestAFile:
    def test_is_kept_decoded_beside_the_plain_text(self) -> None:
        message = arrived(_mixed("attachment; filename=facture.pdf"))
        assert message.text == "Le mot"
        (file,) = message.attachments
        assert (file.filename, file.content_type, file.content) == ("facture.pdf", "application/pdf", "été".encode())

    @pytest.mark.parametrize(
        ("disposition", "name"),
        [
            ("attachment; filename*=utf-8'fr'Re%C3%A7u.pdf", "Reçu.pdf"),
            ("attachment; filename*0*=utf-8''Re%C3%A7; filename*1=\"u 1.pdf\"", "Reçu 1.pdf"),
            ('attachment; filename="=?utf-8?Q?Re=C3=A7u.pdf?="', "Reçu.pdf"),
            ('attachment; filename="../../etc/passwd"', "passwd"),
            ('attachment; filename="C:\\\\temp\\\\a.pdf"', "a.pdf"),
            ('attachment; filename="..."', "piece-1.pdf"),
            ("attachment", "piece-1.pdf"),
            ("attachment; filename*=utf-8''a%00b%0d%0a.pdf", "ab .pdf"),
            ("attachment; filename*=utf-8''cod%E2%80%AEfdp.exe", "codfdp.exe"),
        ],
    )
    def test_has_a_decoded_and_harmless_name(self, disposition: str, name: str) -> None:
        (file,) = arrived(_mixed(disposition)).attachments
        assert file.filename == name

    @pytest.mark.parametrize("content", ["w6l0w6k", "w6l0\n!w6k=\n", "w6l0w6k==="])
    def test_survives_broken_base64(self, content: str) -> None:
        (file,) = arrived(_mixed("attachment", content)).attachments
        assert file.content == "été".encode()

    def test_may_be_a_whole_mail(self) -> None:
        inner = "From: c@d.example\n\nDedans".replace("\n", "\r\n")
        encoded = base64.b64encode(inner.encode()).decode()
        (file,) = arrived(_mixed("attachment", encoded, "message/rfc822")).attachments
        assert (file.filename, file.content) == ("piece-1.eml", inner.encode())


class TestHtml:
    def test_alone_becomes_readable_text(self) -> None:
        head = b"<head><title>x</title><style>p{}</style></head>"
        body = head + b"<p>Bonjour &eacute;quipe,<br>Ville&nbsp;: Lima</p><ul><li>un<li>deux</ul>"
        assert _text("text/html; charset=utf-8", body) == "Bonjour équipe,\nVille : Lima\n\n- un\n- deux"

    def test_is_read_when_the_plain_part_is_empty(self) -> None:
        assert arrived(_mixed("attachment").replace("Le mot\n--a", " \n--a")).text == "Le mot en HTML"

    def test_shows_where_a_link_goes(self) -> None:
        assert html_to_text('<a href="https://a.example/x">ici</a>') == "ici (https://a.example/x)"
        assert html_to_text('<a href="javascript:x()">ici</a>') == "ici"

    def test_drops_scripts_and_keeps_comparisons(self) -> None:
        assert html_to_text("<script>alert(1)</script>38 < 39 &amp; plus<!-- caché -->") == "38 < 39 & plus"

    def test_keeps_the_words_after_a_head_that_never_ends(self) -> None:
        assert html_to_text("<head><style>p{}<body>Au secours") == "Au secours"

    def test_marks_quotations_so_that_history_can_be_told_apart(self) -> None:
        quoted = "Oui<div>Le 1 mars 2026 à 9:00, Zoé a écrit :</div><blockquote><p>Ancien</p></blockquote>"
        assert _text("text/html; charset=utf-8", quoted.encode()) == "Oui"


class TestFlowedText:
    def test_has_its_lines_joined_again(self) -> None:
        assert (
            _text("text/plain; format=flowed", b"J'ai mal \r\nau dos.\r\n\r\n From Lima")
            == "J'ai mal au dos.\n\nFrom Lima"
        )


ALTERNATIVE = """\
From: a@b.example
Subject: {subject}
Content-Type: multipart/alternative; boundary="a"

--a
Content-Type: text/plain; charset=utf-8

{plain}
--a
Content-Type: text/html; charset=utf-8

{html}
--a--
"""
LETTER = "Bonjour, je suis arrivée à Lima hier et ma carte de mutuelle n'est pas encore là. Que dois-je faire ?"
HISTORY = "Le 1 mars 2026 à 9:00, Zoé a écrit :"


def _alternative(plain: str, html: str, *, subject: str = "x") -> str:
    return arrived(ALTERNATIVE.format(plain=plain, html=html, subject=subject)).text


class TestAlternatives:
    @pytest.mark.parametrize("plain", ["Votre logiciel ne lit pas le HTML.", "-", LETTER])
    def test_that_say_something_else_are_both_shown(self, plain: str) -> None:
        text = _alternative(plain, "<p>Je veux mourir cette nuit, aidez-moi.</p>")
        assert text.startswith(plain)
        assert "Je veux mourir cette nuit, aidez-moi." in text

    def test_show_a_line_that_only_one_of_them_has(self) -> None:
        text = _alternative(LETTER, f"<p>{LETTER}</p><p>Je veux mourir cette nuit.</p>")
        assert "Je veux mourir cette nuit." in text
        assert text.count("mutuelle") == 1

    @pytest.mark.parametrize(
        "html",
        [
            LETTER,
            f'<p>{LETTER}</p><img src="x"><a href="https://v.example/a/b">Lima</a>',
            f"<div>{LETTER}</div><div>{HISTORY}</div><blockquote>Une tout autre histoire, très longue</blockquote>",
        ],
    )
    def test_that_say_the_same_are_shown_once(self, html: str) -> None:
        assert _alternative(LETTER, html) == LETTER
        assert _alternative(f"{LETTER}\n\n{HISTORY}\n> Ancien", html) == LETTER

    def test_are_both_shown_also_below_a_quoted_history(self) -> None:
        text = _alternative(f"Merci\n\n{HISTORY}\n> Ancien", "<p>Je veux mourir cette nuit.</p>")
        assert text.startswith("Merci")
        assert "Je veux mourir cette nuit." in text
        assert "Ancien" not in text

    def test_are_told_apart_where_no_space_parts_the_words(self) -> None:
        same = "私は昨日リマに着きました。保険証はまだ届いていません。"
        assert _alternative(f"{same[:9]}\n{same[9:]}", f"<p>{same}</p>") == f"{same[:9]}\n{same[9:]}"


def _enclosing(inner: str, *, disposition: str = "attachment") -> str:
    return MIXED.replace("Content-Transfer-Encoding: base64\n", "").format(
        type="message/rfc822", disposition=disposition, content=inner
    )


class TestAnEnclosedMail:
    INNER = "From: Camille <c@d.example>\nSubject: Nuit\n\nJe veux mourir."

    @pytest.mark.parametrize("disposition", ["attachment", "inline"])
    def test_is_read_with_its_sender_and_subject_and_stays_a_file(self, disposition: str) -> None:
        message = arrived(_enclosing(self.INNER, disposition=disposition))
        assert message.text.startswith("Le mot\n")
        for words in ("Camille", "c@d.example", "Nuit", "Je veux mourir."):
            assert words in message.text
        assert len(message.attachments) == 1

    def test_is_read_below_a_quoted_history(self) -> None:
        mail = _enclosing(self.INNER).replace("Le mot\n", f"Le mot\n\n{HISTORY}\n> Ancien\n")
        assert "Je veux mourir." in arrived(mail).text

    def test_is_read_three_deep_and_no_deeper(self) -> None:
        inner = "From: c@d.example\nSubject: fond\n\nprofondeur 4"
        for depth in (3, 2, 1):
            head = f"From: c@d.example\nContent-Type: multipart/mixed; boundary=d{depth}\n\n"
            body = f"--d{depth}\n\nprofondeur {depth}\n--d{depth}\nContent-Type: message/rfc822\n\n"
            inner = f"{head}{body}{inner}\n--d{depth}--"
        text = arrived(_enclosing(inner)).text
        assert [depth for depth in range(1, 5) if f"profondeur {depth}" in text] == [1, 2, 3]

    def test_is_cut_when_it_is_long(self) -> None:
        text = arrived(_enclosing(f"From: c@d.example\n\n{'mot ' * 20_000}fin")).text
        assert len(text) < 25_000
        assert "fin" in text
