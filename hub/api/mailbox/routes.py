"""The routes of the mailbox page, and the mails that its forms send to the hub's intake."""

import asyncio
import re
import secrets
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from channels.email.compose import Letter, compose, one_line
from channels.email.render import is_address
from channels.email.send import send_mail
from channels.email.settings import Security, SmtpServer
from channels.port import SendError, WireCall
from hub.api.mailbox.page import DEFAULT_SENDER, Draft, View, page, written_at
from hub.api.mailbox.words import Words, words_for
from hub.mailbox import Mail, Mailbox, MailMissing

_DOMAIN = "mailbox.localhost"
_MAX_FORM_BYTES = 1_000_000
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}
_STYLE = Path(__file__).with_name("mailbox.css")


def router_for(mailbox: Mailbox, *, intake: tuple[str, int], hub_address: str) -> APIRouter:
    """The mailbox page under /mailbox. Its forms send to `hub_address` through the SMTP intake at `intake`."""
    desk = _Desk(mailbox, intake, hub_address)
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/mailbox", desk.show_list, methods=["GET"])
    router.add_api_route("/mailbox/style.css", desk.show_style, methods=["GET"])
    router.add_api_route("/mailbox/messages", desk.send, methods=["POST"])
    router.add_api_route("/mailbox/{mail_id}", desk.show_mail, methods=["GET"])
    return router


class _Desk:
    def __init__(self, mailbox: Mailbox, intake: tuple[str, int], hub_address: str) -> None:
        self._mailbox = mailbox
        self._intake = SmtpServer(*intake, security=Security.NONE)
        self._hub_address = hub_address

    async def show_list(self, request: Request) -> Response:
        """The list, with an empty form when asked for."""
        words = _words(request)
        draft = Draft() if "write" in request.query_params else None
        return await self._answer(words, draft=draft, note=words.sent if "sent" in request.query_params else "")

    async def show_mail(self, request: Request, mail_id: str) -> Response:
        """One mail and the form that answers it."""
        words = _words(request)
        try:
            mail = await asyncio.to_thread(self._mailbox.read, mail_id)
        except MailMissing:
            return await self._answer(words, note=words.missing, wrong=True, status=404)
        return await self._answer(words, opened=mail, draft=_reply_to(mail, words))

    async def show_style(self) -> Response:
        """The style sheet."""
        return Response(_STYLE.read_bytes(), media_type="text/css", headers={"X-Content-Type-Options": "nosniff"})

    async def send(self, request: Request) -> Response:
        """Send what a form holds to the hub, as a real mail."""
        words = _words(request)
        if not _is_from_here(request):
            return await self._answer(words, note=words.foreign, wrong=True, status=403)
        draft = await _read_form(request)
        if draft is None or not (is_address(draft.sender) and draft.text.strip()):
            return await self._answer(words, draft=draft or Draft(), note=words.invalid, wrong=True, status=422)
        try:
            await self._send(draft)
        except SendError as error:
            return await self._answer(
                words, draft=draft, note=words.failed.format(reason=error), wrong=True, status=502
            )
        return RedirectResponse("/mailbox?sent=1", status_code=303, headers=_HEADERS)

    async def _send(self, draft: Draft) -> None:
        answered = await self._answered(draft)
        letter = Letter(
            sender_name="",
            sender=draft.sender,
            to=self._hub_address,
            subject=draft.subject,
            text=draft.text,
            sent_at=self._mailbox.now(),
            message_id=f"{secrets.token_hex(16)}@{_DOMAIN}",
            in_reply_to=answered.message_id if answered else None,
            references=tuple(reversed(answered.references)) if answered else (),
        )
        call = WireCall(letter.message_id, letter.to, "message/rfc822", compose(letter))
        await send_mail(call, sender=draft.sender, server=self._intake, helo=_DOMAIN)

    async def _answered(self, draft: Draft) -> Mail | None:
        try:
            return await asyncio.to_thread(self._mailbox.read, draft.answers) if draft.answers else None
        except MailMissing:
            return None

    async def _answer(
        self,
        words: Words,
        *,
        opened: Mail | None = None,
        draft: Draft | None = None,
        note: str = "",
        wrong: bool = False,
        status: int = 200,
    ) -> Response:
        mails = await asyncio.to_thread(self._mailbox.list_mails)
        view = View(words, mails, self._hub_address, opened, draft, note, wrong)
        return HTMLResponse(page(view), status_code=status, headers={**_HEADERS, "Content-Language": words.code})


def _words(request: Request) -> Words:
    return words_for(request.headers.get("accept-language", ""))


def _is_from_here(request: Request) -> bool:
    """Whether a browser sends this from our own page; without either header nobody can tell, so no."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host", "-")


async def _read_form(request: Request) -> Draft | None:
    """The form's fields, in one line where they are one; None when it is too large or no form."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MAX_FORM_BYTES:
            return None
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return None
    first = {name: values[0] for name, values in fields.items()}
    return Draft(
        sender=one_line(first.get("sender", "")).lower(),
        subject=one_line(first.get("subject", ""))[:200],
        text=first.get("text", "")[:100_000],
        answers=first.get("answers", ""),
    )


def _reply_to(mail: Mail, words: Words) -> Draft:
    """An answer by the mail's recipient, with the mail quoted below as clients do."""
    subject = re.sub(r"^(re\s?:\s*)+", "", mail.subject, flags=re.IGNORECASE)
    name = mail.sender_name or mail.sender
    attribution = words.attribution.format(date=written_at(mail.sent_at, words), name=name)
    quoted = "\n".join(f"> {line}".rstrip() for line in mail.text.split("\n"))
    return Draft(
        sender=next(iter(mail.recipients), DEFAULT_SENDER),
        subject=f"Re: {subject}",
        text=f"\n\n{attribution}\n{quoted}\n",
        answers=mail.id,
    )
