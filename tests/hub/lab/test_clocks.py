"""`hub lab clocks`: what it prints for a case."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.__main__ import main
from tests.hub.lab.files import write

SAMPLES = Path(__file__).parents[4] / "shared/lab/samples"
Case = dict[str, Any]
Solve = Callable[[Case], Case]


@pytest.fixture
def solve(tmp_path: Path, calendars: Path, capsys: pytest.CaptureFixture[str]) -> Solve:
    """Run one case; gives what was printed, without its id."""

    def run(case: Case) -> Case:
        file = write(tmp_path / "cases.jsonl", [json.dumps({"id": "one", **case})])
        status = main(["lab", "clocks", str(file), "--calendars", str(calendars)])
        said = capsys.readouterr()
        assert status == 0, said.err
        answer: Case = json.loads(said.out)
        assert answer.pop("id") == "one"
        return answer

    return run


def _due(calendar: str, start: str, minutes: float) -> Case:
    return {
        "type": "due",
        "calendar": calendar,
        "start": start,
        "target_minutes": minutes,
        "pauses": [],
    }


class TestTheSamples:
    def test_are_solved_as_given(self, capsys: pytest.CaptureFixture[str]) -> None:
        if not SAMPLES.is_dir():
            pytest.skip(f"no samples in {SAMPLES}")
        status = main(["lab", "clocks", str(SAMPLES / "clocks.jsonl"), "--calendars", str(SAMPLES / "calendar.json")])
        assert status == 0
        assert capsys.readouterr().out == (SAMPLES / "clocks.solved.jsonl").read_text(encoding="utf-8")


class TestADueTime:
    @pytest.mark.parametrize(
        ("case", "due", "warning"),
        [
            (_due("BH", "2026-06-12T17:30:00Z", 60), "2026-06-15T06:30:00Z", "2026-06-15T06:15:00Z"),
            (_due("BH", "2026-06-12T17:00:00Z", 60), "2026-06-12T18:00:00Z", "2026-06-12T17:45:00Z"),
            (_due("BH", "2026-06-12T19:30:00+02:00", 20), "2026-06-12T17:50:00Z", "2026-06-12T17:45:00Z"),
            (_due("BH", "2026-06-12T17:30:00", 20), "2026-06-12T17:50:00Z", "2026-06-12T17:45:00Z"),
            (_due("BH", "2026-06-13T10:00:00Z", 20), "2026-06-15T06:20:00Z", "2026-06-15T06:15:00Z"),
            (_due("BH", "2026-06-12T08:00:00Z", 0.5), "2026-06-12T08:00:30Z", "2026-06-12T08:00:22.500000Z"),
            (_due("BH", "2026-06-12T08:00:00Z", 0), "2026-06-12T08:00:00Z", "2026-06-12T08:00:00Z"),
            # Easter Monday, Ascension; Good Friday and 26 December are holidays in Alsace alone.
            (_due("BH", "2026-04-03T17:00:00Z", 120), "2026-04-07T07:00:00Z", "2026-04-07T06:30:00Z"),
            (_due("BH", "2026-05-13T17:00:00Z", 120), "2026-05-15T07:00:00Z", "2026-05-15T06:30:00Z"),
            (_due("BH", "2025-12-24T18:00:00Z", 120), "2025-12-26T08:00:00Z", "2025-12-26T07:30:00Z"),
            (_due("BH", "2026-04-03T06:00:00Z", 720), "2026-04-03T18:00:00Z", "2026-04-03T15:00:00Z"),
            (_due("NO-HOLIDAYS", "2026-04-03T17:00:00Z", 120), "2026-04-06T07:00:00Z", "2026-04-06T06:30:00Z"),
            # the nights the clocks change
            (_due("ALWAYS", "2026-03-28T23:00:00Z", 23 * 60), "2026-03-29T22:00:00Z", "2026-03-29T16:15:00Z"),
            (_due("ALWAYS", "2026-10-24T22:00:00Z", 25 * 60), "2026-10-25T23:00:00Z", "2026-10-25T16:45:00Z"),
            (_due("BH", "2026-03-27T18:00:00Z", 120), "2026-03-30T07:00:00Z", "2026-03-30T06:30:00Z"),
            # open until midnight in New York, Friday and Saturday
            (_due("EVENING", "2026-06-12T22:30:00Z", 330), "2026-06-13T04:00:00Z", "2026-06-13T02:37:30Z"),
            (_due("EVENING", "2026-06-12T22:30:00Z", 331), "2026-06-13T22:31:00Z", "2026-06-13T02:38:15Z"),
        ],
    )
    def test_is_counted_in_opening_hours(self, solve: Solve, case: Case, due: str, warning: str) -> None:
        assert solve(case) == {"due": due, "warning_75": warning}

    @pytest.mark.parametrize(
        ("pauses", "due", "warning"),
        [
            ([("08:10", "08:20"), ("08:15", "08:30")], "09:20", "09:05"),  # overlapping
            ([("07:00", "08:30")], "09:30", "09:15"),  # began before the start
            ([("19:00", "23:00")], "09:00", "08:45"),  # outside hours
            ([("08:45", None)], None, "08:45"),
            ([("08:44", None)], None, None),
            ([("09:00", None)], "09:00", "08:45"),
            ([("08:10", "08:20"), ("08:50", None)], None, None),
            ([("08:10", "08:20"), ("09:00", None), ("08:56", None)], None, "08:55"),
        ],
    )
    def test_stands_still_during_the_union_of_pauses(
        self, solve: Solve, pauses: list[tuple[str, str | None]], due: str | None, warning: str | None
    ) -> None:
        def at(hour: str | None) -> str | None:
            return None if hour is None else f"2026-06-12T{hour}:00Z"

        case = _due("BH", "2026-06-12T08:00:00Z", 60) | {
            "pauses": [{"from": at(begin), "to": at(end)} for begin, end in pauses]
        }
        assert solve(case) == {"due": at(due), "warning_75": at(warning)}

    def test_needs_no_pauses_and_ignores_what_it_does_not_know(self, solve: Solve) -> None:
        case = _due("BH", "2026-06-12T17:00:00Z", 60) | {"pauses": None, "expect": {"due": "never"}, "kind": "x"}
        assert solve(case)["due"] == "2026-06-12T18:00:00Z"


class TestElapsedTime:
    @pytest.mark.parametrize(
        ("calendar", "start", "end", "pauses", "business", "gross"),
        [
            ("BH", "2026-06-12T15:00:00Z", "2026-06-15T07:00:00Z", [], 240.0, 3840.0),
            ("BH", "2026-06-12T15:00:00Z", "2026-06-12T15:00:00Z", [], 0.0, 0.0),
            ("BH", "2026-06-12T15:00:00Z", "2026-06-12T15:00:45Z", [], 0.75, 0.75),
            ("ALWAYS", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", [], 1380.0, 1380.0),
            ("ALWAYS", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", [], 1500.0, 1500.0),
            ("BH", "2026-06-12T06:00:00Z", "2026-06-12T18:00:00Z", [("T07", "T09"), ("T08", "T10")], 540.0, 720.0),
            ("BH", "2026-06-12T06:00:00Z", "2026-06-12T18:00:00Z", [("T17", None)], 660.0, 720.0),
            ("BH", "2026-06-12T06:00:00Z", "2026-06-13T06:00:00Z", [("T18", "T23")], 720.0, 1440.0),
        ],
    )
    def test_is_told_in_opening_hours_without_pauses_and_gross(
        self,
        solve: Solve,
        calendar: str,
        start: str,
        end: str,
        pauses: list[tuple[str, str | None]],
        business: float,
        gross: float,
    ) -> None:
        case = {
            "type": "elapsed",
            "calendar": calendar,
            "start": start,
            "end": end,
            "pauses": [
                {"from": f"2026-06-12{begin}:00:00Z", "to": None if stop is None else f"2026-06-12{stop}:00:00Z"}
                for begin, stop in pauses
            ],
        }
        assert solve(case) == {"business_minutes": business, "calendar_minutes": gross}


def _reopen(*events: tuple[str, str], calendar: str = "BH") -> Case:
    return {
        "type": "reopen",
        "calendar": calendar,
        "start": "2026-06-12T17:00:00Z",  # Friday 19:00 in Paris
        "events": [{"state": state, "at": at} for state, at in events],
    }


def _figures(answer: Case, measure: str) -> list[float | None]:
    names = ("first_resolution", "full_resolution", "hub", "member_wait")
    return [answer[f"{name}_{measure}_minutes"] for name in names]


class TestAReopenedTicket:
    def test_has_a_first_and_a_full_resolution_and_its_time_by_side(self, solve: Solve) -> None:
        answer = solve(
            _reopen(
                ("waiting_member", "2026-06-12T17:30:00Z"),
                ("open", "2026-06-15T06:30:00Z"),
                ("solved", "2026-06-15T07:00:00Z"),
                ("open", "2026-06-15T08:00:00Z"),
                ("solved", "2026-06-15T08:10:00Z"),
            )
        )
        assert list(answer) == [
            *(f"{name}_business_minutes" for name in ("first_resolution", "full_resolution", "hub", "member_wait")),
            *(f"{name}_calendar_minutes" for name in ("first_resolution", "full_resolution", "hub", "member_wait")),
        ]
        assert _figures(answer, "business") == [120.0, 190.0, 70.0, 60.0]
        assert _figures(answer, "calendar") == [3720.0, 3790.0, 70.0, 3660.0]

    def test_may_have_its_events_in_any_order(self, solve: Solve) -> None:
        events = [("waiting_member", "2026-06-12T17:10:00Z"), ("solved", "2026-06-12T17:30:00Z")]
        assert solve(_reopen(*events)) == solve(_reopen(*reversed(events)))

    def test_is_in_the_state_told_last_of_one_instant(self, solve: Solve) -> None:
        at, end = "2026-06-12T17:10:00Z", "2026-06-12T17:30:00Z"
        answer = solve(_reopen(("waiting_member", at), ("open", at), ("solved", end)))
        assert _figures(answer, "calendar") == [30.0, 30.0, 30.0, 0.0]

    def test_has_no_resolution_when_never_solved(self, solve: Solve) -> None:
        answer = solve(_reopen(("waiting_member", "2026-06-12T17:10:00Z"), ("open", "2026-06-12T17:30:00Z")))
        assert _figures(answer, "business") == [None, None, 10.0, 20.0]

    def test_ends_at_its_start_without_events(self, solve: Solve) -> None:
        assert _figures(solve(_reopen()), "calendar") == [None, None, 0.0, 0.0]

    def test_keeps_its_full_resolution_while_it_is_open_again(self, solve: Solve) -> None:
        answer = solve(_reopen(("solved", "2026-06-12T17:20:00Z"), ("open", "2026-06-12T17:50:00Z")))
        assert _figures(answer, "business") == [20.0, 20.0, 20.0, 0.0]

    def test_gives_a_partner_s_time_to_nobody_here(self, solve: Solve) -> None:
        answer = solve(_reopen(("waiting_partner", "2026-06-12T17:20:00Z"), ("solved", "2026-06-12T17:50:00Z")))
        assert _figures(answer, "calendar") == [50.0, 50.0, 20.0, 0.0]


class TestAComplaint:
    @pytest.mark.parametrize(
        ("sent", "acknowledgement", "answer", "mediator"),
        [
            ({"sent_on": "2026-04-24"}, "2026-05-07", "2026-06-24", "2027-04-24"),
            ({"sent_at": "2026-04-23T22:00:00Z"}, "2026-05-07", "2026-06-24", "2027-04-24"),  # midnight in Paris
            ({"sent_at": "2026-04-23T21:59:59Z"}, "2026-05-06", "2026-06-23", "2027-04-23"),
            ({"sent_at": "2026-04-24T23:30:00-06:00"}, "2026-05-09", "2026-06-25", "2027-04-25"),
            ({"sent_on": "2026-12-31"}, "2027-01-13", "2027-02-28", "2027-12-31"),
            ({"sent_on": "2028-02-29"}, "2028-03-11", "2028-04-29", "2029-02-28"),
        ],
    )
    def test_has_its_legal_dates(
        self, solve: Solve, sent: Case, acknowledgement: str, answer: str, mediator: str
    ) -> None:
        assert solve(sent) == {"ack_due": acknowledgement, "answer_due": answer, "mediator_limit": mediator}


class TestAMemberDeadline:
    @pytest.mark.parametrize(
        ("kind", "event", "request_date", "expected"),
        [
            ("dependants_bia_30_days_after_departure", "2026-03-03", None, ("2026-04-02", None, None, None)),
            ("dependants_bia_30_days_after_departure", "2026-03-03", "2026-04-02", ("2026-04-02", None, True, None)),
            (
                "dependants_bia_30_days_after_departure",
                "2026-03-03",
                "2026-04-03",
                ("2026-04-02", None, False, "2026-05-01"),
            ),
            ("dependant_join_3_months_after_departure", "2026-11-30", None, ("2027-02-28", None, None, None)),
            ("newborn_1_month", "2026-01-31", "2026-02-28", ("2026-02-28", None, True, None)),
            (
                "spouse_change_earlier_of_1_month_and_30_days",
                "2026-01-31",
                "2026-03-01",
                ("2026-02-28", "2026-03-02", False, "2026-04-01"),
            ),
            (
                "spouse_change_earlier_of_1_month_and_30_days",
                "2026-07-10",
                None,
                ("2026-08-09", "2026-08-10", None, None),
            ),
            ("late_declaration_effect", "2026-11-01", "2026-12-31", ("2026-12-01", None, False, "2027-01-01")),
        ],
    )
    def test_says_until_when_and_what_late_means(
        self, solve: Solve, kind: str, event: str, request_date: str | None, expected: tuple[object, ...]
    ) -> None:
        case = {"kind": kind, "event_date": event, "request_date": request_date}
        assert solve(case) == dict(zip(("deadline", "possible_until", "in_time", "effect"), expected, strict=True))
