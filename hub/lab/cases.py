"""Recorded cases: one JSON object a line, read with care, so that whatever is wrong is said with its line."""

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

#: Exit status for input that cannot be used.
UNUSABLE = 2
#: How much of a wrong value is shown.
_SHOWN_CHARS = 80
W = TypeVar("W", bound=StrEnum)


class Unusable(Exception):  # noqa: N818 - its text is for the person at the terminal
    """Input that cannot be used; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A JSON object whose values are asked for by key and kind; `null` is the same as no value at all.

    Everything raises Unusable, with the key, when a value is missing or of another kind. Unknown keys are ignored.
    """

    data: Mapping[str, Any]

    def has(self, key: str) -> bool:
        """Whether there is a value."""
        return self.data.get(key) is not None

    def value(self, key: str) -> Any:
        """The value as it stands."""
        if not self.has(key):
            raise Unusable(f"“{key}” is missing")
        return self.data[key]

    def text(self, key: str) -> str:
        """A string."""
        value = self.value(key)
        if not isinstance(value, str):
            raise self._fault(key, "no text")
        return value

    def word(self, key: str, words: type[W]) -> W:
        """One of a closed list of words."""
        text = self.text(key)
        if text not in list(words):
            raise self._fault(key, f"none of {', '.join(words)}")
        return words(text)

    def number(self, key: str) -> float:
        """A finite number."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._fault(key, "no number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._fault(key, "too large")
        return number

    def instant(self, key: str) -> datetime:
        """An ISO 8601 instant, in UTC; one without an offset is taken as UTC."""
        try:
            instant = datetime.fromisoformat(self.text(key))
            return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise self._fault(key, "no ISO 8601 instant") from None

    def day(self, key: str) -> date:
        """An ISO 8601 date."""
        try:
            return date.fromisoformat(self.text(key))
        except ValueError:
            raise self._fault(key, "no ISO 8601 date") from None

    def cases(self, key: str) -> tuple["Case", ...]:
        """A list of objects; none when there is no value."""
        found = self.value(key) if self.has(key) else []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self._fault(key, "no list of objects")
        return tuple(Case(one) for one in found)

    def _fault(self, key: str, fault: str) -> Unusable:
        return Unusable(f"“{key}” is {fault}: {json.dumps(self.data.get(key))[:_SHOWN_CHARS]}")


def solve_all(path: Path, solve: Callable[[Case], Mapping[str, Any]]) -> int:
    """Print what `solve` makes of each line of a file, in order, under the case's own `id`; gives the exit status.

    A line that cannot be used is named on standard error with its reason; the lines after it are processed all the
    same, so that one run names them all.
    """
    solved = unusable = 0
    try:
        for number, line in _lines(path):
            try:
                case = _case(line)
                result = {"id": case.value("id"), **solve(case)}
            except Unusable as reason:
                unusable += 1
                sys.stderr.write(f"{path}, line {number}: {reason}\n")
            else:
                solved += 1
                sys.stdout.write(f"{json.dumps(result)}\n")
    except OSError as error:
        sys.stderr.write(f"{path}: {error.strerror}\n")
        return UNUSABLE
    sys.stderr.write(f"{solved} cases processed, {unusable} unusable\n")
    return UNUSABLE if unusable else 0


def read_object(path: Path) -> Mapping[str, Any]:
    """The one JSON object that a file holds. Raises Unusable with the file and, where it can be told, the line."""
    try:
        found = _parse(path.read_bytes())
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}") from None
    except Unusable as reason:
        raise Unusable(f"{path}: {reason}") from None
    if not isinstance(found, dict):
        raise Unusable(f"{path}: no JSON object")
    return found


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, numbered from 1."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, line


def _case(line: bytes) -> Case:
    found = _parse(line)
    if not isinstance(found, dict):
        raise Unusable("no JSON object")
    return Case(found)


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise Unusable(f"no UTF-8 text ({error.reason} at byte {error.start})") from None
    except ValueError as error:  # also a number of thousands of digits
        raise Unusable(f"no JSON: {error}") from None
    except RecursionError:
        raise Unusable("no JSON: nested too deeply") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
