"""What every language detector promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.triage import Language
from understanding.port import LanguageDetector


class LanguageContract:
    """Inherit, and say with `detector` which detector is meant."""

    @pytest.fixture(scope="class")
    @classmethod
    def detector(cls) -> LanguageDetector:
        raise NotImplementedError

    @pytest.mark.parametrize(
        "text", ["", "   ", "👍🎉", "12 345,67", "https://example.org/a?b=c", "a.b@example.org", "1/5"]
    )
    def test_says_undetermined_when_no_word_is_left(self, detector: LanguageDetector, text: str) -> None:
        assert [guess.language for guess in detector.detect(text)] == [Language.UND]

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Bonjour, où en est mon remboursement ?", Language.FR),
            ("Hello, where is my refund please?", Language.EN),
            ("Hola, ¿cómo va mi reembolso?", Language.ES),
            ("Guten Tag, ich habe meine Karte noch nicht bekommen", Language.OTHER),
            ("Где моя карта?", Language.OTHER),
            ("我的卡在哪里", Language.OTHER),
            ("merci", Language.FR),
            ("thanks", Language.EN),
            ("gracias", Language.ES),
        ],
    )
    def test_names_the_language(self, detector: LanguageDetector, text: str, language: Language) -> None:
        assert detector.detect(text)[0].language is language

    def test_ignores_links_and_addresses(self, detector: LanguageDetector) -> None:
        text = "Voir https://www.the-best-of-the-world.org/what-is-this et jean.this@where.org merci"
        assert detector.detect(text)[0].language is Language.FR

    @given(st.text())
    def test_guesses_best_first_and_no_more_than_certain(self, detector: LanguageDetector, text: str) -> None:
        guesses = detector.detect(text)
        assert guesses
        assert sum(guess.confidence for guess in guesses) <= 1.0
        assert list(guesses) == sorted(guesses, key=lambda guess: -guess.confidence)
        assert len({guess.language for guess in guesses}) == len(guesses)

    @given(st.text(alphabet="abcdeilmnoprstuéñç '?"))
    def test_says_the_same_twice(self, detector: LanguageDetector, text: str) -> None:
        assert detector.detect(text) == detector.detect(text)
