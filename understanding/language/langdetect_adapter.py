"""Names a language with the letter profiles of `langdetect`, made steady: seeded, restricted, with prior chances.

The small words of the text come first: when they agree, no profile is asked; else they are the prior of the
profiles. Languages outside the three are told together as `other`.
"""

import math
import re
from collections.abc import Iterable
from importlib import resources

from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from domain.triage import Language, LanguageGuess
from understanding.language.first_look import FunctionWords, load_function_words
from understanding.words import fold

#: Longer texts are judged by their beginning.
LOOKED_AT_CHARS = 400
#: Small words settle it alone when they lead by this many votes.
CLEAR_LEAD = 0.75
#: What one vote of a small word weighs against the profiles (odds = e^weight).
VOTE_WEIGHT = 4.0
_ANSWERED = {"fr": Language.FR, "en": Language.EN, "es": Language.ES}
_OTHERS = ("de", "it", "pt", "nl", "pl", "tr", "ca", "ro", "sv", "da", "vi", "id", "cs")
#: Chance that a message is in none of the three languages, before reading it.
_OTHER_PRIOR = 0.04
_SEED = 20261124
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|\w*\d\w*|[_/\\|<>{}\[\]]+")
_WORD = re.compile(r"[^\W\d_]+")
_FOREIGN_SCRIPT = re.compile(r"[\u0370-\u1cff\u2c00-\ua6ff\ua720-\ufb06\ufb1d-\ufdff\ufe70-\ufefe\uff66-\uffdc]")


class LangdetectLanguages:
    """A LanguageDetector on `langdetect`. Build once: profiles are kept; a text leaves nothing behind."""

    def __init__(self, function_words: FunctionWords) -> None:
        self._words = function_words
        self._factory = _profiles((*_ANSWERED, *_OTHERS))

    def detect(self, text: str) -> tuple[LanguageGuess, ...]:
        """Guesses, best first, summing to at most 1; nothing left to read gives one `und`."""
        cleaned = _NOISE.sub(" ", text[: LOOKED_AT_CHARS * 4])[:LOOKED_AT_CHARS]
        words = _WORD.findall(cleaned)
        if not words:
            return (LanguageGuess(Language.UND, 1.0),)
        letters = "".join(words)
        if len(_FOREIGN_SCRIPT.findall(letters)) * 2 > len(letters):
            return (LanguageGuess(Language.OTHER, 0.99),)
        votes = self._words.evidence([fold(word) for word in words])
        return _clear(votes) or self._by_profile(" ".join(words).lower(), votes)

    def _by_profile(self, text: str, votes: dict[Language, float]) -> tuple[LanguageGuess, ...]:
        prior = {language: math.exp(VOTE_WEIGHT * vote) for language, vote in votes.items()}
        if votes[Language.OTHER] < max(votes.values()):  # profiles see too many languages in a few letters
            prior[Language.OTHER] = 0.0
        detector = self._factory.create()
        detector.set_prior_map(
            {code: prior[language] for code, language in _ANSWERED.items()}
            | {code: prior[Language.OTHER] * _OTHER_PRIOR / len(_OTHERS) for code in _OTHERS}
        )
        detector.append(text)
        try:
            found = [(_ANSWERED.get(guess.lang, Language.OTHER), guess.prob) for guess in detector.get_probabilities()]
        except LangDetectException:  # letters that no profile knows
            found = []
        return _guesses(found) or _by_votes(votes)


def load_langdetect() -> LangdetectLanguages:
    """The detector with its profiles and word lists. Reads files; call at start."""
    return LangdetectLanguages(load_function_words())


def _profiles(codes: Iterable[str]) -> DetectorFactory:
    folder = resources.files("langdetect") / "profiles"
    factory = DetectorFactory()
    factory.set_seed(_SEED)
    factory.load_json_profile([(folder / code).read_text(encoding="utf-8") for code in codes])
    return factory


def _clear(votes: dict[Language, float]) -> tuple[LanguageGuess, ...]:
    best, second = sorted(votes, key=lambda language: -votes[language])[:2]
    if votes[best] - votes[second] < CLEAR_LEAD:
        return ()
    share = votes[best] / (votes[best] + votes[second])
    return (LanguageGuess(best, round(share * (1 - 0.3 / (1 + votes[best])), 4)),)


def _by_votes(votes: dict[Language, float]) -> tuple[LanguageGuess, ...]:
    """Letters that no profile knows: what the small words say, else undetermined."""
    total = sum(votes.values())
    return _guesses([(language, vote / total) for language, vote in votes.items() if vote]) or (
        LanguageGuess(Language.UND, 1.0),
    )


def _guesses(found: Iterable[tuple[Language, float]]) -> tuple[LanguageGuess, ...]:
    summed: dict[Language, float] = {}
    for language, chance in found:
        summed[language] = summed.get(language, 0.0) + chance
    ordered = sorted(summed, key=lambda language: (-summed[language], language))
    return tuple(LanguageGuess(language, math.floor(summed[language] * 0.99 * 1e4) / 1e4) for language in ordered)
