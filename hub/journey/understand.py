"""What a message says: its language and its kind. Pure: no row is read, nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.triage import Language
from hub.journey.arrival import Said
from hub.journey.first_look import words_of
from understanding.port import DangerRules, KindClassifier, LanguageDetector


@dataclass(frozen=True, slots=True)
class Understanding:
    """The three readers of a text."""

    danger: DangerRules
    language: LanguageDetector
    kind: KindClassifier


def understand(said: Sequence[Said], understanding: Understanding) -> None:
    """Give each message its language and kind. Danger was looked at before and is not touched here."""
    for one in said:
        text = words_of(one.event)
        one.guess = understanding.language.detect(text)[0]
        one.assessment = understanding.kind.classify(text, Language(one.guess.language))
