"""What every classifier of kind promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.triage import Kind, Language
from understanding.port import KindClassifier


class KindContract:
    """Inherit, and say with `classifier` which classifier is meant and with `kinds` what it may answer."""

    @pytest.fixture(scope="class")
    @classmethod
    def classifier(cls) -> KindClassifier:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def kinds(cls) -> frozenset[Kind]:
        raise NotImplementedError

    @pytest.mark.parametrize(
        ("text", "language", "kind"),
        [
            ("Où en est mon remboursement ?", Language.FR, "claim_status"),
            ("I need a visa insurance letter", Language.EN, "certificate"),
            ("Quiero cambiar mi cuenta bancaria", Language.ES, "iban_change"),
        ],
    )
    def test_names_the_kind_and_says_why(
        self, classifier: KindClassifier, text: str, language: Language, kind: str
    ) -> None:
        assessment = classifier.classify(text, language)
        assert assessment.kind == kind
        assert assessment.reasons

    @pytest.mark.parametrize("text", ["", "👍", "zzz qqq xxx"])
    def test_is_not_sure_of_what_it_does_not_know(self, classifier: KindClassifier, text: str) -> None:
        assert classifier.classify(text, Language.UND).confidence < 0.2

    @given(st.text(), st.sampled_from(Language))
    def test_stays_within_the_matrix_and_between_none_and_certain(
        self, classifier: KindClassifier, kinds: frozenset[Kind], text: str, language: Language
    ) -> None:
        assessment = classifier.classify(text, language)
        chances = [assessment.confidence, *(chance for _, chance in assessment.alternatives)]
        assert {assessment.kind, *(kind for kind, _ in assessment.alternatives)} <= kinds
        assert all(0 <= chance <= 1 for chance in chances)
        assert chances == sorted(chances, reverse=True)

    @given(st.lists(st.sampled_from(["carte", "remboursement", "visa", "dentist", "baja", "reembolso", "👍", "?"])))
    def test_says_the_same_twice(self, classifier: KindClassifier, words: list[str]) -> None:
        text = " ".join(words)
        assert classifier.classify(text, Language.FR) == classifier.classify(text, Language.FR)
