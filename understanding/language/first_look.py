"""A first look at a text: its small words (articles, pronouns, greetings) say which language it is."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources

from domain.triage import Language
from understanding.words import fold

_LOOKED_AT = (Language.FR, Language.EN, Language.ES, Language.OTHER)


class FunctionWords:
    """Counts what the small words of a text speak for. Keeps no state between texts."""

    def __init__(self, words: Mapping[Language, frozenset[str]]) -> None:
        known = frozenset[str]().union(*words.values())
        # A word of one language alone says more than a word that several share.
        self._votes = {
            word: {
                language: 1 / sum(word in own for own in words.values())
                for language in words
                if word in words[language]
            }
            for word in known
        }

    def evidence(self, words: Sequence[str]) -> dict[Language, float]:
        """Votes by language, 0 where nothing speaks for it; each different word votes once."""
        votes = dict.fromkeys(_LOOKED_AT, 0.0)
        for word in set(words):
            for language, vote in self._votes.get(word, {}).items():
                votes[language] += vote
        return votes


def load_function_words() -> FunctionWords:
    """The lists shipped with the product. Reads a file; call at start."""
    source = resources.files(__package__) / "data" / "function_words.toml"
    lists = tomllib.loads(source.read_text(encoding="utf-8"))
    return FunctionWords(
        {language: frozenset(fold(word) for word in lists[language].split()) for language in _LOOKED_AT}
    )
