"""A mail as bytes (RFC 5322, 2045, 2047), the same bytes for the same words. No value can begin a header."""

import quopri
import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime

from channels.email.charsets import clean
from channels.email.headers import MAX_ID_CHARS

#: The root and the nearest ancestors are kept: clients thread by these, and some servers refuse long headers.
MAX_REFERENCES = 20
_ID = re.compile(r"[^\s<>()\[\],;:\"\\\x00-\x20\x7f-\x9f]+")
_MAX_LINE_BYTES = 76


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says. Ids are without brackets, the oldest reference first; `sent_at` is aware."""

    sender_name: str
    sender: str
    to: str
    subject: str
    text: str
    sent_at: datetime
    message_id: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    automatic: bool = False


def compose(letter: Letter) -> bytes:
    """Write the letter: UTF-8 plain text, lines ended by CRLF. Pure."""
    encoding, body = _body(letter.text)
    fields = [
        ("From", f"{_phrase(letter.sender_name)}<{one_line(letter.sender)}>"),
        ("To", f"<{one_line(letter.to)}>"),
        ("Subject", _words(letter.subject, "Subject")),
        ("Date", format_datetime(letter.sent_at)),
        ("Message-ID", f"<{one_line(letter.message_id)}>"),
        ("In-Reply-To", _ids((letter.in_reply_to or "",))),
        ("References", _ids(_chain(letter))),
        ("Auto-Submitted", "auto-replied" if letter.automatic else ""),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", encoding),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields if value)
    return head.encode() + b"\r\n" + body


def one_line(value: str) -> str:
    """The value without controls or line ends of any sort, white space folded."""
    return " ".join(clean(value).replace("\x85", " ").split())


def is_usable_id(value: str) -> bool:
    """Whether an id can be written between angle brackets as it is."""
    return len(value) <= MAX_ID_CHARS and _ID.fullmatch(value) is not None


def _words(value: str, name: str) -> str:
    line = one_line(value)
    charset = "us-ascii" if line.isascii() and "=?" not in line else "utf-8"
    return Header(line, charset, header_name=name).encode(linesep="\r\n")


def _phrase(name: str) -> str:
    """A display name before an address: quoted, or encoded where it is not ASCII; nothing when empty."""
    line = one_line(name)[:100]
    if not line:
        return ""
    if line.isascii() and "=?" not in line:
        return '"' + re.sub(r'(["\\])', r"\\\1", line) + '" '
    return Header(line, "utf-8", header_name="From").encode(linesep="\r\n") + " "


def _chain(letter: Letter) -> tuple[str, ...]:
    ids = dict.fromkeys((*letter.references, letter.in_reply_to or ""))
    # The mail answered comes last, also when it is among the references already.
    ids.pop(letter.in_reply_to or "", None)
    good = [one for one in (*ids, letter.in_reply_to or "") if is_usable_id(one.strip("<>"))]
    return tuple(good) if len(good) <= MAX_REFERENCES else (good[0], *good[1 - MAX_REFERENCES :])


def _ids(ids: tuple[str, ...]) -> str:
    bare = [one.strip("<>") for one in ids]
    return "\r\n ".join(f"<{one}>" for one in bare if is_usable_id(one))


def _body(text: str) -> tuple[str, bytes]:
    lines = clean(text).rstrip("\n").split("\n")
    data = "\r\n".join([*lines, ""]).encode()
    if data.isascii() and all(len(line) <= _MAX_LINE_BYTES for line in lines):
        return "7bit", data
    return "quoted-printable", quopri.encodestring(data)
