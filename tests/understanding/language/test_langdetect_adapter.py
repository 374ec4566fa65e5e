"""Language by langdetect, made steady."""

from time import perf_counter

import pytest

from tests.contracts.language_contract import LanguageContract
from tests.understanding.samples import read_samples
from understanding.language.registry import LANGUAGE_DETECTORS
from understanding.port import LanguageDetector

#: Share of our sentences whose language must be right; STACK measured 84.5 % for langdetect with a prior alone.
RIGHT_AT_LEAST = 0.97


class TestLangdetect(LanguageContract):
    @pytest.fixture(scope="class")
    @classmethod
    def detector(cls) -> LanguageDetector:
        return LANGUAGE_DETECTORS["langdetect"]()

    def test_is_right_on_our_sentences_and_tells_its_time(self, detector: LanguageDetector) -> None:
        rows = read_samples("danger") + read_samples("near_misses")
        wrong, spent = [], []
        for row in rows:
            start = perf_counter()
            language = detector.detect(row["text"])[0].language
            spent.append(perf_counter() - start)
            wrong += [row["text"]] if language != _answered(row["language"]) else []
        spent.sort()
        print(f"\nlanguage: median {spent[len(spent) // 2] * 1e6:.0f} µs, slowest {spent[-1] * 1e6:.0f} µs")
        assert len(wrong) <= len(rows) * (1 - RIGHT_AT_LEAST), wrong

    def test_judges_a_long_text_by_its_beginning(self, detector: LanguageDetector) -> None:
        assert (
            detector.detect("Bonjour, je vous écris pour ma carte. " * 50 + "hello the world " * 50_000)[0].language
            == "fr"
        )


def _answered(language: str) -> str:
    return language if language in {"fr", "en", "es"} else "other"
