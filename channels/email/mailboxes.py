"""The mailboxes of an address header (RFC 5322, 3.4), as written by honest clients and by liars. Linear in its input.

An address is what stands between the last angle brackets, or a word of its own where there are none. What a display
name, a comment or a quoted string holds is never one, and nothing is decoded before the header is taken apart. The
standard library's readers are not used: they find an address in a name, and take quadratic time on nested marks.
"""

import re
from dataclasses import dataclass

from channels.email.charsets import decode_text

_UNUSABLE = r"\s<>,;:\"()\[\]\\@\x00-\x20\x7f-\x9f\u202a-\u202e\u2066-\u2069"
_ADDRESS = re.compile(rf"[^{_UNUSABLE}]{{1,64}}@[^{_UNUSABLE}]{{1,255}}")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?P<closed>")?|[(),:;<>]|[^"(),:;<>]+', re.DOTALL)
_IN_COMMENT = re.compile(r"[^()\\]+|\\.?|[()]", re.DOTALL)
_NOT_IN_AN_ATOM = re.compile(r"[^\w.!#$%&'*+/=?^`{|}~-]")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox: the display name as written, still encoded, and the address, lower case."""

    name: str
    address: str


def read_mailboxes(value: str) -> tuple[Mailbox, ...]:
    """The mailboxes of a raw header value, in order, those of groups included. What is ambiguous is left out."""
    return _Reader(value).read()


def usable_address(written: str) -> str:
    """The address in lower case, without the quotes and dots that clients leave around it; empty when it is none."""
    if "=?" in written:
        return ""
    address = decode_text(written.encode("utf-8", "surrogateescape")).strip(" .'").lower()
    return address if _ADDRESS.fullmatch(address) else ""


class _Reader:
    """Takes the header apart, one mailbox at a time."""

    def __init__(self, value: str) -> None:
        self._value = value
        self._found: list[Mailbox] = []
        self._begin()

    def _begin(self) -> None:
        self._name: list[str] = []
        self._bare: list[str] = []
        self._comments: list[str] = []
        self._angles: list[str] = []
        self._angle: list[str] | None = None
        self._broken = False

    def read(self) -> tuple[Mailbox, ...]:
        at = 0
        while token := _TOKEN.match(self._value, at):
            at = self._comment(token.end()) if token[0] == "(" else token.end()
            self._take(token)
        self._end()
        return tuple(self._found)

    def _comment(self, at: int) -> int:
        """Where the comment that was opened here ends."""
        start, depth = at, 1
        while depth and (piece := _IN_COMMENT.match(self._value, at)):
            depth += {"(": 1, ")": -1}.get(piece[0], 0)
            at = piece.end()
        self._comments.append(self._value[start : at - 1])
        self._broken = self._broken or depth > 0
        return at

    def _take(self, token: re.Match[str]) -> None:
        text = token[0]
        if text.startswith('"'):
            self._quoted(text, token)
        elif text == "<":
            self._angle = []  # a second one begins anew: the last counts
        elif text == ">":
            self._angles += [] if self._angle is None else ["".join(self._angle)]
            self._angle = None
        elif text in (",", ";") and self._angle is None:
            self._end()
        elif text == ":" and self._angle is None:
            self._begin()  # that was the name of a group
        else:
            self._add(" " if text == "(" else text)

    def _quoted(self, text: str, token: re.Match[str]) -> None:
        self._broken = self._broken or token["closed"] is None
        content = re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
        # A mark that no address may hold stands for what would have to be quoted, an @ first of all.
        masked = _NOT_IN_AN_ATOM.sub(",", content)
        is_local_part = self._value.startswith("@", token.end())
        self._add(content, bare=masked if self._angle is not None or is_local_part else f" {masked} ")

    def _add(self, text: str, *, bare: str | None = None) -> None:
        written = text if bare is None else bare
        if self._angle is not None:
            self._angle.append(written)
        else:
            self._name.append(text)
            self._bare.append(written)

    def _end(self) -> None:
        address = "" if self._broken else self._address()
        if address:
            name = "".join(self._name).strip()
            if not self._angles and self._angle is None:
                name = " ".join(name.split()[:-1])
            self._found.append(Mailbox(name or " ".join(self._comments).strip(), address))
        self._begin()

    def _address(self) -> str:
        if self._angle is not None:  # never closed: believed only where nothing else could be meant
            return "" if self._angles else _squeezed(self._angle)
        if self._angles:
            return _squeezed(self._angles[-1:])
        words = "".join(self._bare).split()
        candidates = [address for word in words if (address := usable_address(word))]
        return candidates[0] if len(candidates) == 1 and usable_address(words[-1]) else ""


def _squeezed(pieces: list[str]) -> str:
    return usable_address(re.sub(r"\s+", "", "".join(pieces)))
