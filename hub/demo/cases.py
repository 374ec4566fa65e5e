"""Which requests there are: of which kind, from whom, when, and how far each has come."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.triage import Kind, Language, Urgency
from hub.demo.askers import Asker, Askers
from hub.demo.dice import Dice
from hub.demo.rhythm import Rhythm
from hub.demo.texts import SPOKEN, Demand, demands, tongue
from routing.matrix import Matrix

COUNT = 1_560
#: Of the requests: how many stand where. The others are solved.
OPEN, WAITING_MEMBER, WAITING_PARTNER = 355, 230, 105
#: Languages of requests; volunteers who write English or Spanish write more often than there are of them.
_LANGUAGES = {Language.FR: 66, Language.EN: 22, Language.ES: 12}
#: How old requests are that still wait, in days (the scale of an exponential law).
_OPEN_AGE, _MEMBER_AGE, _PARTNER_AGE = 8.0, 18.0, 16.0
#: Too young to have been worked on.
_FRESH = timedelta(hours=5)
#: What hurries is not left waiting for longer.
_HURRIED = timedelta(days=3)
#: P1 of the last two days, so that somebody who looks at the screen sees some: kinds and how long ago.
_IN_SIGHT = (
    (Kind("hospital_refuses_care"), Language.FR, timedelta(seconds=35)),
    (Kind("hospital_refuses_care"), Language.ES, timedelta(minutes=26)),
    (Kind("medical_repatriation"), Language.EN, timedelta(hours=3, minutes=12)),
    (Kind("security_threat_now"), Language.FR, timedelta(hours=9, minutes=40)),
    (Kind("medical_emergency_now"), Language.FR, timedelta(hours=27)),
)


class Standing(StrEnum):
    """How far a request is to come."""

    OPEN = "open"
    WAITING_MEMBER = "waiting_member"
    WAITING_PARTNER = "waiting_partner"
    SOLVED = "solved"


@dataclass(frozen=True, slots=True)
class Case:
    """A request before its words: `at` is when it reached us."""

    number: int
    demand: Demand
    language: Language
    asker: Asker
    at: datetime
    standing: Standing = Standing.SOLVED


class Cases:
    """Makes the requests of the last months."""

    def __init__(self, *, askers: Askers, rhythm: Rhythm, dice: Dice, matrix: Matrix, as_of: datetime) -> None:
        self._askers, self._rhythm, self._dice = askers, rhythm, dice
        self._matrix, self._as_of = matrix, as_of
        self._demands = {
            language: [one for one in demands() if one.kind in tongue(language).scripts] for language in SPOKEN
        }

    def cases(self) -> list[Case]:
        """All of them, the oldest first, each with its standing."""
        made = [*self._in_sight(), *self._every_kind()]
        while len(made) < COUNT:
            language = self._dice.weighted(list(_LANGUAGES), list(_LANGUAGES.values()))
            able = self._demands[language]
            if case := self._case(self._dice.weighted(able, [one.weight for one in able]), language):
                made.append(case)
        in_order = sorted(made, key=lambda case: case.at)
        return self._with_standing([replace(case, number=number) for number, case in enumerate(in_order)])

    def _in_sight(self) -> Iterator[Case]:
        for kind, language, ago in _IN_SIGHT:
            demand = next(one for one in self._demands[language] if one.kind == kind)
            at = self._as_of - ago
            if asker := self._askers.find(demand, language, day=at):
                yield Case(0, demand, language, asker, at)

    def _every_kind(self) -> Iterator[Case]:
        """One of each, however rare."""
        for demand in self._demands[Language.FR]:
            for _ in range(20):
                if case := self._case(demand, Language.FR):
                    yield case
                    break

    def _case(self, demand: Demand, language: Language) -> Case | None:
        day = self._rhythm.day()
        asker = self._askers.find(demand, language, day=day)
        if asker is None:
            return None
        return Case(0, demand, language, asker, self._rhythm.moment_on(day, asker.city.zone))

    def _with_standing(self, cases: list[Case]) -> list[Case]:
        """Who is still waiting, and for whom: the younger the likelier."""
        seen = {self._as_of - ago for _, _, ago in _IN_SIGHT}
        standing = {case.number: Standing.OPEN for case in cases if case.at in seen or self._is_fresh(case)}
        left = [case for case in cases if case.number not in standing and self._may_wait(case)]
        handed = [case for case in left if self._goes_to_partner(case)]
        for number in self._youngest(handed, _PARTNER_AGE, WAITING_PARTNER):
            standing[number] = Standing.WAITING_PARTNER
        wanted = ((Standing.OPEN, _OPEN_AGE, OPEN - len(seen)), (Standing.WAITING_MEMBER, _MEMBER_AGE, WAITING_MEMBER))
        for state, age, count in wanted:
            missing = count - sum(found is state for found in standing.values())
            left = [case for case in left if case.number not in standing]
            for number in self._youngest(left, age, missing):
                standing[number] = state
        return [replace(case, standing=standing.get(case.number, Standing.SOLVED)) for case in cases]

    def _youngest(self, cases: list[Case], age: float, count: int) -> list[int]:
        """So many of the cases, thrown with a weight that falls with their age."""
        keys = []
        for case in cases:
            days = (self._as_of - case.at) / timedelta(days=1)
            keys.append((self._dice.between(0, 1) ** (2 ** (days / age)), case.number))
        return [number for _, number in sorted(keys, reverse=True)[: max(count, 0)]]

    def _is_fresh(self, case: Case) -> bool:
        return self._as_of - case.at < _FRESH and not self._is_grave(case)

    def _may_wait(self, case: Case) -> bool:
        """Nothing grave waits for long, and what asks for nothing does not wait at all."""
        script = tongue(case.language).scripts[case.demand.kind]
        if not script.closing or (case.demand.family == "none" and not script.then):
            return False
        hurries = self._matrix.row(case.demand.kind).urgency in (Urgency.P1, Urgency.P2)
        return not self._is_grave(case) and not (hurries and self._as_of - case.at > _HURRIED)

    def _is_grave(self, case: Case) -> bool:
        return self._matrix.row(case.demand.kind).urgency is Urgency.P1

    def _goes_to_partner(self, case: Case) -> bool:
        return any(exchange.partner for exchange in tongue(case.language).scripts[case.demand.kind].then)
