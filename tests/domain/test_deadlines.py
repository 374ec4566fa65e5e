"""Months clipped, jours ouvrables, and what complaints and declarations are owed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deadlines import (
    COMPLAINT_RULES,
    MEMBER_RULES,
    ComplaintRule,
    MemberDeadline,
    MemberDeadlineKind,
    NoRule,
    complaint_deadlines,
    first_of_next_month,
    jours_ouvrables_later,
    member_deadline,
    months_later,
)
from tests.domain.calendars import HOLIDAYS

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


class TestMonths:
    @pytest.mark.parametrize(
        ("day", "months", "expected"),
        [
            ("2026-01-31", 1, "2026-02-28"),
            ("2028-01-31", 1, "2028-02-29"),
            ("2026-12-31", 2, "2027-02-28"),
            ("2028-02-29", 12, "2029-02-28"),
            ("2026-03-31", -1, "2026-02-28"),
            ("2026-05-15", 0, "2026-05-15"),
            ("2026-11-30", 3, "2027-02-28"),
        ],
    )
    def test_keep_the_day_or_end_with_the_month(self, day: str, months: int, expected: str) -> None:
        assert months_later(date.fromisoformat(day), months) == date.fromisoformat(expected)

    @given(days, st.integers(-200, 200))
    def test_never_leave_the_month_they_lead_to(self, day: date, months: int) -> None:
        later = months_later(day, months)
        assert (later.year - day.year) * 12 + later.month - day.month == months
        assert later.day <= day.day

    @pytest.mark.parametrize(("day", "first"), [("2026-12-31", "2027-01-01"), ("2026-03-01", "2026-04-01")])
    def test_begin_on_the_first(self, day: str, first: str) -> None:
        assert first_of_next_month(date.fromisoformat(day)) == date.fromisoformat(first)


class TestJoursOuvrables:
    @given(days, st.integers(0, 30))
    def test_are_counted_from_the_day_after(self, day: date, count: int) -> None:
        later = jours_ouvrables_later(day, count, holidays=HOLIDAYS)
        between = (day + timedelta(days=one) for one in range(1, (later - day).days + 1))
        assert sum(one.weekday() < 6 and one not in HOLIDAYS for one in between) == count
        assert count == 0 or (later.weekday() < 6 and later not in HOLIDAYS)


class TestAComplaint:
    @pytest.mark.parametrize(
        ("sent_on", "acknowledgement", "answer", "mediator"),
        [
            ("2026-04-24", "2026-05-07", "2026-06-24", "2027-04-24"),  # 1 May between
            ("2026-03-07", "2026-03-19", "2026-05-07", "2027-03-07"),  # sent on a Saturday
            ("2026-03-08", "2026-03-19", "2026-05-08", "2027-03-08"),  # sent on a Sunday
            ("2026-12-31", "2027-01-13", "2027-02-28", "2027-12-31"),  # 1 January is the day after
            ("2028-02-29", "2028-03-11", "2028-04-29", "2029-02-28"),
        ],
    )
    def test_is_owed_an_acknowledgement_an_answer_and_a_mediator(
        self, sent_on: str, acknowledgement: str, answer: str, mediator: str
    ) -> None:
        limits = complaint_deadlines(date.fromisoformat(sent_on), holidays=HOLIDAYS)
        assert [day.isoformat() for day in (limits.acknowledgement_due, limits.answer_due, limits.mediator_limit)] == [
            acknowledgement,
            answer,
            mediator,
        ]

    def test_follows_the_newest_rule_of_its_day(self) -> None:
        stricter = ComplaintRule(5, 1, 12, valid_from=date(2027, 1, 1), source="a law to come")
        rules = (*COMPLAINT_RULES, stricter)
        before = complaint_deadlines(date(2026, 12, 30), holidays=HOLIDAYS, rules=rules)
        since = complaint_deadlines(date(2027, 1, 1), holidays=HOLIDAYS, rules=rules)
        assert before.answer_due == date(2027, 2, 28)
        assert since.answer_due == date(2027, 2, 1)
        assert since.acknowledgement_due == date(2027, 1, 7)

    def test_says_when_no_rule_is_known(self) -> None:
        with pytest.raises(NoRule, match="2026-03-01"):
            complaint_deadlines(date(2026, 3, 1), holidays=HOLIDAYS, rules=())


BIA = MemberDeadlineKind.DEPENDANTS_BIA
JOIN = MemberDeadlineKind.DEPENDANT_JOIN
NEWBORN = MemberDeadlineKind.NEWBORN
SPOUSE = MemberDeadlineKind.SPOUSE_CHANGE
LATE = MemberDeadlineKind.LATE_DECLARATION


class TestADeclaration:
    @pytest.mark.parametrize(
        ("kind", "event_on", "deadline", "possible_until"),
        [
            (BIA, "2026-03-03", "2026-04-02", None),
            (JOIN, "2026-11-30", "2027-02-28", None),
            (NEWBORN, "2027-01-31", "2027-02-28", None),
            (SPOUSE, "2027-01-31", "2027-02-28", "2027-03-02"),  # the month ends first
            (SPOUSE, "2026-03-10", "2026-04-09", "2026-04-10"),  # the 30 days end first
            (SPOUSE, "2026-04-10", "2026-05-10", "2026-05-10"),  # both end together
            (LATE, "2026-12-15", "2027-01-14", None),
        ],
    )
    def test_is_due(self, kind: MemberDeadlineKind, event_on: str, deadline: str, possible_until: str | None) -> None:
        expected = MemberDeadline(
            deadline=date.fromisoformat(deadline),
            possible_until=None if possible_until is None else date.fromisoformat(possible_until),
            in_time=None,
            effect=None,
        )
        assert member_deadline(kind, event_on=date.fromisoformat(event_on)) == expected

    @pytest.mark.parametrize(
        ("requested_on", "in_time", "effect"),
        [
            ("2026-03-01", True, None),  # before the event
            ("2026-04-02", True, None),  # on the last day
            ("2026-04-03", False, "2026-05-01"),
            ("2026-05-01", False, "2026-06-01"),  # the 1st itself is not "the next 1st"
            ("2026-12-31", False, "2027-01-01"),
        ],
    )
    def test_covers_from_the_next_1st_when_late(self, requested_on: str, in_time: bool, effect: str | None) -> None:
        limit = member_deadline(LATE, event_on=date(2026, 3, 3), requested_on=date.fromisoformat(requested_on))
        assert limit.in_time is in_time
        assert limit.effect == (None if effect is None else date.fromisoformat(effect))

    def test_is_late_after_the_earlier_of_two_limits(self) -> None:
        limit = member_deadline(SPOUSE, event_on=date(2027, 1, 31), requested_on=date(2027, 3, 1))
        assert (limit.in_time, limit.effect) == (False, date(2027, 4, 1))

    def test_has_a_rule_of_every_kind_with_its_source(self) -> None:
        assert {rule.kind for rule in MEMBER_RULES} == set(MemberDeadlineKind)
        assert all(rule.source for rule in MEMBER_RULES)

    def test_says_when_no_rule_is_known(self) -> None:
        with pytest.raises(NoRule, match="newborn_1_month"):
            member_deadline(NEWBORN, event_on=date(2026, 3, 3), rules=())
