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
