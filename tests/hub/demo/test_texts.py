"""What people write in the demo, before it is written."""

from datetime import UTC, date, datetime

import pytest

from domain.triage import Language
from hub.demo.askers import Asker
from hub.demo.countries import countries
from hub.demo.dice import Dice
from hub.demo.facts import Facts, facts_of, written_date, written_money
from hub.demo.names import Name, Names
from hub.demo.texts import SPOKEN, Script, bare, demands, expand, fitting, tongue
from routing.matrix import Matrix

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DESK = Name("Élise", "Garnier", True)


def facts(language: Language, *, woman: bool = True) -> Facts:
    """Facts of somebody in Brussels."""
    belgium = countries()[0]
    asker = Asker(
        name=Name("Léa", "Martin", woman),
        shown="Léa Martin",
        address="lea.martin@mail.example",
        member_id=None,
        country=belgium,
        city=belgium.cities[0],
        departure=date(2025, 9, 1),
        end=date(2026, 9, 1),
        host="Solvenia",
    )
    dice = Dice("facts", language)
    return facts_of(asker, tongue(language), at=AT, names=Names(dice), dice=dice)


def all_texts(script: Script) -> list[str]:
    """Every text of a script."""
    exchanged = [text for exchange in script.then for text in (*exchange.member, *exchange.desk, *exchange.files)]
    return [*script.subject, *script.say, *script.more, *script.answer, *script.closing, *exchanged, *script.files]


class TestTheTexts:
    @pytest.mark.parametrize("language", SPOKEN)
    def test_leave_no_slot_empty_and_no_choice_open(self, language: Language) -> None:
        spoken, known = tongue(language), facts(language)
        family = [text for one in spoken.families.values() for text in one.story]
        family += [text for one in spoken.families.values() for each in one.then for text in (*each.member, *each.desk)]
        letters = [text for texts in spoken.letter.values() for text in texts]
        for text in [*(text for script in spoken.scripts.values() for text in all_texts(script)), *family, *letters]:
            written = known.fill(bare(text), at=AT, desk=DESK, dice=Dice(text))
            assert not set("{}[]|♀♂") & set(written), text

    def test_are_there_for_kinds_of_the_matrix_alone(self) -> None:
        kinds = Matrix.load().rows
        assert {kind for language in SPOKEN for kind in tongue(language).scripts} == {one.kind for one in demands()}
        assert {one.kind for one in demands()} <= set(kinds)

    @pytest.mark.parametrize("language", SPOKEN)
    def test_have_a_subject_a_request_and_an_answer_for_women_and_men(self, language: Language) -> None:
        for kind, script in tongue(language).scripts.items():
            assert script.subject, kind
            assert script.answer, kind
            assert fitting(script.say, woman=True), kind
            assert fitting(script.say, woman=False), kind

    def test_belong_to_families_that_every_language_has(self) -> None:
        wanted = {one.family for one in demands()} - {"none"}
        assert all(wanted <= set(tongue(language).families) for language in SPOKEN)

    def test_choose_the_same_way_for_the_same_dice(self) -> None:
        text = "[un|deux|trois] [quatre|cinq [six|sept]]"
        chosen = {expand(text, dice=Dice(seed)) for seed in range(60)}
        assert expand(text, dice=Dice(1)) == expand(text, dice=Dice(1))
        assert len(chosen) == 9


class TestADate:
    def test_is_written_as_the_language_writes_it(self) -> None:
        day = date(2026, 3, 1)
        assert [written_date(day, language) for language in SPOKEN] == ["1er mars", "1 March", "1 de marzo"]

    def test_has_its_year_when_it_is_far_away(self) -> None:
        day = date(2027, 3, 2)
        assert written_date(day, Language.FR, today=date(2026, 3, 1)) == "2 mars 2027"
        assert written_date(day, Language.ES, today=date(2026, 3, 1)) == "2 de marzo de 2027"


class TestAnAmount:
    def test_is_written_as_the_language_writes_it(self) -> None:
        written = [
            written_money(1234.5, "EUR", rate=1, language=language, whole=False).replace("\u00a0", " ")
            for language in SPOKEN
        ]
        assert written == ["1 234,50 €", "EUR 1,234.50", "1.234,50 €"]

    def test_is_rounded_as_bills_are_there(self) -> None:
        assert written_money(18_437.2, "JPY", rate=160, language=Language.EN, whole=False) == "JPY 18,440"
        assert written_money(60.3, "USD", rate=1.1, language=Language.EN, whole=False) == "$60.30"


class TestFrench:
    def test_says_d_before_un_and_une(self) -> None:
        known = facts(Language.FR)
        care = known.slots["care"]
        written = known.fill("Il s’agit de {care}.", at=AT, desk=DESK, dice=Dice(1))
        assert written in (f"Il s’agit d’{care}.", f"Il s’agit de {care}.")
        assert "de un" not in written

    def test_agrees_with_who_writes(self) -> None:
        text = "je suis rassuré{e}"
        written = [
            facts(Language.FR, woman=woman).fill(text, at=AT, desk=DESK, dice=Dice(1)) for woman in (True, False)
        ]
        assert written == ["Je suis rassurée", "Je suis rassuré"]
