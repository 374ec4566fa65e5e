"""Looks for danger in a text with the rules of the rulebook: local, deterministic, linear in the text's length.

A message is read in windows of words. Only patterns one of whose certain words occurs are tried, gravest kind
first; the first match that no guard takes back is the verdict.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from domain.triage import Danger
from understanding.danger.pattern import Pattern
from understanding.danger.rulebook import Guard, Rule, Rulebook, Scope, read_rulebook
from understanding.words import STOP, Word, folded, words_of

#: Words in one window, and how many it shares with the one before: more than any pattern spans.
WINDOW_WORDS, OVERLAP_WORDS = 160, 40
#: At most this many phrases are told.
MOST_WORDS = 5
#: A blank line after so few words does not end a sentence: software makes a paragraph of every line.
SHORT_LINE_WORDS = 6
_MASKED = "¤"
#: What each guard said of each place; sentences and guards come back many times.
_TakenBack = dict[tuple[str, str], bool]
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class _Tried:
    """A pattern with its rule and its place in the order of gravity."""

    order: int
    rule: Rule
    pattern: Pattern


class _Index:
    """Finds the patterns worth trying for a set of words."""

    def __init__(self, patterns: list[tuple[int, tuple[str, ...]]]) -> None:
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._prefix: dict[str, set[int]] = defaultdict(set)
        for number, anchors in patterns:
            for anchor in anchors:
                (self._prefix if anchor.endswith("*") else self._exact)[anchor.rstrip("*")].add(number)
        self._lengths = tuple(sorted({len(prefix) for prefix in self._prefix}))

    def worth_trying(self, words: frozenset[str]) -> list[int]:
        found: set[int] = set()
        for word in words:
            found |= self._exact.get(word, set())
            for length in self._lengths:
                found |= self._prefix.get(word[:length], set())
        return sorted(found)


class LocalRules:
    """The danger rules shipped with the product, ready to run. Build once, use from anywhere: it keeps no state."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._book = rulebook
        self._tried = tuple(
            _Tried(rulebook.gravity.index(rule.kind), rule, pattern)
            for rule in rulebook.rules
            for pattern in rule.patterns
        )
        self._index = _Index([(number, tried.pattern.anchors) for number, tried in enumerate(self._tried)])
        self._masks = _Index([(number, mask.anchors) for number, mask in enumerate(rulebook.masks)])

    @property
    def version(self) -> str:
        """The version of the rules, kept with every verdict."""
        return self._book.version

    def assess(self, text: str) -> Danger | None:
        """The gravest danger in the text with the words that say so, or None."""
        words = tuple(spelt for word in words_of(text) for spelt in self._spelt(word))
        gravest = self._unspaced(text)
        for reading in _readings(words, text):
            for window in _windows(reading):
                gravest = self._window(window, text, worse_than=gravest) or gravest
        return gravest

    def _spelt(self, word: Word) -> tuple[Word, ...]:
        """The word, or the words it is short for, as they should be spelt."""
        told = self._book.misspelt.get(word.folded)
        if told is None:
            return (word,)
        return tuple(Word(part, word.start, word.end) for part in told.split())

    def _window(self, words: tuple[Word, ...], text: str, *, worse_than: Danger | None) -> Danger | None:
        """The gravest danger in these words, unless one as grave is known already."""
        known = len(self._book.gravity) if worse_than is None else self._book.gravity.index(worse_than.kind)
        if known == 0:
            return None
        line = self._masked(f" {' '.join(word.folded for word in words)} ")
        hits: list[tuple[_Tried, str]] = []
        taken_back: _TakenBack = {}
        for number in self._index.worth_trying(frozenset(line.split())):
            tried = self._tried[number]
            if tried.order >= known or (hits and tried.order != hits[0][0].order):
                break
            if (match := _stands(tried, line, taken_back)) is not None:
                hits.append((tried, _quote(match, words, text)))
        return self._verdict(hits) if hits else None

    def _verdict(self, hits: list[tuple[_Tried, str]]) -> Danger:
        rule = hits[0][0].rule
        phrases = tuple(dict.fromkeys(phrase for _, phrase in hits))[:MOST_WORDS]
        return Danger(kind=rule.kind, words=phrases, rule=rule.id, rules_version=self.version)

    def _masked(self, line: str) -> str:
        for number in self._masks.worth_trying(frozenset(line.split())):
            line = self._book.masks[number].regex.sub(_blank, line)
        return line

    def _unspaced(self, text: str) -> Danger | None:
        """Languages written without spaces: their words are looked for as they stand."""
        if not _UNSPACED.search(text):
            return None
        whole = folded(text)
        for rule in self._book.rules:
            for wanted in rule.substrings:
                if wanted in whole:
                    return Danger(kind=rule.kind, words=(wanted,), rule=rule.id, rules_version=self.version)
        return None


def load_rules() -> LocalRules:
    """The rules of the product. Raises BadRule or BadPattern when the data is wrong. Reads files; call at start."""
    return LocalRules(read_rulebook())


def _windows(words: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    step = WINDOW_WORDS - OVERLAP_WORDS
    for start in range(0, max(len(words) - OVERLAP_WORDS, 1), step):
        yield words[start : start + WINDOW_WORDS]


def _readings(words: tuple[Word, ...], text: str) -> Iterator[tuple[Word, ...]]:
    """The words as they stand and, where short lines lie apart, as one sentence: danger shows in either."""
    yield words
    joined, length = [], 0
    for word in words:
        if word.folded != STOP:
            length += 1
        elif 0 < length <= SHORT_LINE_WORDS and text[word.start : word.end].isspace():
            length = 0
            continue
        else:
            length = 0
        joined.append(word)
    if len(joined) < len(words):
        yield tuple(joined)


def _blank(match: re.Match[str]) -> str:
    return f"{_MASKED} " * match.group().count(" ")


def _stands(tried: _Tried, line: str, taken_back: _TakenBack) -> re.Match[str] | None:
    """The first match that no guard takes back."""
    for match in tried.pattern.regex.finditer(line):
        if not any(_takes_back(guard, line, match, taken_back) for guard in tried.rule.guards):
            return match
    return None


def _takes_back(guard: Guard, line: str, match: re.Match[str], taken_back: _TakenBack) -> bool:
    place = _place(guard.scope, line, match)
    if (guard.name, place) not in taken_back:
        taken_back[guard.name, place] = any(pattern.search(place) for pattern in guard.patterns)
    return taken_back[guard.name, place]


def _place(scope: Scope, line: str, match: re.Match[str]) -> str:
    """Where the words of a guard count for this match, a space at both ends."""
    if scope is Scope.MESSAGE:
        return f" {line}"
    stop = f" {STOP} "
    start = line.rfind(stop, 0, match.start())
    end = line.find(stop, match.end() - 1) if scope is Scope.SENTENCE else match.start() - 1
    return f" {line[start + len(stop) - 1 if start >= 0 else 0 : len(line) if end < 0 else end + 1]}"


def _quote(match: re.Match[str], words: tuple[Word, ...], text: str) -> str:
    """The matched words as the sender wrote them."""
    first = match.string.count(" ", 0, match.start()) - 1
    count = max(match.group().count(" "), 1)
    return text[words[first].start : words[first + count - 1].end]
