"""The mailbox page: read what the hub sent, answer it, write to it, all by real mail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from channels.email.adapter import EmailChannel
from channels.email.server import Delivery
from channels.port import Account, MessageArrived, RawEvent
from domain.channel import ChannelKind
from domain.ids import AccountId, mint
from hub.api.mailbox import router_for
from hub.api.mailbox.words import ENGLISH, FRENCH, SPANISH, Words, words_for
from hub.clock import FixedClock
from hub.mailbox import Mailbox

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HUB = "assistance@hub.example"
OURS = {"Sec-Fetch-Site": "same-origin"}
FORM = {"sender": "Camille@v.example", "subject": "Mutuelle", "text": "Bonjour\nSuis-je couverte ?"}
ATTACK = '"><script>alert(1)</script>'


@asynccontextmanager
async def _page(
    folder: Path, *, intake: tuple[str, int] = ("127.0.0.1", 9)
) -> AsyncIterator[tuple[httpx.AsyncClient, Mailbox]]:
    mailbox = Mailbox(folder, clock=FixedClock(NOW))
    app = FastAPI()
    app.include_router(router_for(mailbox, intake=intake, hub_address=HUB))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.local") as browser:
        yield browser, mailbox


@asynccontextmanager
async def _hub() -> AsyncIterator[tuple[tuple[str, int], list[MessageArrived]]]:
    channel = EmailChannel(Account(AccountId(mint(NOW)), ChannelKind.EMAIL, "Assistance", HUB), clock=FixedClock(NOW))
    heard: list[MessageArrived] = []

    async def accept(raw: RawEvent) -> None:
        heard.extend(event for event in channel.parse(raw) if isinstance(event, MessageArrived))

    async with channel.listen(accept) as address:
        host, _, port = address.removeprefix("smtp://").partition(":")
        yield (host, int(port)), heard


def _keep(mailbox: Mailbox, *, subject: str = "Votre dossier", text: str = "Tout va bien.") -> str:
    mail = (
        f"From: Zoé <{HUB}>\r\nSubject: {subject}\r\nMessage-ID: <a1@hub.example>\r\nIn-Reply-To: <q1@v.example>\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    return mailbox.keep(Delivery(mail.encode(), HUB, ("camille@v.example",), ""))


class TestThePage:
    async def test_teaches_what_to_do_when_it_is_empty(self, tmp_path: Path) -> None:
        async with _page(tmp_path) as (browser, _):
            answer = await browser.get("/mailbox")
        assert answer.status_code == 200
        assert "Écrivez au hub" in answer.text
        assert '<html lang="fr">' in answer.text

    async def test_lists_the_mails_and_opens_one_with_an_answer_ready(self, tmp_path: Path) -> None:
        async with _page(tmp_path) as (browser, mailbox):
            mail_id = _keep(mailbox)
            listed, opened = await browser.get("/mailbox"), await browser.get(f"/mailbox/{mail_id}")
        assert f'href="/mailbox/{mail_id}"' in listed.text
        assert "Tout va bien." in opened.text
        assert 'value="camille@v.example"' in opened.text
        assert "&gt; Tout va bien." in opened.text

    async def test_escapes_everything_and_allows_no_script(self, tmp_path: Path) -> None:
        async with _page(tmp_path) as (browser, mailbox):
            mail_id = _keep(mailbox, subject=ATTACK, text=ATTACK)
            answers = [await browser.get("/mailbox"), await browser.get(f"/mailbox/{mail_id}")]
            refused = {**FORM, "subject": ATTACK, "sender": ATTACK, "answers": ATTACK}
            answers.append(await browser.post("/mailbox/messages", data=refused, headers=OURS))
        for answer in answers:
            assert "<script" not in answer.text
            assert "alert(1)" in answer.text
            assert "default-src 'none'" in answer.headers["content-security-policy"]

    async def test_has_a_style_of_its_own_route(self, tmp_path: Path) -> None:
        async with _page(tmp_path) as (browser, _):
            answer = await browser.get("/mailbox/style.css")
        assert answer.headers["content-type"].startswith("text/css")

    @pytest.mark.parametrize("mail_id", ["unknown", "..%2f..%2fetc%2fpasswd", "%00"])
    async def test_says_when_a_mail_is_not_there(self, tmp_path: Path, mail_id: str) -> None:
        async with _page(tmp_path) as (browser, _):
            answer = await browser.get(f"/mailbox/{mail_id}")
        assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("wished", "words"),
        [
            ("", FRENCH),
            ("de", FRENCH),
            ("en-GB,en;q=0.9", ENGLISH),
            ("fr;q=0.3, es-PE;q=0.8", SPANISH),
            ("en;q=0", FRENCH),
            (",;q=x", FRENCH),
        ],
    )
    def test_speaks_the_readers_language_french_first(self, wished: str, words: Words) -> None:
        assert words_for(wished) is words


class TestTheForms:
    async def test_write_a_real_mail_to_the_hub(self, tmp_path: Path) -> None:
        async with _hub() as (intake, heard), _page(tmp_path, intake=intake) as (browser, _):
            answer = await browser.post("/mailbox/messages", data=FORM, headers=OURS)
            assert (answer.status_code, answer.headers["location"]) == (303, "/mailbox?sent=1")
            assert "Message remis au hub." in (await browser.get("/mailbox?sent=1")).text
        assert [(event.sender, event.subject, event.text) for event in heard] == [
            ("camille@v.example", "Mutuelle", "Bonjour\nSuis-je couverte ?")
        ]

    async def test_answer_a_mail_so_that_the_hub_joins_it(self, tmp_path: Path) -> None:
        async with _hub() as (intake, heard), _page(tmp_path, intake=intake) as (browser, mailbox):
            await browser.post("/mailbox/messages", data={**FORM, "answers": _keep(mailbox)}, headers=OURS)
        assert heard[0].thread == ("a1@hub.example", "q1@v.example")

    async def test_keep_what_was_typed_when_the_hub_is_away(self, tmp_path: Path) -> None:
        async with _page(tmp_path) as (browser, _):
            answer = await browser.post("/mailbox/messages", data=FORM, headers=OURS)
        assert answer.status_code == 502
        assert "Suis-je couverte ?" in answer.text

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
        ],
    )
    async def test_are_refused_from_another_site(self, tmp_path: Path, headers: dict[str, str]) -> None:
        async with _hub() as (intake, heard), _page(tmp_path, intake=intake) as (browser, _):
            answer = await browser.post("/mailbox/messages", data=FORM, headers=headers)
        assert answer.status_code == 403
        assert heard == []

    async def test_are_taken_from_our_own_origin_by_older_browsers(self, tmp_path: Path) -> None:
        async with _hub() as (intake, heard), _page(tmp_path, intake=intake) as (browser, _):
            await browser.post("/mailbox/messages", data=FORM, headers={"Origin": "http://hub.local"})
        assert len(heard) == 1

    @pytest.mark.parametrize(
        "form", [{}, {**FORM, "sender": "camille"}, {**FORM, "text": "  "}, {**FORM, "text": "a" * 1_100_000}]
    )
    async def test_say_what_is_missing(self, tmp_path: Path, form: dict[str, str]) -> None:
        async with _page(tmp_path) as (browser, _):
            answer = await browser.post("/mailbox/messages", data=form, headers=OURS)
        assert answer.status_code == 422

    @pytest.mark.parametrize("body", [b"\xff" * 50, b"&".join(b"a%d=1" % n for n in range(50)), b"{}"])
    async def test_survive_any_bytes(self, tmp_path: Path, body: bytes) -> None:
        async with _page(tmp_path) as (browser, _):
            answer = await browser.post("/mailbox/messages", content=body, headers=OURS)
        assert answer.status_code == 422

    async def test_cannot_write_a_header(self, tmp_path: Path) -> None:
        async with _hub() as (intake, heard), _page(tmp_path, intake=intake) as (browser, _):
            form = {**FORM, "subject": "x\r\nCc: victim@v.example"}
            await browser.post("/mailbox/messages", data=form, headers=OURS)
        assert heard[0].participants == ("camille@v.example",)
        assert heard[0].subject == "x Cc: victim@v.example"
