"""The small language in which danger rules are written, turned into regular expressions over folded words.

mort|morte     one of these words                     inconsci*   a word that begins so
{person}       a word (or `two_words`) of a group     ?tres|?bien one of these may be there
..3            up to three words, none of them a negation, never past the end of a sentence
!que|de        what follows is none of these          ^  $        beginning and end of the message
//             the end of a sentence may stand here        sos+  once or several times, even as sentences
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from understanding.words import fold

#: A gap never swallows one of these: "pas", "not", "nunca" turn the sense round.
NEGATIONS = (
    *("pas", "aucun", "aucune", "jamais", "ni", "sans"),
    *("not", "never", "no", "nobody", "without", "isn", "wasn", "don", "doesn", "didn"),
    *("nunca", "tampoco", "sin", "ningun", "ninguna", "nadie"),
)
_GAP_WORD = rf"(?:(?!(?:{'|'.join(NEGATIONS)}) )[^ .]+ )"

Groups = Mapping[str, tuple[str, ...]]


class BadPattern(ValueError):  # noqa: N818 - named for what the author of a rule reads
    """A pattern that cannot be read; the text names it and the part at fault."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. Without one of its `anchors` among the words it cannot match."""

    source: str
    regex: re.Pattern[str]
    anchors: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.anchors:
            raise BadPattern(f"{self.source!r} has no word that must be there")


def compile_pattern(source: str, groups: Groups) -> Pattern:
    """Reads one pattern. Raises BadPattern for an unknown group or a pattern without a certain word."""
    regex: list[str] = [r"(?<= )"]
    best: tuple[str, ...] = ()
    for element in source.split():
        regex.append(_element(element, groups, source))
        if element[0] not in "!.^$/" and not _optional(element):
            best = max(best, _alternatives(element, groups, source), key=_rarity)
    anchors = tuple(sorted({alternative.split("_")[0] for alternative in best}))
    return Pattern(source=source, regex=re.compile("".join(regex)), anchors=anchors)


def compile_before(source: str, groups: Groups) -> re.Pattern[str]:
    """The same pattern, to be found right before something else."""
    return re.compile("(?<= )" + "".join(_element(element, groups, source) for element in source.split()) + r"\Z")


def _rarity(alternatives: tuple[str, ...]) -> int:
    return min((len(alternative.split("_")[0].rstrip("*")) for alternative in alternatives), default=0)


def _element(element: str, groups: Groups, source: str) -> str:
    if element.startswith(".."):
        return f"{_GAP_WORD}{{0,{int(element[2:])}}}?"
    if element in ("^", "$"):
        return r"(?<=\A )(?:\. )*" if element == "^" else r"(?=(?:\. )*\Z)"
    if element == "//":
        return r"(?:\. )?"
    if element.endswith("+"):
        return rf"(?:{_element(element[:-1], groups, source)}(?:\. )*)+"
    body = _any_of(_alternatives(element, groups, source))
    if _optional(element):
        return f"(?:{body})?"
    return f"(?!{body})" if element[0] == "!" else body


def _optional(element: str) -> bool:
    return any(part.startswith("?") for part in element.split("|"))


@lru_cache(maxsize=4096)
def _any_of(alternatives: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(_one(alternative) for alternative in alternatives)}) "


def _one(alternative: str) -> str:
    words = alternative.split("_")
    return " ".join(re.escape(word.rstrip("*")) + (r"[^ ]*" if word.endswith("*") else "") for word in words)


def _alternatives(element: str, groups: Groups, source: str) -> tuple[str, ...]:
    found: list[str] = []
    for part in filter(None, (part.lstrip("?!") for part in element.rstrip("+").split("|"))):
        if part.startswith("{"):
            if part[1:-1] not in groups:
                raise BadPattern(f"{source!r} names an unknown group {part}")
            found += groups[part[1:-1]]
        else:
            found.append("_".join(fold(word) for word in part.split("_")))
    return tuple(found)
