"""Whose mail it is, judged by what is written and by the envelope. Never somebody whom only a name or comment names."""

import hashlib

from channels.email.charsets import HEADER_CHARS, decode_header
from channels.email.headers import addresses
from channels.email.mailboxes import usable_address
from channels.email.mime import Headers

#: The domain of addresses that cannot be anybody's: what is sent from there joins nothing.
_NOBODYS = "unreadable.invalid"


def sender_of(headers: Headers, *, envelope_from: str | None) -> tuple[str, str] | None:
    """Name and address: the one author, else who sent it for several (RFC 5322, 3.6.2), else the envelope's sender.

    Nobody's address when authors are written but cannot be told, None when nothing is written at all. Where the
    envelope is not known (None), the first of several authors counts when the Return-Path says the same.
    """
    authors = addresses(headers, "from")
    if len(authors) == 1:
        return authors[0]
    written = any("@" in decode_header(value) for value in headers.all("from"))
    submitters = addresses(headers, "sender") if authors or not written else ()
    if len(submitters) == 1:
        return submitters[0]
    if envelope := usable_address((envelope_from or "").strip("<> ")):
        return next((author for author in authors if author[1] == envelope), ("", envelope))
    returned = [address for _, address in addresses(headers, "return-path")]
    if authors and envelope_from is None and returned == [authors[0][1]]:
        return authors[0]
    if written:
        return ("", _nobody(headers))
    return ("", returned[0]) if returned else None


def _nobody(headers: Headers) -> str:
    """The same for the same mail, through whichever server it came."""
    told = [value[:HEADER_CHARS] for name in ("from", "message-id", "date", "subject") for value in headers.all(name)]
    digest = hashlib.sha256("\n".join(told).encode("utf-8", "surrogateescape")).hexdigest()
    return f"{digest[:32]}@{_NOBODYS}"
