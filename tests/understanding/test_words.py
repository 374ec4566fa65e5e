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
            ("se\u00adcou\u200brs", "secours"),
            ("dаngеr", "danger"),
            ("hΕlp", "help"),
            ("опасно", "опасно"),
            ("όχι", "οχι"),
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

    @pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"])
    def test_does_not_see_what_nobody_sees(self, unseen: str) -> None:
        text = f"{unseen}je sai{unseen}{unseen}gne{unseen}"
        assert [word.folded for word in words_of(text)] == ["je", "saigne"]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("s.e.c.o.u.r.s vite", ["secours", "vite"]),
            ("S O S", ["sos"]),
            ("un S.O.S.", ["un", "sos", STOP]),
            ("h-e-l-p me", ["help", "me"]),
            ("S O S l'hôpital", ["sos", "l", "hopital"]),
            ("a y u d a", ["ayuda"]),
            ("hе l p", ["he", "l", "p"]),
        ],
    )
    def test_joins_three_letters_and_more_that_are_set_apart(self, text: str, words: list[str]) -> None:
        assert [word.folded for word in words_of(text)] == words

    @pytest.mark.parametrize(
        "text", ["il n y a d ailleurs rien", "y a d'la place", "i m a volunteer", "j y a", "A-t-il"]
    )
    def test_leaves_little_words_alone(self, text: str) -> None:
        assert len(words_of(text)) == len(text.replace("'", " ").replace("-", " ").split())

    def test_keeps_the_place_of_letters_set_apart(self) -> None:
        assert [(word.start, word.end) for word in words_of("ah h e l p !")] == [(0, 2), (3, 10), (11, 12)]

    @given(st.text())
    def test_puts_no_space_into_a_word(self, text: str) -> None:
        assert all(word.folded and " " not in word.folded for word in words_of(f"{text} \ufdfa"))

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
