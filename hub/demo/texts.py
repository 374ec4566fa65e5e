"""What people write, read from data: a small grammar per kind of request and language.

In a text `[a|b]` is a choice (choices may hold choices) and `{slot}` is filled in by `hub.demo.facts`. A script has
`subject`, `say` (the request), `more` (what may be added), `answer` (the first one), `then` (exchanges in order) and
`closing` (how the desk ends it, if it writes once more); `files` come along with words that announce them. What is said
in the n-th way is answered in the n-th way where there are as many answers; a text after ♀ or ♂ is for women or men to
write. An exchange that has `waits = "partner"` ends with a third party at work, one that has `after = true` fits only
once the result is known.
"""

import csv
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from domain.triage import Kind, Language
from hub.demo.dice import Dice

_WOMAN, _MAN = "♀", "♂"
SPOKEN = (Language.FR, Language.EN, Language.ES)
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
#: Tables of a file that are no scripts.
_LETTER, _FAMILIES, _WORDS = "letter", "families", "words"


@dataclass(frozen=True, slots=True)
class Exchange:
    """The asker writes, the desk answers."""

    member: tuple[str, ...]
    desk: tuple[str, ...]
    files: tuple[str, ...] = ()
    partner: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """How a request of one kind goes in one language."""

    subject: tuple[str, ...]
    say: tuple[str, ...]
    more: tuple[str, ...]
    answer: tuple[str, ...]
    closing: tuple[str, ...]
    then: tuple[Exchange, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """What fits any request of a family: paragraphs for long letters, and exchanges in any order."""

    story: tuple[str, ...]
    then: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: its scripts, its families, how letters begin and end, and lists of words."""

    language: Language
    scripts: Mapping[Kind, Script]
    families: Mapping[str, Family]
    letter: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Demand:
    """How often a kind is asked for (`weight`), by whom, where (none: everywhere) and when in a mission.

    phase: before (the departure), post, ending, ended. Of its family it takes the exchanges that follow a `result`
    and the paragraphs (`story`) only when told so; `reminder`: the desk owes something that may be asked for again.
    """

    kind: Kind
    weight: float
    family: str
    asker: str
    countries: frozenset[str]
    phase: str
    reminder: bool
    result: bool
    story: bool


@cache
def tongue(language: Language) -> Tongue:
    """Everything that is written in a language. Reads files."""
    folder = resources.files(__package__) / "data"
    tables: dict[str, Any] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.startswith(f"{language}_"):
            tables |= tomllib.loads(file.read_text(encoding="utf-8"))
    letter, families, words = (tables.pop(name) for name in (_LETTER, _FAMILIES, _WORDS))
    return Tongue(
        language=language,
        scripts={Kind(kind): _script(data) for kind, data in tables.items()},
        families={name: Family(_texts(data, "story"), _exchanges(data)) for name, data in families.items()},
        letter={name: tuple(texts) for name, texts in letter.items()},
        words={name: tuple(texts) for name, texts in words.items()},
    )


@cache
def demands() -> tuple[Demand, ...]:
    """What is asked for, and how often. Reads a file."""
    source = resources.files(__package__) / "data" / "kinds.tsv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        Demand(
            kind=Kind(row["kind"]),
            weight=float(row["weight"]),
            family=row["family"],
            asker=row["asker"],
            countries=frozenset(filter(None, row["countries"].split(","))),
            phase=row["phase"],
            reminder="reminder" in row["with"].split(","),
            result="result" in row["with"].split(","),
            story="story" in row["with"].split(","),
        )
        for row in rows
    )


def expand(text: str, *, dice: Dice) -> str:
    """The text with its choices made, innermost first."""
    while True:
        chosen = _CHOICE.sub(lambda match: dice.pick(match[1].split("|")), text)
        if chosen == text:
            return text
        text = chosen


def fitting(texts: Sequence[str], *, woman: bool) -> list[int]:
    """Which of the texts this person may write: those marked ♀ or ♂ are for women or men alone."""
    return [place for place, text in enumerate(texts) if text[0] != (_MAN if woman else _WOMAN)]


def bare(text: str) -> str:
    """The text without its mark."""
    return text.lstrip(_WOMAN + _MAN)


def one_of(texts: Sequence[str], *, dice: Dice) -> str:
    """One of the texts, its choices made."""
    return expand(dice.pick(texts), dice=dice)


def _script(data: Mapping[str, Any]) -> Script:
    return Script(
        subject=_texts(data, "subject"),
        say=_texts(data, "say"),
        more=_texts(data, "more"),
        answer=_texts(data, "answer"),
        closing=_texts(data, "closing"),
        then=_exchanges(data),
        files=_texts(data, "files"),
    )


def _exchanges(data: Mapping[str, Any]) -> tuple[Exchange, ...]:
    return tuple(
        Exchange(
            member=_texts(one, "member"),
            desk=_texts(one, "desk"),
            files=_texts(one, "files"),
            partner=one.get("waits") == "partner",
            after=one.get("after", False),
        )
        for one in data.get("then", ())
    )


def _texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(data.get(name, ()))
