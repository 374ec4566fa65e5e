"""The routing matrix: complete, and decided in the right order."""

from datetime import UTC, date, datetime

import pytest

from domain.triage import Danger, Kind, Language, Owner, Risk, Urgency
from routing.matrix import Matrix, UnknownKind
from routing.targets import FAMILIES, NoTarget
from routing.titles import title
from understanding.danger.rulebook import read_rulebook
from understanding.kind.keywords import read_keywords

#: Tuesday 11:00 and 23:00 in Paris; Easter Monday 2027 at noon.
BY_DAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
BY_NIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
EASTER_MONDAY = datetime(2027, 3, 29, 10, 0, tzinfo=UTC)
SURE = 0.9


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    return Matrix.load(holidays=frozenset({EASTER_MONDAY.date()}))


def _danger(kind: str, *words: str) -> Danger:
    return Danger(kind=Kind(kind), words=words, rule="fr.some_rule", rules_version="1")


class TestTheMatrix:
    def test_has_all_kinds_and_those_the_classifier_knows(self, matrix: Matrix) -> None:
        assert len(matrix.rows) == 142
        assert set(matrix.rows) == set(read_keywords().kinds)

    def test_knows_every_owner_and_calendar(self, matrix: Matrix) -> None:
        owners = matrix.owners
        named = {row.owner for row in matrix.rows.values()} | {row.also for row in matrix.rows.values() if row.also}
        assert named | {owners.front_desk, owners.health_owner, owners.other_owner} <= set(owners.cards)
        for card in owners.cards.values():
            assert {matrix.calendar(card.calendar_for(urgency)).name for urgency in Urgency} <= set(matrix.calendars)

    def test_names_as_p1_exactly_what_the_danger_rules_can_name(self, matrix: Matrix) -> None:
        p1 = {kind for kind, row in matrix.rows.items() if row.urgency is Urgency.P1}
        assert p1 == set(read_rulebook().gravity) == {rule.kind for rule in read_rulebook().rules}

    def test_has_a_target_for_every_kind_and_family_of_channels(self, matrix: Matrix) -> None:
        channels = {"email": "email", "messaging": "fake", "voice": "phone"}
        assert set(channels) == set(FAMILIES)
        for kind in matrix.rows:
            route = matrix.route(kind=kind, danger=None, confidence=SURE, now=BY_DAY)
            for channel in channels.values():
                target = matrix.target(route=route, channel=channel)
                assert target.minutes > 0
                assert target.calendar_name in matrix.calendars

    def test_whoever_takes_over_is_always_there(self, matrix: Matrix) -> None:
        for owner in (matrix.owners.health_owner, matrix.owners.other_owner):
            assert matrix.owners.cards[owner].calendar == "24/7"

    def test_says_which_kind_it_does_not_know(self, matrix: Matrix) -> None:
        with pytest.raises(UnknownKind, match="unheard_of"):
            matrix.route(kind=Kind("unheard_of"), danger=None, confidence=SURE, now=BY_DAY)


