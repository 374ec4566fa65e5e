"""A message of ours as the calls that carry it."""

import re
from collections.abc import Iterator

import msgspec

from channels.port import OutboundMessage, Unsupported, WireCall

MAX_TEXT_CHARS = 1000
#: The end of what may stay together, the best first: a paragraph, a line, a sentence, a word.
_BREAKS = tuple(re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"[.!?…]\s+", r"\s+"))


def render_message(message: OutboundMessage) -> tuple[WireCall, ...]:
    """Write one call per thousand characters, each with a key of its own. A subject is left out: there is none here.

    Pure. Raises Unsupported when there is nobody to write to or nothing to say.
    """
    to = message.to.strip()
    if not to or not to.isprintable():
        raise Unsupported(f"{message.to!r} is nobody's address on this channel: correct the address of this person")
    if not message.text.strip():
        raise Unsupported("There are no words in this message: write some")
    if not message.key.isascii() or not message.key.isprintable():
        raise Unsupported(f"The key {message.key!r} cannot travel in a header: use printable ASCII")
    pieces = tuple(split_text(message.text, most=MAX_TEXT_CHARS))
    return tuple(
        WireCall(f"{message.key}-{number}", to, "application/json", _body(message, to=to, text=piece))
        for number, piece in enumerate(pieces)
    )


def split_text(text: str, *, most: int) -> Iterator[str]:
    """Pieces of at most `most` characters that make the text again; cut between words where there are any."""
    rest = text
    while len(rest) > most:
        cut = _cut(rest, most)
        yield rest[:cut]
        rest = rest[cut:]
    yield rest


def _cut(text: str, most: int) -> int:
    """Where to cut: after the last break of the best sort in the second half of what fits."""
    for sort in _BREAKS:
        ends = [match.end() for match in sort.finditer(text, most // 2, most)]
        if ends:
            return ends[-1]
    return most


def _body(message: OutboundMessage, *, to: str, text: str) -> bytes:
    return msgspec.json.encode(
        {"to": to, "text": text, "in_reply_to": message.in_reply_to, "automatic": message.automatic}
    )
