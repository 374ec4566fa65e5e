"""Words of a text, folded so that spelling habits do not matter: case, accents, ligatures, stretched letters.

Every reader of this room looks at the same words, with their place in the original text.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

#: A token for the end of a sentence; words never hold a dot.
STOP = "."

_TOKEN = re.compile(
    r"[^\W_][\w\u0300-\u036f\u064b-\u0652]{0,63}"  # a word, with marks that a decomposed text keeps apart
    r"|\U0001f198"  # the SOS button
    r"|(?:[!?;…。！？؟‽]|\.(?!\d)|\n[^\S\n]*\n)+"
)
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "ı": "i", "đ": "d", "_": "", "\U0001f198": "sos"})
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word and where it stands in the text, `[start, end)` in characters."""

    folded: str
    start: int
    end: int


@lru_cache(maxsize=32_768)
def fold(word: str) -> str:
    """The word without case, accents, ligatures and stretched letters (`Hééélp` → `help`). Remembers common words."""
    return folded(word)


def folded(word: str) -> str:
    """The same for a text of any length, remembering nothing."""
    lowered = word.casefold()
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", lowered.translate(_LETTERS))
        lowered = "".join(mark for mark in decomposed if not unicodedata.combining(mark)).casefold()
    return _STRETCHED.sub(r"\1", lowered.replace("_", ""))


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text in order, with a `STOP` where a sentence ends. Linear in the text's length."""
    return tuple(Word(_token(match.group()), match.start(), match.end()) for match in _TOKEN.finditer(text))


def _token(raw: str) -> str:
    if raw[0].isalnum() or raw == "\U0001f198":
        return fold(raw) or STOP
    return STOP
