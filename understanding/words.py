"""Words of a text, folded so that spelling habits do not matter: case, accents, ligatures, stretched letters.

Nor do the habits of software: invisible characters inside a word, foreign letters that look like ours, letters set
apart (`s.o.s`, `h e l p`). Every reader of this room looks at the same words, with their place in the original text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

#: A token for the end of a sentence; words never hold a dot.
STOP = "."

#: Soft hyphen, zero-width characters and marks of direction: nobody sees them.
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_APOSTROPHES = "'’ʼ`´"
_LETTER = r"[A-Za-zÀ-ÖØ-öø-\u024f\u0388-\u03ff\u0400-\u0481\u048a-\u04ff][\u0300-\u036f]*+"
_APART = "|".join(  # three letters or more, parted in the same way all along
    rf"{_LETTER}(?:{between}{_LETTER}(?![\w{_UNSEEN}{_APOSTROPHES}])){{2,31}}+"
    for between in (r"[^\S\n]{1,3}", r"[^\S\n]?\.[^\S\n]?", r"[^\S\n]?[-‐‑–][^\S\n]?", r"[·•*]")
)
_TOKEN = re.compile(
    rf"(?<![\w{_APOSTROPHES}])(?P<apart>{_APART})"
    # a word, with marks that a decomposed text keeps apart
    rf"|[^\W_](?:[{_UNSEEN}]*+[\w\u0300-\u036f\u064b-\u0652]){{0,63}}+"
    r"|\U0001f198"  # the SOS button
    r"|(?:[!?;…。！？؟‽]|\.(?!\d)|\n[^\S\n]*\n)+"
)
_ONE_LETTER = re.compile(_LETTER)
#: Words of one letter, and what stands before an apostrophe: a row of nothing else is not a word set apart.
_LITTLE = frozenset("acdijlmnsty")
_INVISIBLE = re.compile(f"[{_UNSEEN}]+")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "ı": "i", "đ": "d", "_": "", "\U0001f198": "sos"})
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_LATIN = re.compile(r"[A-Za-z]")
#: Cyrillic and Greek letters with the Latin ones they look like.
_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеорсухіѕјкмтвнΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχ",
    "ABESIJKMHOPCTYXaeopcyxisjkmtbhABEZHIKMNOPTYXaeikvoptux",
)


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word and where it stands in the text, `[start, end)` in characters."""

    folded: str
    start: int
    end: int


@lru_cache(maxsize=32_768)
def fold(word: str) -> str:
    """The word without case, accents, ligatures and stretched letters (`Hééélp` → `help`). Remembers common words."""
    if word.isascii():
        return folded(word)
    whole = unicodedata.normalize("NFKD", word)
    # A word of one script means its letters; only a mixture is a disguise.
    return folded(whole.translate(_LOOK_ALIKES) if _LATIN.search(whole) else whole)


def folded(word: str) -> str:
    """The same for a text of any length, remembering nothing."""
    lowered = word.casefold()
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", _INVISIBLE.sub("", lowered).translate(_LETTERS))
        lowered = "".join(mark for mark in decomposed if not unicodedata.combining(mark)).casefold()
    return _STRETCHED.sub(r"\1", lowered.replace("_", ""))


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text in order, with a `STOP` where a sentence ends. Linear in the text's length."""
    return tuple(word for match in _TOKEN.finditer(text) for word in _words(match))


def _words(match: re.Match[str]) -> Iterator[Word]:
    start, end = match.span()
    if match["apart"]:
        yield from _set_apart(match["apart"], start)
    elif match.group()[0].isalnum() or match.group() == "\U0001f198":
        # Some signs are whole sentences once they are decomposed: a word holds no space.
        yield Word(fold(match.group()).replace(" ", "") or STOP, start, end)
    else:
        yield Word(STOP, start, end)


def _set_apart(raw: str, start: int) -> tuple[Word, ...]:
    """One word for letters set apart; the letters themselves where they are little words (`il n y a`)."""
    letters = [(fold(found.group()), found) for found in _ONE_LETTER.finditer(raw)]
    spaced = raw[letters[0][1].end()].isspace() and not any(mark in raw for mark in ".-‐‑–")
    if spaced and all(letter in _LITTLE for letter, _ in letters):
        return tuple(Word(letter, start + found.start(), start + found.end()) for letter, found in letters)
    joined = fold("".join(found.group() for _, found in letters))
    return (Word(joined or STOP, start, start + len(raw)),)
