"""What understanding promises: local, deterministic, no network; a reason with every verdict."""

from typing import Protocol

from domain.triage import Assessment, Danger, Language, LanguageGuess


class DangerRules(Protocol):
    """The first look at every inbound text. Nothing may lower its verdict."""

    def assess(self, text: str) -> Danger | None:
        """The gravest danger in the text with the words that say so, or None. Pure, ≤ 1 ms."""
        ...


class LanguageDetector(Protocol):
    """Names the language of a text."""

    def detect(self, text: str) -> tuple[LanguageGuess, ...]:
        """Guesses, best first, summing to at most 1; nothing left to read gives one `und`. Pure."""
        ...


class KindClassifier(Protocol):
    """Says what a text is about, in kinds of the routing matrix."""

    def classify(self, text: str, language: Language) -> Assessment:
        """The best kind with its confidence, alternatives and reasons. Pure."""
        ...
