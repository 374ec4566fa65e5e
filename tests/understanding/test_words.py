"""Folded words: spelling habits do not matter, places in the text do."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.words import STOP, fold, words_of


class TestFold:
    @pytest.mark.parametrize(
        ("word", "folded"),
        [
            ("HÉÉÉLP", "help"),
            ("cœur", "coeur"),
            ("Straße", "strasse"),
            ("yardım", "yardim"),
            ("Niño", "nino"),
            ("Łódź", "lodz"),
        ],
    )
    def test_takes_spelling_habits_away(self, word: str, folded: str) -> None:
        assert fold(word) == folded


class TestWordsOf:
    def test_keeps_the_place_of_each_word(self) -> None:
        text = "J’ai mal. Très mal"
        assert [text[word.start : word.end] for word in words_of(text)] == ["J", "ai", "mal", ".", "Très", "mal"]

    def test_ends_a_sentence_at_its_mark_and_at_an_empty_line_but_not_in_a_number(self) -> None:
        assert [word.folded for word in words_of("a ! b\n\nc\nd 8.000")] == ["a", STOP, "b", STOP, "c", "d", "8", "000"]

    @given(st.text())
    def test_reads_decomposed_text_alike(self, text: str) -> None:
        composed = unicodedata.normalize("NFC", text)
        again = unicodedata.normalize("NFC", unicodedata.normalize("NFD", composed))
        assert [word.folded for word in words_of(composed)] == [word.folded for word in words_of(again)]

    @given(st.text())
    def test_never_leaves_the_text(self, text: str) -> None:
        ends = [0] + [place for word in words_of(text) for place in (word.start, word.end)]
        assert ends == sorted(ends)
        assert ends[-1] <= len(text)
