"""Reads the words by which each kind of request is known: phrases and one example sentence per language."""

import csv
import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from domain.triage import Kind, Language
from understanding.words import STOP, fold, words_of

#: What a word too common to mean anything still counts for.
_EMPTY_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must all be there, in any order; `word*` stands for every word that begins so."""

    kind: Kind
    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """The words of a sentence that is typical of a kind."""

    kind: Kind
    language: Language
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Keywords:
    """Phrases and examples of every kind; `weight` is high for words that few kinds use."""

    kinds: tuple[Kind, ...]
    phrases: tuple[Phrase, ...]
    examples: tuple[Example, ...]
    weight: Mapping[str, float]


def read_keywords() -> Keywords:
    """The keywords shipped with the product. Reads a file; call at start."""
    folder = resources.files(__package__) / "data"
    lines = (folder / "keywords.tsv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    empty = frozenset(tomllib.loads((folder / "empty_words.toml").read_text(encoding="utf-8"))["words"].split())
    phrases = tuple(phrase for row in rows for phrase in _phrases(row))
    examples = tuple(example for row in rows for example in _examples(row, empty))
    return Keywords(
        kinds=tuple(Kind(row["kind"]) for row in rows),
        phrases=phrases,
        examples=examples,
        weight=_weights(len(rows), phrases, examples, empty),
    )


def all_words(text: str) -> tuple[str, ...]:
    """The folded words of a text, in order."""
    return tuple(word.folded for word in words_of(text) if word.folded != STOP)


def _phrases(row: Mapping[str, str]) -> Iterable[Phrase]:
    for text in row["phrases"].split(" | "):
        starred = tuple(f"{fold(part[:-1])}*" for part in text.split() if part.endswith("*"))
        plain = all_words(" ".join(part for part in text.split() if not part.endswith("*")))
        yield Phrase(kind=Kind(row["kind"]), text=text, words=plain + starred)


def _examples(row: Mapping[str, str], empty: frozenset[str]) -> Iterable[Example]:
    for language in (Language.FR, Language.EN, Language.ES):
        words = frozenset(all_words(row[f"example_{language}"])) - empty
        yield Example(kind=Kind(row["kind"]), language=language, words=words)


def _weights(
    kinds: int, phrases: Iterable[Phrase], examples: Iterable[Example], empty: frozenset[str]
) -> dict[str, float]:
    """Inverse document frequency over kinds: ln(1 + kinds / kinds that use the word); empty words weigh little."""
    used = {(phrase.kind, word) for phrase in phrases for word in phrase.words}
    used |= {(example.kind, word) for example in examples for word in example.words}
    counts = Counter(word for _, word in used)
    return {word: _EMPTY_WEIGHT if word in empty else math.log(1 + kinds / count) for word, count in counts.items()}
