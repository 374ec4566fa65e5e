"""What the headers of a mail say: who wrote to whom, when, in answer to what (RFC 5322)."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from channels.email.charsets import HEADER_CHARS, decode_header
from channels.email.mailboxes import read_mailboxes
from channels.email.mime import Headers

#: Longer identifiers are taken as missing: nobody makes them but to hurt.
MAX_ID_CHARS = 500
#: A longer subject is cut.
MAX_SUBJECT_CHARS = 500
_MAX_ADDRESSES = 100
_MAX_THREAD = 50
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_BRACKETED = re.compile(r"<([^<>\s]+)>")
_TAG = re.compile(r"\[(VI-[0-9A-Z]{6,10})\]")
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)


def addresses(headers: Headers, *names: str) -> tuple[tuple[str, str], ...]:
    """The (name, address) pairs of these headers, each address once, lower case, in order."""
    found: dict[str, str] = {}
    for name in names:
        for value in headers.all(name)[:_MAX_ADDRESSES]:
            for mailbox in read_mailboxes(value[:HEADER_CHARS]):
                shown = _straight(decode_header(mailbox.name))
                found.setdefault(mailbox.address, "" if shown.lower() == mailbox.address else shown)
    return tuple((shown, address) for address, shown in found.items())[:_MAX_ADDRESSES]


def _straight(text: str) -> str:
    """The text without the marks that turn the direction of writing: they show one thing and mean another."""
    return " ".join(_TURNS.sub("", text).split())


def message_ids(value: str) -> tuple[str, ...]:
    """The message ids of a header, in order, without their angle brackets; bare ones too when none has any."""
    value = value[:HEADER_CHARS]
    found = _BRACKETED.findall(value) or [word for word in value.split() if "@" in word]
    return tuple(clean for word in found if (clean := decode_header(word)) and len(clean) <= MAX_ID_CHARS)


def own_id(headers: Headers) -> str:
    """The first Message-ID, without brackets; an empty string when it is missing or unusable."""
    return next(iter(message_ids(headers.first("message-id"))), "")


def thread_of(headers: Headers) -> tuple[str, ...]:
    """Ids of the mails that this one answers, the nearest first: In-Reply-To, then References from last to first."""
    parents = message_ids(headers.first("in-reply-to"))
    references = message_ids(" ".join(headers.all("references")))
    return tuple(dict.fromkeys((*parents, *reversed(references))))[:_MAX_THREAD]


def subject_of(headers: Headers) -> str | None:
    """The subject on one line, cut when it is long; None when there is none."""
    return _straight(decode_header(headers.first("subject")))[:MAX_SUBJECT_CHARS] or None


def tag_of(subject: str | None) -> str | None:
    """Our ticket reference in a subject, without its brackets."""
    found = _TAG.search(subject or "")
    return found[1] if found else None


def date_of(headers: Headers, *, received_at: datetime) -> datetime:
    """The sender's date in UTC; ours when it is missing, unreadable, before 1990 or over a day ahead of ours."""
    try:
        sent = parsedate_to_datetime(decode_header(headers.first("date"))[:200])
        sent = sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return received_at
    return sent if _OLDEST <= sent <= received_at + timedelta(days=1) else received_at
