"""A first, simple classifier: the kind whose phrases and examples share the rarest words with the text."""

import math
from collections import defaultdict

from domain.triage import Assessment, Kind, Language
from understanding.kind.keywords import Example, Keywords, Phrase, all_words, read_keywords

#: Longer texts are judged by their beginning; the request comes early.
LOOKED_AT_CHARS = 2_000
ALTERNATIVES = 4
#: What an unknown or empty text is about, with no confidence at all.
UNKNOWN = Kind("human_request")
#: A score of this size alone is worth two thirds of certainty.
_SATURATION = 5.0
#: What each further phrase of a kind adds to its best one, and a shared example word to a phrase's.
_FURTHER, _EXAMPLE = 0.4, 0.6


class KeywordClassifier:
    """A KindClassifier on weighted phrases: deterministic, explained, no training. Build once; keeps no state."""

    def __init__(self, keywords: Keywords) -> None:
        self._weight = keywords.weight
        self._by_word: dict[str, list[Phrase]] = defaultdict(list)
        self._by_prefix: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in keywords.phrases:
            anchor = max(phrase.words, key=lambda word: keywords.weight[word])
            (self._by_prefix if anchor.endswith("*") else self._by_word)[anchor.rstrip("*")].append(phrase)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})
        self._examples: dict[str, list[Example]] = defaultdict(list)
        for example in keywords.examples:
            for word in example.words:
                self._examples[word].append(example)

    def classify(self, text: str, language: Language) -> Assessment:
        """The best kind with its confidence, alternatives and the words that spoke for it. Pure."""
        words = frozenset(all_words(text[:LOOKED_AT_CHARS]))
        scores: dict[Kind, float] = defaultdict(float)
        reasons: dict[Kind, list[str]] = defaultdict(list)
        self._add_phrases(words, scores, reasons)
        self._add_examples(words, language, scores, reasons)
        if not scores:
            return Assessment(kind=UNKNOWN, confidence=0.0)
        ranked = sorted(scores, key=lambda kind: (-scores[kind], kind))
        return Assessment(
            kind=ranked[0],
            confidence=_confidence(scores[ranked[0]], scores, ranked),
            alternatives=tuple(
                (kind, _confidence(scores[kind], scores, ranked)) for kind in ranked[1 : 1 + ALTERNATIVES]
            ),
            reasons=tuple(dict.fromkeys(reasons[ranked[0]]))[:5],
        )

    def _add_phrases(self, words: frozenset[str], scores: dict[Kind, float], reasons: dict[Kind, list[str]]) -> None:
        found: dict[Kind, list[tuple[float, str]]] = defaultdict(list)
        for phrase in self._candidates(words):
            if all(_there(word, words) for word in phrase.words):
                found[phrase.kind].append((sum(self._weight[word] for word in phrase.words), phrase.text))
        for kind, phrases in found.items():
            best, *further = sorted(phrases, reverse=True)
            scores[kind] += best[0] + _FURTHER * sum(score for score, _ in further)
            reasons[kind] += [text for _, text in (best, *further)]

    def _candidates(self, words: frozenset[str]) -> list[Phrase]:
        exact = [phrase for word in sorted(words) for phrase in self._by_word.get(word, ())]
        cut = {word[:length] for word in words for length in self._lengths}
        return exact + [phrase for prefix in sorted(cut) for phrase in self._by_prefix.get(prefix, ())]

    def _add_examples(
        self, words: frozenset[str], language: Language, scores: dict[Kind, float], reasons: dict[Kind, list[str]]
    ) -> None:
        seen: dict[Example, None] = {
            example: None for word in sorted(words) for example in self._examples.get(word, ())
        }
        for example in seen:
            shared = example.words & words
            share = self._sum(shared) / self._sum(example.words)
            near = 1.0 if example.language is language else 0.5
            scores[example.kind] += _EXAMPLE * near * share * self._sum(shared)
            reasons[example.kind] += sorted(shared)

    def _sum(self, words: frozenset[str]) -> float:
        return sum(self._weight[word] for word in sorted(words))


def load_keyword_classifier() -> KeywordClassifier:
    """The classifier with the keywords of the product. Reads a file; call at start."""
    return KeywordClassifier(read_keywords())


def _there(wanted: str, words: frozenset[str]) -> bool:
    if wanted.endswith("*"):
        return any(word.startswith(wanted[:-1]) for word in words)
    return wanted in words


def _confidence(score: float, scores: dict[Kind, float], ranked: list[Kind]) -> float:
    """Share against the strongest rival, damped when little was found at all."""
    rival = scores[ranked[1]] if len(ranked) > 1 and score >= scores[ranked[0]] else scores[ranked[0]]
    alone = len(ranked) == 1
    share = 1.0 if alone else score / (score + rival)
    return round(share * (1 - math.exp(-score / _SATURATION)), 4)
