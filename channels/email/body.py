"""What a mail carries: the text that people read, and its files."""

import re
from dataclasses import dataclass

from channels.email.alternatives import words_beyond, words_of
from channels.email.charsets import clean, decode_header, decode_text
from channels.email.cut import MARK, cut, ends
from channels.email.headers import subject_of
from channels.email.html_text import html_to_text
from channels.email.mime import Part, read_mail
from channels.email.quotes import new_words
from channels.port import InboundAttachment

MAX_ATTACHMENTS = 50
#: What is beyond this stays in the raw mail only: the middle of the text, never its end.
MAX_TEXT_CHARS = 200_000
#: Of these, what other wordings and enclosed mails may take together, and one enclosed mail.
_MAX_BELOW_CHARS = 60_000
_MAX_ENCLOSED_CHARS = 20_000
_MAX_ENCLOSED_DEPTH = 3
#: More wordings than these are compared as one.
_MAX_WORDINGS = 10
_OTHER_WORDING = "——— Autre version du message, en HTML · other version of this message ———"
_ENCLOSED = "——— Message joint · attached message ———"
_KEPT = "gardées avec le courriel d’origine"
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
    """What there is to read, and the files.

    text: everything, quotations included · new_text: the sender's new words. Both end in what is only told otherwise
    (another wording of an alternative, enclosed mails) and in what is left out.
    """

    text: str
    new_text: str
    attachments: tuple[InboundAttachment, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that are shown, and the other wordings of them."""

    shown: str
    others: tuple[str, ...] = ()


def read_body(mail: Part) -> Body:
    """Gather the text of every shown part (plain before HTML), of enclosed mails, and the files. Raises nothing."""
    return _body(mail, depth=0)


def _body(mail: Part, *, depth: int) -> Body:
    files = [part for part in mail.leaves() if not _is_text(part)]
    attachments = tuple(_attachment(part, number) for number, part in enumerate(files[:MAX_ATTACHMENTS], start=1))
    words = _words(mail)
    enclosed = [_enclosed(part, depth=depth) for part in files[:MAX_ATTACHMENTS] if _is_enclosed(part, depth=depth)]
    notes = _notes(files=len(files) - len(attachments), parts=mail.hidden_parts)
    whole = _assembled(words, enclosed, notes, new=False)
    return Body(whole, _assembled(words, enclosed, notes, new=True), attachments)


def _assembled(words: _Words, enclosed: list[str], notes: list[str], *, new: bool) -> str:
    """One text that is never longer than MAX_TEXT_CHARS."""
    several = (*words.others[:_MAX_WORDINGS], "\n\n".join(words.others[_MAX_WORDINGS:]))
    shown, *others = (cut(text, most_chars=MAX_TEXT_CHARS) for text in (words.shown, *several))
    if new:
        shown, *others = (new_words(text) for text in (shown, *others))
    known, added = words_of(shown), list[str]()
    for other in others:
        if further := words_beyond(other, known=known):
            added.append(f"{_OTHER_WORDING}\n{further}")
            known |= words_of(further)
    below = cut("\n\n".join([*added, *enclosed]), most_chars=_MAX_BELOW_CHARS)
    ending = "\n\n".join(part for part in (below, *notes) if part)
    room = MAX_TEXT_CHARS - len(ending) - 2
    return "\n\n".join(part for part in (cut(shown.strip(), most_chars=room), ending) if part)


def _notes(*, files: int, parts: int) -> list[str]:
    """What to say of that which is only in the raw mail."""
    notes = []
    if files:
        notes.append(f"[{files} pièces jointes non affichées, {_KEPT} · {files} attachments not shown]")
    if parts:
        notes.append(f"[{parts} parties ou plus non affichées, {_KEPT} · {parts} or more parts not shown]")
    return notes


def _is_enclosed(part: Part, *, depth: int) -> bool:
    return part.content_type in ("message/rfc822", "message/global") and depth < _MAX_ENCLOSED_DEPTH


def _enclosed(part: Part, *, depth: int) -> str:
    """A mail inside the mail, for reading: who wrote it, its subject, all its words."""
    mail = read_mail(part.content[:_MAX_MARKUP_CHARS])
    author = decode_header(mail.headers.first("from"))[:_MAX_NAME_CHARS]
    head = f"{_ENCLOSED}\nDe · From: {author}\nObjet · Subject: {subject_of(mail.headers) or ''}"
    return f"{head}\n\n{cut(_body(mail, depth=depth + 1).text, most_chars=_MAX_ENCLOSED_CHARS)}".strip()


def _is_text(part: Part) -> bool:
    """Whether it is shown as the mail's words. A multipart that could not be opened is shown as it is."""
    shown = part.content_type in ("text/plain", "text/html", "text/enriched") and not part.filename
    return not part.is_attached and (shown or part.content_type.startswith("multipart/"))


def _words(part: Part) -> _Words:
    if not part.children:
        return _Words(_leaf_text(part) if _is_text(part) else "")
    filled = [(child, words) for child in part.children if (words := _words(child)).shown.strip()]
    others = [other for _, words in filled for other in words.others]
    if part.content_type == "multipart/alternative" and filled:
        number = next((at for at, (child, _) in enumerate(filled) if child.content_type == "text/plain"), 0)
        _, first = filled.pop(number)
        return _Words(first.shown, (*(words.shown for _, words in filled), *others))
    return _Words("\n\n".join(words.shown.strip("\n") for _, words in filled), tuple(others))


def _leaf_text(part: Part) -> str:
    text = decode_text(part.content, part.parameter("charset"))
    if part.content_type == "text/html" or text[:200].lstrip().lower().startswith(("<html", "<!doctype html")):
        return _from_markup(text)
    text = cut(text, most_chars=MAX_TEXT_CHARS)
    return _unflow(text, part.parameter("delsp")) if part.parameter("format").lower() == "flowed" else text


def _from_markup(source: str) -> str:
    head, tail = ends(source, most_chars=_MAX_MARKUP_CHARS)
    if not tail:
        return html_to_text(head)
    rest = re.sub(r"\A[^<>]{0,2000}>", "", tail)  # the tag that the cut went through
    return f"{html_to_text(head)}{MARK}{html_to_text(rest)}"


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
