"""What a mail carries: the text that people read, and its files."""

import re
from dataclasses import dataclass

from channels.email.charsets import clean, decode_text
from channels.email.html_text import html_to_text
from channels.email.mime import Part
from channels.port import InboundAttachment

MAX_ATTACHMENTS = 50
#: Text beyond this stays in the raw mail only.
MAX_TEXT_CHARS = 200_000
_MAX_MARKUP_CHARS = 2_000_000
_MAX_NAME_CHARS = 150
_SUFFIXES = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/plain": ".txt",
}


@dataclass(frozen=True, slots=True)
class Body:
    """The whole text, quotations included, and the files."""

    text: str
    attachments: tuple[InboundAttachment, ...]


def read_body(mail: Part) -> Body:
    """Gather the text of every shown part (plain before HTML) and the files. Raises nothing."""
    files = [part for part in mail.leaves() if not _is_text(part)]
    attachments = tuple(_attachment(part, number) for number, part in enumerate(files[:MAX_ATTACHMENTS], start=1))
    return Body(_text(mail)[:MAX_TEXT_CHARS].strip(), attachments)


def _is_text(part: Part) -> bool:
    """Whether it is shown as the mail's words. A multipart that could not be opened is shown as it is."""
    shown = part.content_type in ("text/plain", "text/html", "text/enriched") and not part.filename
    return not part.is_attached and (shown or part.content_type.startswith("multipart/"))


def _text(part: Part) -> str:
    if not part.children:
        return _leaf_text(part) if _is_text(part) else ""
    texts = [(child, _text(child)) for child in part.children]
    filled = [(child, text) for child, text in texts if text.strip()]
    if part.content_type == "multipart/alternative" and filled:
        plain = [text for child, text in filled if child.content_type == "text/plain"]
        return (plain or [text for _, text in filled])[0]
    return "\n\n".join(text.strip("\n") for _, text in filled)


def _leaf_text(part: Part) -> str:
    text = decode_text(part.content[: 4 * _MAX_MARKUP_CHARS], part.parameter("charset"))
    if part.content_type == "text/html" or text[:200].lstrip().lower().startswith(("<html", "<!doctype html")):
        return html_to_text(text[:_MAX_MARKUP_CHARS])
    text = text[:MAX_TEXT_CHARS]
    return _unflow(text, part.parameter("delsp")) if part.parameter("format").lower() == "flowed" else text


def _unflow(text: str, delsp: str) -> str:
    """Join the lines that the sender's client broke (RFC 3676): they end in a space. Quotations keep theirs."""
    lines: list[str] = []
    soft = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        stuffed = line.removeprefix(" ")
        if soft and not quoted and stuffed not in ("", "-- "):
            lines[-1] = (lines[-1][:-1] if delsp.lower() == "yes" else lines[-1]) + stuffed
        else:
            lines.append(stuffed)
        soft = not quoted and line.endswith(" ") and line != "-- "
    return "\n".join(lines)


def _attachment(part: Part, number: int) -> InboundAttachment:
    return InboundAttachment(_safe_name(part, number), part.content_type, part.content)


def _safe_name(part: Part, number: int) -> str:
    """A bare file name: no path, no control, no reserved character, never hidden, never empty."""
    name = re.split(r"[/\\]", clean(part.filename))[-1]
    name = " ".join(re.sub(r'[<>:"|?*\x00-\x1f\u202a-\u202e\u2066-\u2069]', "", name).split()).strip(". ")
    if not name:
        return f"piece-{number}{_SUFFIXES.get(part.content_type, '')}"
    stem, dot, suffix = name.rpartition(".")
    return name if len(name) <= _MAX_NAME_CHARS else f"{(stem or suffix)[: _MAX_NAME_CHARS - 20]}{dot}{suffix[:19]}"
