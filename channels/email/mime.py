"""A mail as a tree of parts (RFC 2045, 2046): headers and decoded contents, for any bytes.

The standard library's parser is not used here: on hostile mail it recurses without bound, costs lines times
depth, and its accessors raise. This one is bounded in parts and depth and never raises.
"""

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from channels.email.charsets import HEADER_CHARS, from_base64, from_uuencode
from channels.email.parameters import read_parameters

MAX_PARTS = 200
MAX_DEPTH = 12
_MAX_HEADER_BYTES = 512_000
_MAX_FIELDS = 1_000
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_MBOX_LINE = re.compile(rb">?From (?![ \t]*:)")
_FIELD = re.compile(r"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of a part in order: lower-case names and raw values, 8-bit bytes as surrogates."""

    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of this lower-case name."""
        return tuple(value for found, value in self.fields if found == name)

    def first(self, name: str) -> str:
        """The first value of this lower-case name, else an empty string."""
        return next((value for found, value in self.fields if found == name), "")

    def has(self, *names: str) -> bool:
        """Whether any of these lower-case names is there."""
        return any(found in names for found, _ in self.fields)


@dataclass(frozen=True)
class Part:
    """One part. A multipart has children and no body; every other part, enclosed mails included, is a leaf.

    unopened: how many parts it has beyond the children, left closed because the mail has too many.
    """

    headers: Headers
    encoded: bytes = b""
    children: tuple["Part", ...] = field(default=())
    default_type: str = "text/plain"
    unopened: int = 0

    @cached_property
    def _content_type(self) -> tuple[str, dict[str, str]]:
        return read_parameters(self.headers.first("content-type"))

    @cached_property
    def _disposition(self) -> tuple[str, dict[str, str]]:
        return read_parameters(self.headers.first("content-disposition"))

    @property
    def content_type(self) -> str:
        """The media type, lower case; the default one when it is missing or not a media type."""
        found = self._content_type[0]
        return found if re.fullmatch(r"[a-z0-9.+_-]{1,60}/[a-z0-9.+_-]{1,100}", found) else self.default_type

    def parameter(self, name: str) -> str:
        """A parameter of the content type, else an empty string."""
        return self._content_type[1].get(name, "")

    @property
    def is_attached(self) -> bool:
        """Whether the sender says that this is a file."""
        return self._disposition[0] == "attachment"

    @property
    def filename(self) -> str:
        """The name as sent, not yet safe; an empty string when there is none."""
        return self._disposition[1].get("filename") or self.parameter("name")

    @cached_property
    def content(self) -> bytes:
        """The contents without their transfer encoding; unknown encodings are taken as none."""
        encoding = re.sub(r"[^a-z0-9]", "", self.headers.first("content-transfer-encoding").lower())
        if encoding.startswith("base64"):
            return from_base64(self.encoded)
        if encoding.startswith("quotedprintable"):
            return quopri.decodestring(self.encoded)
        return from_uuencode(self.encoded) if encoding in ("xuuencode", "uuencode", "xuue") else self.encoded

    @property
    def hidden_parts(self) -> int:
        """How many parts, here and below, were not opened."""
        return self.unopened + sum(child.hidden_parts for child in self.children)

    def leaves(self) -> Iterator["Part"]:
        """This part, or the leaves below it in order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


class _Budget:
    """How many parts may still be opened in this mail."""

    def __init__(self) -> None:
        self.parts = MAX_PARTS

    def take(self) -> bool:
        self.parts -= 1
        return self.parts >= 0


def read_mail(raw: bytes) -> Part:
    """Read any bytes as a mail. Parts beyond the limits are not opened; nothing is raised."""
    start = len(raw) - len(raw.lstrip(b"\r\n"))
    if _MBOX_LINE.match(raw, start):
        start = raw.find(b"\n", start) + 1 or len(raw)
    return _read(raw, start, len(raw), depth=0, budget=_Budget(), default_type="text/plain")


def read_headers(raw: bytes) -> Headers:
    """Read the header block that these bytes begin with."""
    return _split(raw, 0, len(raw))[0]


def _read(raw: bytes, start: int, end: int, *, depth: int, budget: _Budget, default_type: str) -> Part:
    headers, body = _split(raw, start, end)
    part = Part(headers, default_type=default_type)
    children: tuple[Part, ...] = ()
    sections: list[tuple[int, int]] = []
    if part.content_type.startswith("multipart/") and depth < MAX_DEPTH:
        inner = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        sections = _sections(raw, body, end, part.parameter("boundary"))
        children = tuple(
            _read(raw, first, last, depth=depth + 1, budget=budget, default_type=inner)
            for first, last in sections
            if budget.take()
        )
    unopened = len(sections) - len(children)
    return Part(headers, b"" if children else raw[body:end], children, default_type, unopened)


def _split(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The headers between these offsets, and the offset of the body."""
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return Headers(), raw.find(b"\n", start, end) + 1
    blank = _BLANK_LINE.search(raw, start, end)
    last = blank.start() if blank else end
    lines = raw[start : min(last, start + _MAX_HEADER_BYTES)].split(b"\n")
    fields: list[tuple[str, str]] = []
    offset = start
    for line in lines:
        text = line.rstrip(b"\r").decode("utf-8", "surrogateescape").replace("\r", " ").replace("\0", "")
        if text[:1] in (" ", "\t") and fields:
            name, value = fields[-1]
            if len(value) < HEADER_CHARS:
                fields[-1] = (name, f"{value} {text.strip()}")
        elif found := _FIELD.match(text):
            fields.append((found[1].lower(), found[2].strip()))
        elif blank is None and fields:
            return Headers(tuple(fields[:_MAX_FIELDS])), offset  # the blank line was forgotten
        offset += len(line) + 1
    return Headers(tuple(fields[:_MAX_FIELDS])), blank.end() if blank else end


def _sections(raw: bytes, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    """Offsets of the sections between the boundary's lines; none when the boundary never comes."""
    if not boundary or len(boundary) > 500:
        return []
    mark = re.escape(boundary.encode("utf-8", "surrogateescape"))
    line = re.compile(rb"\r?\n--" + mark + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    found: list[tuple[int, int]] = []
    first: int | None = None
    # The body follows a line's end, which the first boundary may need as its own.
    for match in line.finditer(raw, max(0, start - 2), end):
        if first is not None:
            found.append((min(first, match.start()), match.start()))
        if match[1]:
            return found
        newline = raw.find(b"\n", match.end(), end)
        first = newline + 1 if newline >= 0 else end
        if len(found) > MAX_PARTS:
            break
    if first is not None:
        found.append((first, end))
    return found
