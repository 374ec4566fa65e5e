"""The danger rules: what they must hear, what they must let pass, and how long they take."""

import random
from time import perf_counter

import pytest

from tests.contracts.danger_contract import DangerContract
from tests.understanding.samples import read_samples
from understanding.danger.registry import DANGER_RULES
from understanding.danger.rulebook import Rule, read_rulebook
from understanding.danger.rules import LocalRules, load_rules
from understanding.port import DangerRules

BOOK = read_rulebook()
DANGERS = read_samples("danger")
NEAR_MISSES = read_samples("near_misses")


@pytest.fixture(scope="module")
def local() -> LocalRules:
    return load_rules()


class TestLocalRules(DangerContract):
    @pytest.fixture(scope="class")
    @classmethod
    def rules(cls) -> DangerRules:
        return DANGER_RULES["local"]()


class TestEachRule:
    @pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
    def test_hears_its_examples(self, local: LocalRules, rule: Rule) -> None:
        heard = {text: local.assess(text) for text in rule.match}
        assert {text: danger and danger.kind for text, danger in heard.items()} == dict.fromkeys(rule.match, rule.kind)

    @pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
    def test_lets_its_counter_examples_pass(self, local: LocalRules, rule: Rule) -> None:
        assert {text: local.assess(text) for text in rule.no_match} == dict.fromkeys(rule.no_match)

    @pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
    def test_has_examples_of_both_sides_and_a_language(self, rule: Rule) -> None:
        assert rule.match
        assert rule.no_match
        assert rule.language in {"fr", "en", "es", "others"}

    @pytest.mark.parametrize("language", ["fr", "en", "es"])
    def test_every_danger_has_a_rule_in_each_language(self, language: str) -> None:
        assert {rule.kind for rule in BOOK.rules if rule.language == language} == set(BOOK.gravity)


class TestSentencesOfOurOwn:
    @pytest.mark.parametrize("row", DANGERS, ids=lambda row: row["text"][:40])
    def test_danger_is_heard(self, local: LocalRules, row: dict[str, str]) -> None:
        danger = local.assess(row["text"])
        assert danger is not None
        assert danger.kind == row["kind"]

    @pytest.mark.parametrize("row", NEAR_MISSES, ids=lambda row: row["text"][:40])
    def test_what_only_sounds_like_danger_passes(self, local: LocalRules, row: dict[str, str]) -> None:
        assert local.assess(row["text"]) is None

    def test_there_are_enough_of_them(self) -> None:
        assert len(DANGERS) >= 120
        assert len(NEAR_MISSES) >= 120
        assert {row["kind"] for row in DANGERS} == set(BOOK.gravity)


class TestABlankLine:
    @pytest.mark.parametrize(
        "text", ["Je suis\n\nen danger", "Bonjour,\n\nJe\n\nsuis\n\n en danger", "Je suis\r\n\r\nen danger"]
    )
    def test_after_a_short_line_does_not_cut_a_sentence(self, local: LocalRules, text: str) -> None:
        assert local.assess(text) is not None

    @pytest.mark.parametrize(
        "text",
        [
            "Je ne suis pas\n\nen danger",
            "Voici où je suis.\n\nEn danger : liste des espèces",
            "Voici la liste des pays où je suis\n\nEn danger : liste des espèces",
        ],
    )
    def test_after_a_sentence_or_a_long_line_cuts(self, local: LocalRules, text: str) -> None:
        assert local.assess(text) is None

    def test_does_not_let_a_short_heading_take_danger_back(self, local: LocalRules) -> None:
        danger = local.assess("Remboursement de facture\n\nMa femme fait un infarctus")
        assert danger is not None
        assert danger.kind == "medical_emergency_now"


class TestTheWordsOfAVerdict:
    def test_are_quoted_as_they_were_written(self, local: LocalRules) -> None:
        danger = local.assess("Au bureau, Léa s’est ÉVANOUIE ce matin")
        assert danger is not None
        assert "ÉVANOUIE" in danger.words

    def test_survive_common_misspellings(self, local: LocalRules) -> None:
        for text in ("he is unconcious", "elle est inconsciante", "ils ont fait un atentat", "esta inconciente"):
            assert local.assess(text) is not None, text

    def test_do_not_lose_danger_beside_a_figure_of_speech(self, local: LocalRules) -> None:
        danger = local.assess("Au début j'étais mort de rire mais là mon coloc est inconscient")
        assert danger is not None
        assert danger.words == ("inconscient",)


class TestTheTimeItTakes:
    @pytest.mark.parametrize(
        "said", ["sos ", "me muero de risa, mi móvil se murió. ", "not safe ", "s.", "je suis\n\n", "bleed ", "a\u200b"]
    )
    def test_stays_under_a_second_for_200_000_characters(self, local: LocalRules, said: str) -> None:
        assert _seconds(local, (said * 200_000)[:200_000]) < 1

    def test_stays_under_a_second_for_many_dangers(self, local: LocalRules) -> None:
        for kind in BOOK.gravity:
            dangers = " ".join(row["text"] for row in DANGERS if row["kind"] == kind)
            assert _seconds(local, (f"{dangers}. " * 5_000)[:200_000]) < 1

    def test_stays_under_a_millisecond_for_half_of_our_sentences(self, local: LocalRules) -> None:
        spent = sorted(_seconds(local, row["text"]) for row in DANGERS + NEAR_MISSES)
        assert spent[len(spent) // 2] < 0.001

    def test_is_told(self, local: LocalRules) -> None:
        texts = [row["text"] for row in DANGERS + NEAR_MISSES]
        spent = sorted(_seconds(local, text) for text in texts)
        words = [word for text in texts for word in text.split()]
        long_text = " ".join(random.Random(1).choices(words, k=180_000))[
            :1_000_000
        ]  # fixed seed: the same text each time
        print(f"\ndanger rules: median {spent[len(spent) // 2] * 1e6:.0f} µs, slowest {spent[-1] * 1e6:.0f} µs")
        print(f"danger rules: 1 MB of danger words in {_seconds(local, long_text):.2f} s")


def _seconds(rules: LocalRules, text: str) -> float:
    start = perf_counter()
    rules.assess(text)
    return perf_counter() - start
