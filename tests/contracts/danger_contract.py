"""What every reader of danger promises."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.triage import Danger
from understanding.port import DangerRules
from understanding.words import fold

_PLAIN = "abcdefghijklmnopqrstuvwxyzàâçéèêëîïôùûüñ '.,!?\n"


class DangerContract:
    """Inherit, and say with `rules` which reader is meant."""

    @pytest.fixture(scope="class")
    @classmethod
    def rules(cls) -> DangerRules:
        raise NotImplementedError

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("Mon collègue est inconscient, il respire mal", "medical_emergency_now"),
            ("I don't want to be here anymore", "suicidal_ideation"),
            ("Me han detenido", "arrest_or_detention"),
        ],
    )
    def test_names_the_danger_and_the_words_that_say_so(self, rules: DangerRules, text: str, kind: str) -> None:
        danger = rules.assess(text)
        assert danger is not None
        assert danger.kind == kind
        assert danger.words
        assert all(word and word in text for word in danger.words)
        assert danger.rule
        assert danger.rules_version

    @pytest.mark.parametrize("text", ["", " ", "👍", "Bonjour, où en est mon remboursement ?", "Thanks!", "Hola"])
    def test_stays_silent_where_nothing_threatens(self, rules: DangerRules, text: str) -> None:
        assert rules.assess(text) is None

    def test_tells_the_gravest_of_two_dangers(self, rules: DangerRules) -> None:
        danger = rules.assess("My friend has been arrested. He is unconscious in his cell.")
        assert danger is not None
        assert danger.kind == "medical_emergency_now"

    def test_finds_danger_at_both_ends_and_in_the_middle_of_a_long_text(self, rules: DangerRules) -> None:
        noise = "Je vous écris au sujet de ma facture de mardi. " * 400
        for text in (
            f"il est inconscient. {noise}",
            f"{noise} il est inconscient. {noise}",
            f"{noise} il est inconscient",
        ):
            assert rules.assess(text) is not None

    @given(st.text())
    def test_reads_any_text_and_says_the_same_twice(self, rules: DangerRules, text: str) -> None:
        assert rules.assess(text) == rules.assess(text)

    @given(
        st.text(alphabet=_PLAIN), st.sampled_from(["il ne respire plus", "she is unconscious", "me quiero morir", ""])
    )
    def test_does_not_mind_case_or_accents(self, rules: DangerRules, around: str, said: str) -> None:
        text = f"{around} {said}"
        expected = _seen(rules.assess(text))
        assert _seen(rules.assess(text.upper())) == expected
        assert _seen(rules.assess(_without_accents(text))) == expected
        assert _seen(rules.assess(unicodedata.normalize("NFD", text))) == expected


def _seen(danger: Danger | None) -> tuple[object, ...] | None:
    return danger and (danger.kind, danger.rule, tuple(fold(word) for word in danger.words))


def _without_accents(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))
