"""Whether a machine wrote a mail, so that no machine answers it (RFC 3834 and what senders do instead)."""

import re

from channels.email.charsets import decode_header
from channels.email.mime import Headers

_MACHINE = re.compile(
    r"(?:[^@]*[-+._])?(?:mailer-daemon|postmaster|(?:no|do-?not)[-_.]?reply|ne-?pas-?repondre|bounces?)(?:[-+._][^@]*)?(?:@|$)"
)
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_SIGNS = (
    "list-id",
    "list-unsubscribe",
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-response-from",
)


def is_automatic(headers: Headers, *, sender: str, envelope_from: str | None) -> bool:
    """Judge by the headers, the sender's address and the envelope (None when it is not known)."""
    return (
        envelope_from in ("", "<>")
        or decode_header(headers.first("return-path")) == "<>"
        or _word(headers, "auto-submitted") not in ("", "no")
        or _word(headers, "precedence") in _BULK
        or _word(headers, "x-auto-response-suppress") not in ("", "none")
        or headers.has(*_SIGNS)
        or _MACHINE.match(sender) is not None
    )


def _word(headers: Headers, name: str) -> str:
    """The first word of a header, lower case, without its parameters and comments."""
    words = re.split(r"[\s;,(]", decode_header(headers.first(name)).lower(), maxsplit=1)
    return words[0]
