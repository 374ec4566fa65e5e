"""A message of ours as the one mail that carries it."""

import hashlib
import re

from channels.email.compose import Letter, compose, is_usable_id, one_line
from channels.port import Account, OutboundMessage, Unsupported, WireCall

#: A longer text belongs in a file.
MAX_TEXT_CHARS = 100_000
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\@\x00-\x20\x7f-\x9f]{1,64}@[^\s<>,;:\"()\[\]\\@\x00-\x20\x7f-\x9f]{1,255}")
_REPLY_MARKS = re.compile(r"^(?:\s*(?:re|ré|rép|aw|sv|rv?)\s?(?:\[\d+\])?\s?:)+\s*", re.IGNORECASE)
_TAGS = re.compile(r"\s*\[VI-[0-9A-Z]{6,10}\]\s*")
_MAX_SUBJECT_CHARS = 200


def render_mail(message: OutboundMessage, *, account: Account, domain: str) -> WireCall:
    """Write the mail. Pure. Raises Unsupported when no mail can carry the message."""
    if len(message.text) > MAX_TEXT_CHARS:
        raise Unsupported(f"The text has {len(message.text)} characters: shorten it to {MAX_TEXT_CHARS}")
    if not is_address(message.to):
        raise Unsupported(f"{message.to!r} is not a mail address: correct the address of this person")
    letter = Letter(
        sender_name=message.author_name or account.name,
        sender=account.address,
        to=message.to,
        subject=subject_for(message, default=account.name),
        text=message.text,
        sent_at=message.sent_at,
        message_id=message_id_for(message.key, domain=domain),
        in_reply_to=message.in_reply_to,
        references=message.references,
        automatic=message.automatic,
    )
    return WireCall(message.key, message.to, "message/rfc822", compose(letter), provider_id=letter.message_id)


def is_address(value: str) -> bool:
    """Whether this can be written to: one address, local part at domain, nothing around it."""
    return _ADDRESS.fullmatch(value) is not None


def message_id_for(key: str, *, domain: str) -> str:
    """The Message-ID, without brackets, of the mail with this delivery key: the same on every retry."""
    safe = re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", key) and is_usable_id(f"{key}@{domain}")
    return f"{key if safe else hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}@{domain}"


def subject_for(message: OutboundMessage, *, default: str) -> str:
    """`Re:` once when it answers, the words, and our reference once at the end."""
    given = _TAGS.sub(" ", one_line(message.subject or ""))
    words = _REPLY_MARKS.sub("", given).strip()[:_MAX_SUBJECT_CHARS] or ("" if message.in_reply_to else default)
    tag = f"[{message.ticket_reference.strip('[]')}]" if message.ticket_reference else ""
    mark = "Re:" if message.in_reply_to else ""
    return " ".join(piece for piece in (mark, words, tag) if piece) or default
