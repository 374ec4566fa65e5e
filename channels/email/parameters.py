"""The parameters of a header such as Content-Type: `value; name=value`, with RFC 2231 and what clients make of it."""

import re
from urllib.parse import unquote_to_bytes

from channels.email.charsets import decode_header, decode_text

_PARAMETER = re.compile(r';\s*([^\s=;"]{1,60})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_PIECE = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*?))?$")
_MAX_PARAMETERS = 100


def read_parameters(value: str) -> tuple[str, dict[str, str]]:
    """Split into the value itself, lower case, and its parameters, names lower case, decoded."""
    value = value[:10_000]
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, raw in _PARAMETER.findall(value)[:_MAX_PARAMETERS]:
        text, piece = _unquote(raw), _PIECE.match(name.lower())
        if piece is None:
            plain.setdefault(name.lower(), decode_header(text))
        else:
            encoded = piece[2] is None or bool(piece[3])
            pieces.setdefault(piece[1], []).append((int(piece[2] or 0), encoded, text))
    main = value.partition(";")[0].strip().lower()
    return main, plain | {name: _join(found) for name, found in pieces.items()}


def _unquote(raw: str) -> str:
    raw = raw.strip()
    return re.sub(r"\\(.)", r"\1", raw[1:].removesuffix('"'), flags=re.DOTALL) if raw.startswith('"') else raw


def _join(pieces: list[tuple[int, bool, str]]) -> str:
    """Join the numbered pieces of one value; the first encoded one names the charset: charset'language'text."""
    charset, data = "", b""
    for number, encoded, text in sorted(pieces):
        if encoded and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw = text.encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(raw) if encoded else raw
    return " ".join(decode_text(data, charset).split())
