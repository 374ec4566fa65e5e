"""Month arithmetic, once (ruling 28), and the deadlines counted in days and months.

Days are dates of Paris or of the person, as the caller decides; public holidays are data that the caller brings.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_SUNDAY = 6


def months_later(day: date, months: int) -> date:
    """The same day of the month `months` later, clipped to the month's end (31 January + 1 = 28 or 29 February)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def first_of_next_month(day: date) -> date:
    """The first day of the month after `day`'s."""
    return months_later(day.replace(day=1), 1)


def jours_ouvrables_later(day: date, count: int, *, holidays: frozenset[date]) -> date:
    """The `count`th jour ouvrable after `day`: Monday to Saturday, no public holiday; the next one is the first."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() != _SUNDAY and day not in holidays:
            count -= 1
    return day


class NoRule(LookupError):  # noqa: N818 - named for what is missing
    """No rule was in force on a day; the text names what was asked for and the day."""


@dataclass(frozen=True, slots=True)
class ComplaintRule:
    """What a complaint sent from `valid_from` on is owed, and until when the mediator can be asked."""

    acknowledgement_jours_ouvrables: int
    answer_months: int
    mediator_months: int
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class ComplaintDeadlines:
    """The last days for our acknowledgement and our answer, and for going to the mediator."""

    acknowledgement_due: date
    answer_due: date
    mediator_limit: date


#: Shipped with the product; a change of the law is a further row with its own day.
COMPLAINT_RULES = (
    ComplaintRule(
        acknowledgement_jours_ouvrables=10,
        answer_months=2,
        mediator_months=12,
        valid_from=date.min,
        source="ACPR 2024-R-02 (before: 2022-R-01); code de la consommation L612-2",
    ),
)


def complaint_deadlines(
    sent_on: date, *, holidays: frozenset[date], rules: Sequence[ComplaintRule] = COMPLAINT_RULES
) -> ComplaintDeadlines:
    """The deadlines of a complaint from its day of sending (in Paris). None is moved off a day of rest.

    Raises NoRule.
    """
    held = [rule for rule in rules if rule.valid_from <= sent_on]
    if not held:
        raise NoRule(f"no rule for a complaint sent on {sent_on}")
    rule = max(held, key=lambda one: one.valid_from)
    return ComplaintDeadlines(
        acknowledgement_due=jours_ouvrables_later(sent_on, rule.acknowledgement_jours_ouvrables, holidays=holidays),
        answer_due=months_later(sent_on, rule.answer_months),
        mediator_limit=months_later(sent_on, rule.mediator_months),
    )


class MemberDeadlineKind(StrEnum):
    """What a member has to declare in time; the event is the departure, birth, adoption or change of situation."""

    DEPENDANTS_BIA = "dependants_bia_30_days_after_departure"
    DEPENDANT_JOIN = "dependant_join_3_months_after_departure"
    NEWBORN = "newborn_1_month"
    SPOUSE_CHANGE = "spouse_change_earlier_of_1_month_and_30_days"
    LATE_DECLARATION = "late_declaration_effect"


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar time: months (clipped to the month's end) and then days."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The day this much later."""
        return months_later(day, self.months) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class MemberRule:
    """The spans allowed after an event from `valid_from` on; of several, the one that ends first binds."""

    kind: MemberDeadlineKind
    spans: tuple[Span, ...]
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class MemberDeadline:
    """Until when a member can ask.

    deadline: its day is still in time.
    possible_until: the later day where two rules apply, shown as "still possible until" once the handler confirms;
        None where one rule applies.
    in_time: None while nothing was asked.
    effect: from when a late request covers; None when in time or nothing was asked.
    """

    deadline: date
    possible_until: date | None
    in_time: bool | None
    effect: date | None


#: Shipped with the product; a change of the contract is a further row with its own day.
MEMBER_RULES = (
    MemberRule(MemberDeadlineKind.DEPENDANTS_BIA, (Span(days=30),), date.min, "R065, R088"),
    MemberRule(MemberDeadlineKind.DEPENDANT_JOIN, (Span(months=3),), date.min, "R064"),
    MemberRule(MemberDeadlineKind.NEWBORN, (Span(months=1),), date.min, "R071"),
    MemberRule(MemberDeadlineKind.SPOUSE_CHANGE, (Span(months=1), Span(days=30)), date.min, "R072"),
    MemberRule(MemberDeadlineKind.LATE_DECLARATION, (Span(days=30),), date.min, "R073"),
)


def member_deadline(
    kind: MemberDeadlineKind,
    *,
    event_on: date,
    requested_on: date | None = None,
    rules: Sequence[MemberRule] = MEMBER_RULES,
) -> MemberDeadline:
    """The deadline of a declaration, and what a request on `requested_on` is worth (late: from the next 1st).

    Raises NoRule.
    """
    held = [rule for rule in rules if rule.kind is kind and rule.valid_from <= event_on]
    if not held:
        raise NoRule(f"no rule {kind} for an event on {event_on}")
    ends = sorted(span.after(event_on) for span in max(held, key=lambda rule: rule.valid_from).spans)
    in_time = None if requested_on is None else requested_on <= ends[0]
    return MemberDeadline(
        deadline=ends[0],
        possible_until=ends[-1] if len(ends) > 1 else None,
        in_time=in_time,
        effect=first_of_next_month(requested_on) if requested_on is not None and not in_time else None,
    )
