"""Due times, elapsed time, resolution and deadlines of recorded cases, by the rules in service."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.business_hours import Calendar, ImpossibleCalendar
from domain.deadlines import MemberDeadlineKind, complaint_deadlines, member_deadline
from domain.period import ImpossiblePeriod, Period
from domain.sla import Resolution, Step, course, promise, resolution
from domain.ticket import TicketState
from hub.holidays import french_holidays
from hub.lab.cases import UNUSABLE, Case, Unusable, read_object, solve_all
from routing.calendars import calendar_of

#: The years whose public holidays are known here; a case outside them cannot be used.
YEARS = range(1950, 2200)
_PARIS = ZoneInfo("Europe/Paris")
_MINUTE = timedelta(minutes=1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The cases, and the calendars that they name."""
    parser.add_argument("file", type=Path, metavar="FILE.jsonl", help="cases, one JSON object a line")
    parser.add_argument("--calendars", type=Path, required=True, metavar="CAL.json", help="calendars by name")


def run(arguments: argparse.Namespace) -> int:
    """Print the answer to each case; 0 when every case was processed, 2 on unusable input."""
    holidays = french_holidays(YEARS)
    try:
        calendars = _calendars(arguments.calendars, holidays=holidays)
    except (ImpossibleCalendar, Unusable) as reason:
        sys.stderr.write(f"{reason}\n")
        return UNUSABLE
    return solve_all(arguments.file, Clocks(calendars=calendars, holidays=holidays).solve)


class Clocks:
    """Solves cases under given calendars and public holidays."""

    def __init__(self, *, calendars: Mapping[str, Calendar], holidays: frozenset[date]) -> None:
        self._calendars = calendars
        self._holidays = holidays
        self._by_type: Mapping[str, Callable[[Case], Mapping[str, Any]]] = {
            "due": self._due,
            "elapsed": self._elapsed,
            "reopen": self._reopen,
        }

    def solve(self, case: Case) -> Mapping[str, Any]:
        """The answer to a case, without its id. Raises Unusable."""
        named = case.data.get("type")
        try:
            if isinstance(named, str) and named in self._by_type:
                return self._by_type[named](case)
            if case.has("event_date"):
                return self._member_deadline(case)
            if case.has("sent_on") or case.has("sent_at"):
                return self._complaint(case)
        except OverflowError:
            raise Unusable("the times of this case lead out of the calendar") from None
        raise Unusable(f"neither of a type ({', '.join(self._by_type)}) nor with “event_date”, “sent_on” or “sent_at”")

    def _due(self, case: Case) -> Mapping[str, Any]:
        target = case.number("target_minutes")
        if target < 0:
            raise Unusable(f"“target_minutes” is negative: {target}")
        promised = promise(
            calendar=self._calendar(case),
            started_at=_instant(case, "start"),
            target=timedelta(minutes=target),
            pauses=_pauses(case),
        )
        return {"due": _written(promised.due_at), "warning_75": _written(promised.warning_at)}

    def _elapsed(self, case: Case) -> Mapping[str, Any]:
        start, end = _instant(case, "start"), _instant(case, "end")
        if end < start:
            raise Unusable(f"“end” ({end}) is before “start” ({start})")
        business = self._calendar(case).elapsed(since=start, until=end, pauses=_pauses(case))
        return {"business_minutes": business / _MINUTE, "calendar_minutes": (end - start) / _MINUTE}

    def _reopen(self, case: Case) -> Mapping[str, Any]:
        start = _instant(case, "start")
        steps = [Step(event.word("state", TicketState), _instant(event, "at")) for event in case.cases("events")]
        if any(step.at < start for step in steps):
            raise Unusable(f"“events”: one is before “start” ({start})")
        ticket = course(start, steps)
        in_hours = resolution(ticket, until=ticket.last_at, calendar=self._calendar(case))
        in_all = resolution(ticket, until=ticket.last_at)
        return _resolved(in_hours, "business") | _resolved(in_all, "calendar")

    def _complaint(self, case: Case) -> Mapping[str, Any]:
        sent_on = _day(case, "sent_on") if case.has("sent_on") else _instant(case, "sent_at").astimezone(_PARIS).date()
        limits = complaint_deadlines(sent_on, holidays=self._holidays)
        return {
            "ack_due": limits.acknowledgement_due.isoformat(),
            "answer_due": limits.answer_due.isoformat(),
            "mediator_limit": limits.mediator_limit.isoformat(),
        }

    def _member_deadline(self, case: Case) -> Mapping[str, Any]:
        limit = member_deadline(
            case.word("kind", MemberDeadlineKind),
            event_on=_day(case, "event_date"),
            requested_on=_day(case, "request_date") if case.has("request_date") else None,
        )
        return {
            "deadline": limit.deadline.isoformat(),
            "possible_until": limit.possible_until.isoformat() if limit.possible_until else None,
            "in_time": limit.in_time,
            "effect": limit.effect.isoformat() if limit.effect else None,
        }

    def _calendar(self, case: Case) -> Calendar:
        """The calendar that a case names; one that names none means the only one there is."""
        if not case.has("calendar") and len(self._calendars) == 1:
            return next(iter(self._calendars.values()))
        name = case.text("calendar")
        if name not in self._calendars:
            raise Unusable(f"“calendar” {name} is none of {', '.join(self._calendars)}")
        return self._calendars[name]


def _calendars(path: Path, *, holidays: frozenset[date]) -> Mapping[str, Calendar]:
    return {name: calendar_of(name=name, data=data, holidays=holidays) for name, data in read_object(path).items()}


def _pauses(case: Case) -> tuple[Period, ...]:
    return tuple(_pause(pause) for pause in case.cases("pauses"))


def _pause(pause: Case) -> Period:
    try:
        return Period(_instant(pause, "from"), _instant(pause, "to") if pause.has("to") else None)
    except ImpossiblePeriod as reason:
        raise Unusable(f"“pauses”: {reason}") from None


def _instant(case: Case, key: str) -> datetime:
    instant = case.instant(key)
    _check(key, instant.year)
    return instant


def _day(case: Case, key: str) -> date:
    day = case.day(key)
    _check(key, day.year)
    return day


def _check(key: str, year: int) -> None:
    if year not in YEARS:
        raise Unusable(f"“{key}” lies in {year}, outside {YEARS.start} to {YEARS.stop - 1}")


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _resolved(figures: Resolution, measure: str) -> dict[str, float | None]:
    return {
        f"first_resolution_{measure}_minutes": _minutes(figures.first),
        f"full_resolution_{measure}_minutes": _minutes(figures.full),
        f"hub_{measure}_minutes": _minutes(figures.hub),
        f"member_wait_{measure}_minutes": _minutes(figures.member),
    }


def _minutes(length: timedelta | None) -> float | None:
    return None if length is None else length / _MINUTE
