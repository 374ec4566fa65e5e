"""What one wording of a mail says and another does not, so that nobody reads the harmless one only."""

import re

#: Words; signs of scripts that put no space between words count one by one.
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]{2,}")
_LINK = re.compile(r"\(?https?://\S*")
#: A line with fewer words of its own is a button or a label.
_LEAST_WORDS = 3


def words_of(text: str) -> frozenset[str]:
    """The distinct words, lower case, those of addresses of pages left out."""
    return frozenset(word.lower() for word in _WORD.findall(_LINK.sub(" ", text)))


def words_beyond(other: str, *, known: frozenset[str]) -> str:
    """What `other` adds to a text of these words: all of it, the lines that differ, or nothing.

    It is another text when less than half of its words are known; else each of its lines is judged so.
    """
    if _differs(words_of(other), known):
        return other.strip()
    lines = [line for line in other.split("\n") if _adds(words_of(line), known)]
    return "\n".join(lines).strip()


def _differs(words: frozenset[str], known: frozenset[str]) -> bool:
    return 2 * len(words & known) < len(words)


def _adds(words: frozenset[str], known: frozenset[str]) -> bool:
    return len(words - known) >= _LEAST_WORDS and _differs(words, known)
