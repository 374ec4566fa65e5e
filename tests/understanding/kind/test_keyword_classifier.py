"""Kind by keywords."""

import pytest

from domain.triage import Kind, Language
from tests.contracts.kind_contract import KindContract
from understanding.kind.keyword_classifier import load_keyword_classifier
from understanding.kind.keywords import read_keywords
from understanding.kind.registry import KIND_CLASSIFIERS
from understanding.port import KindClassifier

KEYWORDS = read_keywords()


class TestKeywords(KindContract):
    @pytest.fixture(scope="class")
    @classmethod
    def classifier(cls) -> KindClassifier:
        return KIND_CLASSIFIERS["keywords"]()

    @pytest.fixture(scope="class")
    @classmethod
    def kinds(cls) -> frozenset[Kind]:
        return frozenset(KEYWORDS.kinds)

    def test_knows_each_kind_by_phrases_and_examples(self) -> None:
        assert {phrase.kind for phrase in KEYWORDS.phrases} == set(KEYWORDS.kinds)
        assert {example.kind for example in KEYWORDS.examples} == set(KEYWORDS.kinds)

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("mot de passe oublié, je peux plus entrer dans l'appli", "app_login"),
            ("j'ai changé de banque, voici mon nouveau RIB", "iban_change"),
            ("quels vaccins pour le Kenya ?", "vaccines"),
            ("my landlord won't return my deposit", "pj_housing_dispute"),
            ("my boss is bullying me every day", "harassment_at_work"),
            ("cuánto pagan por las gafas", "optical"),
            ("je suis en arrêt maladie depuis hier", "sick_leave_declare"),
        ],
    )
    def test_understands_other_words_than_its_examples(self, classifier: KindClassifier, text: str, kind: str) -> None:
        assert classifier.classify(text, Language.FR).kind == kind

    def test_looks_at_the_beginning_of_a_long_text_only(self, classifier: KindClassifier) -> None:
        text = "Je veux résilier ma surcomplémentaire. " + "x " * 500_000
        assert classifier.classify(text, Language.FR) == load_keyword_classifier().classify(text[:2_000], Language.FR)
