"""Bytes of a mail as text, whatever their charset claims to be (RFC 2045, 2047)."""

import base64
import binascii
import codecs
import quopri
import re
from itertools import groupby

#: Charset names that Python decodes, but that no mail may ask for: slow, or not charsets of text.
_FORBIDDEN = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})
#: Charsets that senders name when they mean a larger one (WHATWG Encoding Standard, names and labels).
_MEANT = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_SINGLE_BYTE = ("iso8859", "cp125", "koi8", "latin", "mac", "ascii")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
#: A header is read up to here: longer ones exist only to hurt.
HEADER_CHARS = 20_000


def decode_text(data: bytes, charset: str = "") -> str:
    """Decode with the declared charset, else UTF-8, else Windows-1252; never fails. NUL and controls are dropped.

    Bytes that are valid UTF-8 beyond ASCII are read as such when a one-byte charset is declared: that is a lie
    far more often than a coincidence.
    """
    declared = _known(charset)
    order = ["utf-8", declared] if declared.startswith(_SINGLE_BYTE) else [declared, "utf-8"]
    for name in order:
        try:
            return clean(codecs.decode(data, name))
        except (UnicodeError, ValueError):
            continue
    last = declared if declared not in ("utf-8", "") and not declared.startswith(_SINGLE_BYTE) else "cp1252"
    return clean(codecs.decode(data, last, "replace"))


def _known(charset: str) -> str:
    try:
        name = codecs.lookup(charset.strip(" '\"")[:40]).name if charset.isascii() else "utf-8"
        "".encode(name)
    except (LookupError, ValueError):
        return "utf-8"
    return "utf-8" if name.replace("_", "-") in _FORBIDDEN else _MEANT.get(name, name)


def clean(text: str) -> str:
    """Lines end in a plain newline, lone surrogates become a mark, controls (NUL first) go away."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text.encode("utf-8", "replace").decode("utf-8")).removeprefix("\ufeff")


def decode_header(value: str) -> str:
    """Decode a raw header value (8-bit bytes as surrogates) to one line: RFC 2047 words, raw UTF-8 or Latin-1.

    Broken words stay as they are written. White space is folded to one space and trimmed.
    """
    value = _BETWEEN_WORDS.sub(r"\1", value[:HEADER_CHARS])
    pieces: list[tuple[str, bytes]] = []
    end = 0
    for word in _ENCODED_WORD.finditer(value):
        pieces.append(("", _raw(value[end : word.start()])))
        pieces.append(_word(word))
        end = word.end()
    pieces.append(("", _raw(value[end:])))
    # Some clients cut a character in two between words: words of one charset are joined before decoding.
    runs = groupby((piece for piece in pieces if piece[1]), key=lambda piece: piece[0])
    text = "".join(decode_text(b"".join(data for _, data in run), charset) for charset, run in runs)
    return " ".join(text.split())


def _word(word: re.Match[str]) -> tuple[str, bytes]:
    charset, encoding, text = word.groups()
    data = _raw(text)
    decoded = from_base64(data) if encoding in "bB" else quopri.decodestring(data, header=True)
    return (charset.partition("*")[0].lower(), decoded)  # RFC 2231 adds `*language`


def _raw(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def from_base64(data: bytes) -> bytes:
    """Decode base64 that may hold noise and lack its padding."""
    digits = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return base64.b64decode(digits + b"=" * (-len(digits) % 4))


def from_uuencode(data: bytes) -> bytes:
    """Decode a uuencoded block; lines that cannot be read are left out."""
    lines = data.partition(b"begin ")[2].splitlines()[1:]
    found = []
    for line in lines:
        if line.strip() == b"end":
            break
        try:
            found.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(found)
