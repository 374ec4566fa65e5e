"""Whose mail it is. A display name is never an address."""

import pytest

from channels.email.headers import addresses
from channels.email.mime import Headers
from tests.channels.email.mails import arrived
from tests.channels.email.test_limits import within

VICTIM, EVIL = "victim4@thr.example", "evil@evil.example"


def _sender(*lines: str, envelope: str | None = None) -> str:
    mail = "\n".join(lines) + "\nMessage-ID: <1@x.example>\n\nBonjour"
    return arrived(mail, **({} if envelope is None else {"x_envelope_from": envelope})).sender


class TestTheSender:
    @pytest.mark.parametrize(
        "written",
        [
            f"{VICTIM} <{EVIL}>",
            f'"{VICTIM}" <{EVIL}>',
            f"<{VICTIM}> <{EVIL}>",
            f"{VICTIM}<{VICTIM}> <{EVIL}>",
            f"=?utf-8?q?{VICTIM}?= <{EVIL}>",
            f"=?utf-8?q?=3C{VICTIM}=3E?= <{EVIL}>",
            f"({VICTIM}) <{EVIL}>",
            f"({VICTIM} \\) <{VICTIM}>) {EVIL}",
            f"{EVIL} ({VICTIM})",
            f"{EVIL} (<{VICTIM}>)",
            f'"<{VICTIM}>" {EVIL}',
            f"Moreau\\, Camille <{EVIL}>",
        ],
    )
    def test_is_the_address_between_the_last_angle_brackets_and_no_name_nor_comment(self, written: str) -> None:
        assert _sender(f"From: {written}") == EVIL

    @pytest.mark.parametrize(
        "written",
        [
            f'"{VICTIM}"@evil.example',
            f'<"{VICTIM}"@evil.example>',
            f"{VICTIM} {EVIL}",
            f"{EVIL} {VICTIM}",
            f"<@evil.example:{VICTIM}>",
            f"Group: {VICTIM}; <{EVIL}>",
            f"{VICTIM}, {EVIL}",
            f"{VICTIM}@evil.example",
            f"=?utf-8?q?{VICTIM}?=",
            "=?utf-8?b?dmljdGltNEB0aHIuZXhhbXBsZQ==?=",
            f"<=?utf-8?q?{VICTIM}?=>",
            f'"Camille <{VICTIM}>',
            f"(never closed <{VICTIM}>",
            f"<{EVIL}> <{VICTIM}",
            f'"{VICTIM}"',
            f"({VICTIM})",
        ],
    )
    def test_that_cannot_be_told_is_the_envelopes_and_else_nobody(self, written: str) -> None:
        assert _sender(f"From: {written}", envelope=EVIL) == EVIL
        assert _sender(f"From: {written}").endswith("@unreadable.invalid")
        assert _sender(f"From: {written}", envelope="") != VICTIM
        assert _sender(f"From: {written}", envelope=f"@evil.example:{VICTIM}").endswith("@unreadable.invalid")

    def test_that_cannot_be_told_is_nobody_elses_either(self) -> None:
        first, second = (f"Subject: {number}\nFrom: {VICTIM} {EVIL}" for number in (1, 2))
        assert _sender(first) == _sender(first)
        assert _sender(first) != _sender(second)

    def test_of_several_authors_is_who_sent_it(self) -> None:
        several = f"From: {VICTIM}, Max <max@v.example>"
        assert _sender(several, "Sender: Max <max@v.example>", envelope=EVIL) == "max@v.example"
        assert _sender(several, envelope="max@v.example") == "max@v.example"
        assert _sender(f"From: {VICTIM}\nFrom: {EVIL}", envelope=EVIL) == EVIL

    def test_of_several_authors_is_the_first_when_the_return_path_agrees(self) -> None:
        several = "From: Max <max@v.example>, lea@v.example"
        assert _sender(several, "Return-Path: <max@v.example>") == "max@v.example"
        assert _sender(several, "Return-Path: <lea@v.example>").endswith("@unreadable.invalid")
        assert _sender(several, "Return-Path: <max@v.example>", envelope="").endswith("@unreadable.invalid")

    @pytest.mark.parametrize(
        ("written", "address", "name"),
        [
            ("Moreau, Camille <camille@v.example>", "camille@v.example", "Camille"),
            ("Camille @ Lima <camille@v.example>", "camille@v.example", "Camille @ Lima"),
            ("camille@v.example (Camille Moreau)", "camille@v.example", "Camille Moreau"),
            ("Camille camille@v.example", "camille@v.example", "Camille"),
            ("<camille@v.example", "camille@v.example", ""),
            ("Camille <Camille <camille@v.example>>", "camille@v.example", "Camille"),
            ('"camille.moreau"@v.example', "camille.moreau@v.example", ""),
            ("Zoé : Lima <'zoe@v.example'>", "zoe@v.example", "Lima"),
            ("Camille\u202e\u2066 Moreau <camille@v.example>", "camille@v.example", "Camille Moreau"),
        ],
    )
    def test_is_found_also_when_written_carelessly(self, written: str, address: str, name: str) -> None:
        message = arrived(f"From: {written}\n\nBonjour")
        assert (message.sender, message.sender_name.split(" <")[0]) == (address, name)


class TestAddresses:
    def test_of_a_group_are_its_members(self) -> None:
        headers = Headers((("to", "Les VI: a@v.example, B <b@v.example>;, c@v.example"),))
        assert [found for _, found in addresses(headers, "to")] == ["a@v.example", "b@v.example", "c@v.example"]

    @pytest.mark.parametrize(
        "piece", ["(", ")", '"', '"\\', "<", "<<a@b", "a@b ", "(a@b", ":", ";", "\\", '"a"@', "=?"]
    )
    def test_cost_little_whatever_is_written(self, piece: str) -> None:
        with within(0.5):
            addresses(Headers((("from", piece * 500_000),)), "from")