class TestARoute:
    def test_follows_danger_before_kind_whatever_the_confidence(self, matrix: Matrix) -> None:
        danger = _danger("medical_emergency_now", "inconscient")
        route = matrix.route(kind=Kind("claim_status"), danger=danger, confidence=0.0, now=BY_DAY)
        assert (route.kind, route.owner, route.urgency) == ("medical_emergency_now", "ASSISTER", Urgency.P1)
        assert route.reason == f"Danger (règle {danger.rule}) → Urgence vitale en cours, Assisteur 24 h/24"
        assert "inconscient" not in route.reason
        assert route.matrix_version == matrix.version

    def test_follows_a_kind_that_was_understood(self, matrix: Matrix) -> None:
        route = matrix.route(kind=Kind("claim_status"), danger=None, confidence=SURE, now=BY_NIGHT)
        assert (route.owner, route.urgency, route.risk) == ("BROKER_HEALTH", Urgency.P4, "frais_sante")
        assert route.reason == "Demande comprise → Suivi de remboursement, Gestion santé"

    def test_goes_to_the_front_desk_when_the_kind_is_uncertain(self, matrix: Matrix) -> None:
        route = matrix.route(kind=Kind("disability"), danger=None, confidence=0.3, now=BY_DAY)
        assert (route.kind, route.owner, route.urgency) == ("disability", "BROKER_FRONT", Urgency.P3)
        assert "30%" in route.reason
        assert "Invalidité" in route.reason
        assert route.medical == "high"

    @pytest.mark.parametrize(
        ("kind", "by_day", "by_night"),
        [
            ("hospital_refuses_care", "BROKER_HEALTH", "ASSISTER"),
            ("emergency_hospitalisation", "BROKER_HEALTH", "ASSISTER"),
            ("arrest_or_detention", "INSURER_PJ", "BROKER_DUTY"),
            ("account_compromised", "BROKER_IT", "BROKER_DUTY"),
            ("suicidal_ideation", "PSY_PROVIDER", "PSY_PROVIDER"),
            ("psychological_support", "PSY_PROVIDER", "ASSISTER"),
            ("security_threat_now", "SECURITY_OPERATOR", "SECURITY_OPERATOR"),
            ("dental", "BROKER_HEALTH", "BROKER_HEALTH"),
        ],
    )
    def test_goes_to_whoever_is_on_duty_when_it_hurries(
        self, matrix: Matrix, kind: str, by_day: str, by_night: str
    ) -> None:
        owners = [
            matrix.route(kind=Kind(kind), danger=None, confidence=SURE, now=now).owner for now in (BY_DAY, BY_NIGHT)
        ]
        assert owners == [Owner(by_day), Owner(by_night)]

    def test_counts_a_public_holiday_as_closed(self, matrix: Matrix) -> None:
        kind = Kind("emergency_hospitalisation")
        assert matrix.route(kind=kind, danger=None, confidence=SURE, now=EASTER_MONDAY).owner == "ASSISTER"

    def test_says_who_stands_in(self, matrix: Matrix) -> None:
        route = matrix.route(kind=Kind("account_compromised"), danger=None, confidence=SURE, now=BY_NIGHT)
        assert route.reason.endswith("hors de ses heures : Permanence du courtier, 24 h/24")


class TestATarget:
    @pytest.mark.parametrize(
        ("kind", "channel", "minutes", "calendar"),
        [
            ("medical_emergency_now", "fake", 2, "24/7"),
            ("medical_emergency_now", "phone", 20 / 60, "24/7"),
            ("emergency_hospitalisation", "email", 60, "24/7"),
            ("emergency_hospitalisation", "fake", 15, "24/7"),
            ("dental", "email", 720, "default"),
            ("dental", "whatsapp", 240, "default"),
            ("claim_status", "email", 1440, "default"),
            ("complaint_written", "email", 1440, "default"),
            ("data_access", "email", 2160, "default"),
            ("data_incident", "email", 60, "24/7"),
        ],
    )
    def test_follows_the_class_and_the_first_channel(
        self, matrix: Matrix, kind: str, channel: str, minutes: float, calendar: str
    ) -> None:
        route = matrix.route(kind=Kind(kind), danger=None, confidence=SURE, now=BY_DAY)
        target = matrix.target(route=route, channel=channel)
        assert (target.minutes, target.calendar_name) == (pytest.approx(minutes), calendar)

    def test_is_that_of_the_front_desk_when_the_kind_is_uncertain(self, matrix: Matrix) -> None:
        route = matrix.route(kind=Kind("emergency_hospitalisation"), danger=None, confidence=0.1, now=BY_DAY)
        assert matrix.target(route=route, channel="email").minutes == 720

    def test_is_missing_before_the_first_row(self, matrix: Matrix) -> None:
        route = matrix.route(kind=Kind("dental"), danger=None, confidence=SURE, now=BY_DAY)
        with pytest.raises(NoTarget, match="P3, email, on 2020-01-01"):
            matrix.target(route=route, channel="email", on=date(2020, 1, 1))


class TestATitle:
    #: Words that would tell what happened.
    MEDICAL = ("psy", "médic", "medic", "malad", "décès", "death", "hospit", "urgence", "aptitude", "suicid")

    def test_exists_for_every_risk_in_three_languages_and_stays_neutral(self, matrix: Matrix) -> None:
        for risk in {row.risk for row in matrix.rows.values()}:
            for language in Language:
                words = title(risk, language).lower()
                assert words
                assert not any(medical in words for medical in self.MEDICAL), words

    def test_is_french_where_we_do_not_answer_in_the_language(self) -> None:
        assert title(Risk("frais_sante"), Language.OTHER) == "Frais de santé — demande"
        assert title(Risk("frais_sante"), Language.EN) == "Health expenses — request"
