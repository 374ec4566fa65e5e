"""Reads the danger rules from their files: rules, word groups, guards, masks and common misspellings.

The files are reviewed by the medical service; `common.toml` explains what each part means.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from typing import Any

from domain.triage import Kind
from understanding.danger.pattern import Groups, Pattern, compile_before, compile_pattern
from understanding.words import fold

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


class BadRule(ValueError):  # noqa: N818 - named for what the author of a rule reads
    """A rule that names an unknown kind or guard, or whose id is used twice; the text says which."""


class Scope(StrEnum):
    """Where the words of a guard count: right before the match, in its sentence, in the sentence up to it, anywhere."""

    BEFORE = "before"
    SENTENCE = "sentence"
    LEAD = "lead"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Guard:
    """Words that take a match back: a negation, something long past, a figure of speech."""

    name: str
    scope: Scope
    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the danger it names, how it is said, what takes it back, and its examples."""

    id: str
    language: str
    kind: Kind
    patterns: tuple[Pattern, ...]
    guards: tuple[Guard, ...]
    substrings: tuple[str, ...]
    match: tuple[str, ...]
    no_match: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules, gravest kind first. `misspelt` turns a common misspelling into its words."""

    version: str
    gravity: tuple[Kind, ...]
    rules: tuple[Rule, ...]
    masks: tuple[Pattern, ...]
    misspelt: dict[str, str] = field(repr=False)


def read_rulebook() -> Rulebook:
    """The rules shipped with the product. Raises BadRule or BadPattern, naming the rule at fault."""
    folder = resources.files(__package__) / "data"
    common = tomllib.loads((folder / "common.toml").read_text(encoding="utf-8"))
    books = [
        tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8")) for language in common["languages"]
    ]
    return _rulebook(common, books)


def _rulebook(common: dict[str, Any], books: list[dict[str, Any]]) -> Rulebook:
    gravity = tuple(Kind(kind) for kind in common["gravity"])
    guards = {name: _guard(name, data) for name, data in common["guards"].items()}
    rules = [_rule(data, _groups(book), guards, gravity) for book in books for data in book["rules"]]
    if len({rule.id for rule in rules}) != len(rules):
        raise BadRule("two rules have the same id")
    masks = tuple(compile_pattern(mask, _groups(book)) for book in books for mask in book.get("masks", ()))
    return Rulebook(
        version=common["version"],
        gravity=gravity,
        rules=tuple(sorted(rules, key=lambda rule: gravity.index(rule.kind))),
        masks=masks,
        misspelt=_misspelt(common["misspelt"]["words"], _true_words(common, books)) | common["misspelt"]["short"],
    )


def _groups(book: dict[str, Any]) -> Groups:
    return {
        name: tuple("_".join(fold(part) for part in word.split("_")) for word in words.split())
        for name, words in book.get("groups", {}).items()
    }


def _guard(name: str, data: dict[str, Any]) -> Guard:
    scope = Scope(data["scope"])
    if scope is Scope.BEFORE:
        patterns = tuple(compile_before(source, {}) for source in data["patterns"])
    else:
        patterns = tuple(compile_pattern(source, {}).regex for source in data["patterns"])
    return Guard(name=name, scope=scope, patterns=patterns)


def _rule(data: dict[str, Any], groups: Groups, guards: dict[str, Guard], gravity: tuple[Kind, ...]) -> Rule:
    unknown = [name for name in data.get("guards", ()) if name not in guards]
    if unknown or data["kind"] not in gravity:
        raise BadRule(f"{data['id']}: unknown kind {data['kind']!r} or guards {unknown}")
    return Rule(
        id=data["id"],
        language=data["id"].split(".")[0],
        kind=Kind(data["kind"]),
        patterns=tuple(compile_pattern(source, groups) for source in data.get("patterns", ())),
        guards=tuple(guards[name] for name in data.get("guards", ())),
        substrings=tuple(fold(source) for source in data.get("substrings", ())),
        match=tuple(data["match"]),
        no_match=tuple(data["no_match"]),
    )


def _true_words(common: dict[str, Any], books: list[dict[str, Any]]) -> frozenset[str]:
    """Words that are no slip of another: those listed, and every word that the rules themselves look for."""
    patterns = (text for book in books for rule in book["rules"] for text in rule.get("patterns", ()))
    groups = (text for book in books for text in book.get("groups", {}).values())
    looked_for = (fold(word) for text in (*patterns, *groups) for word in re.split(r"[\W_\d]+", text))
    return frozenset(common["misspelt"]["real_words"]) | frozenset(looked_for)


def _misspelt(words: Iterable[str], real_words: frozenset[str]) -> dict[str, str]:
    """Every spelling one slip away from a listed word (a letter more, less, other, or two swapped)."""
    listed = tuple(words)
    found = {slip: word for word in listed for slip in _one_slip(word)}
    return {slip: word for slip, word in found.items() if slip not in real_words and slip not in listed}


def _one_slip(word: str) -> Iterable[str]:
    # The first letter is taken as right: slips there are rare and make other words.
    cuts = [(word[:place], word[place:]) for place in range(1, len(word) + 1)]
    for head, tail in cuts:
        yield from (head + letter + tail for letter in _ALPHABET)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _ALPHABET)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
