"""What the fake provider has taken: kept in memory and, when it has a file, on the disk before it says yes."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec


@dataclass(frozen=True, slots=True)
class Accepted:
    """One call that the provider took. `at` aware, UTC."""

    key: str
    provider_id: str
    to: str
    text: str
    at: datetime


class AcceptanceLog:
    """Every call taken, in order. Each is one line of JSON in the file, if there is one."""

    def __init__(self, path: Path | None = None) -> None:
        """Reads what the file holds already; a line that was being written when the machine stopped is cut off."""
        self._path = path
        if path is not None:
            _cut_unfinished(path)
        self._accepted = read_log(path) if path is not None else []
        self._by_key = {accepted.key: accepted for accepted in self._accepted}

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every call taken, the oldest first."""
        return tuple(self._accepted)

    def find(self, key: str) -> Accepted | None:
        """The last call taken with this key."""
        return self._by_key.get(key)

    def add(self, accepted: Accepted) -> None:
        """Keep a call; it is on the disk when this returns. Blocks."""
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(accepted) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        self._accepted.append(accepted)
        self._by_key[accepted.key] = accepted


def read_log(path: Path) -> list[Accepted]:
    """The calls in a log, the oldest first; none when there is no file. May be read while it is written."""
    if not path.exists():
        return []
    whole = path.read_bytes().rpartition(b"\n")[0]
    return [msgspec.json.decode(line, type=Accepted) for line in whole.splitlines()]


def _cut_unfinished(path: Path) -> None:
    if path.exists():
        os.truncate(path, path.read_bytes().rfind(b"\n") + 1)
