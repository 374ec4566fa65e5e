"""PostgreSQL's messages, as much of them as the rig must understand.

Source: PostgreSQL documentation, "Frontend/Backend Protocol", message formats.
"""

from dataclasses import dataclass, field

_SSL_REQUEST, _CANCEL_REQUEST = 80877103, 80877102
_LENGTH_BYTES = 4
READY = b"Z"


@dataclass(slots=True)
class ClientWords:
    """Cuts what a client sends into messages and knows which SQL each of them runs."""

    _rest: bytes = b""
    _started: bool = False
    _statements: dict[bytes, str] = field(default_factory=dict)
    #: How often the server will answer with one bare letter (whether it speaks TLS) before its first message.
    letters: int = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now."""
        self._rest += data
        messages = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def runs(self, message: bytes) -> str | None:
        """The SQL that this message has run; None when it runs none."""
        kind, body = message[:1], message[1 + _LENGTH_BYTES :]
        if kind == b"Q":
            return body.rstrip(b"\0").decode()
        if kind == b"P":
            name, sql = body.split(b"\0", 2)[:2]
            self._statements[name] = sql.decode()
        if kind == b"B":
            return self._statements.get(body.split(b"\0", 2)[1], "")
        return None

    def _next(self) -> bytes | None:
        head = 1 if self._started else 0
        length = _length(self._rest, head)
        if length is None or len(self._rest) < head + length:
            return None
        message, self._rest = self._rest[: head + length], self._rest[head + length :]
        if not self._started:
            code = int.from_bytes(message[_LENGTH_BYTES : 2 * _LENGTH_BYTES], "big")
            self.letters += code == _SSL_REQUEST
            self._started = code not in (_SSL_REQUEST, _CANCEL_REQUEST)
        return message


@dataclass(slots=True)
class ServerWords:
    """Cuts what the server says into messages."""

    _rest: bytes = b""

    def feed(self, data: bytes, *, letters: int) -> list[bytes]:
        """The messages that are whole now; the first `letters` are bare letters."""
        self._rest += data
        messages = [self._rest[n : n + 1] for n in range(min(letters, len(self._rest)))]
        self._rest = self._rest[len(messages) :]
        if len(messages) < letters:
            return messages
        while (length := _length(self._rest, 1)) is not None and len(self._rest) > length:
            messages.append(self._rest[: 1 + length])
            self._rest = self._rest[1 + length :]
        return messages


def _length(data: bytes, at: int) -> int | None:
    field_ = data[at : at + _LENGTH_BYTES]
    return int.from_bytes(field_, "big") if len(field_) == _LENGTH_BYTES else None
