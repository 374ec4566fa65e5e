"""How a lab reads its cases, what it says of input that it cannot use, and how it is called."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.__main__ import main
from tests.hub.lab.files import CALENDARS, write

Case = dict[str, Any]
GOOD = json.dumps({"id": "good", "sent_on": "2026-04-24"})
DUE: Case = {
    "id": "bad",
    "type": "due",
    "calendar": "BH",
    "start": "2026-06-12T17:00:00Z",
    "target_minutes": 60,
}


class TestUnusableInput:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("{not json", "no JSON"),
            ("[1, 2]", "no JSON object"),
            ('{"sent_on": "2026-04-24"}', "“id” is missing"),
            ('{"id": "bad"}', "neither of a type"),
            ('{"id": "bad", "type": "forecast"}', "neither of a type"),
            ('{"id": "bad", "sent_on": "2026-02-30"}', "no ISO 8601 date"),
            ('{"id": "bad", "sent_on": "24/04/2026"}', "no ISO 8601 date"),
            ('{"id": "bad", "sent_at": "yesterday"}', "no ISO 8601 instant"),
            ('{"id": "bad", "sent_on": "1515-09-13"}', "lies in 1515"),
            ('{"id": "bad", "kind": "adoption", "event_date": "2026-01-01"}', "none of dependants_bia"),
            (json.dumps(DUE | {"calendar": "MOON"}), "MOON is none of BH"),
            (json.dumps(DUE | {"calendar": None}), "“calendar” is missing"),
            (json.dumps(DUE | {"target_minutes": "60"}), "no number"),
            (json.dumps(DUE | {"target_minutes": True}), "no number"),
            (json.dumps(DUE | {"target_minutes": -1}), "negative"),
            (json.dumps(DUE | {"target_minutes": 10**400}), "too large"),
            (json.dumps(DUE | {"target_minutes": 1e18}), "out of the calendar"),
            (json.dumps(DUE | {"target_minutes": float("nan")}), "NaN is no JSON number"),
            (json.dumps(DUE | {"pauses": ["always"]}), "no list of objects"),
            (json.dumps(DUE | {"pauses": [{"to": "2026-06-12T17:00:00Z"}]}), "“from” is missing"),
            (
                json.dumps(DUE | {"pauses": [{"from": "2026-06-12T17:00:00Z", "to": "2026-06-12T16:00:00Z"}]}),
                "cannot end",
            ),
            (json.dumps(DUE | {"type": "elapsed", "end": "2026-06-12T16:00:00Z"}), "is before “start”"),
            (
                json.dumps(DUE | {"type": "reopen", "events": [{"state": "asleep", "at": "2026-06-12T18:00:00Z"}]}),
                "none of open, waiting_member",
            ),
            (
                json.dumps(DUE | {"type": "reopen", "events": [{"state": "solved", "at": "2026-06-12T16:00:00Z"}]}),
                "before “start”",
            ),
        ],
    )
    def test_is_named_with_its_line_and_the_reason(
        self, tmp_path: Path, calendars: Path, capsys: pytest.CaptureFixture[str], line: str, reason: str
    ) -> None:
        file = write(tmp_path / "cases.jsonl", [GOOD, "", line, GOOD])
        status = main(["lab", "clocks", str(file), "--calendars", str(calendars)])
        said = capsys.readouterr()
        assert status == 2
        assert "line 3: " in said.err
        assert reason in said.err
        assert [json.loads(answer)["id"] for answer in said.out.splitlines()] == ["good", "good"]

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"tz": "Europe/Atlantis"}, "Atlantis"),
            ({"tz": "Europe"}, "BH"),
            ({"tz": 1}, "BH"),
            ({"days": []}, "days"),
            ({"days": ["Monday"]}, "days"),
            ({"open": "8h"}, "BH"),
            ({"open": "21:00"}, "closes"),
            ({"close": "25:00"}, "BH"),
            ({"holidays": "DE"}, "holidays of 'DE'"),
        ],
    )
    def test_can_be_a_calendar(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Case, reason: str
    ) -> None:
        file = write(tmp_path / "cases.jsonl", [GOOD])
        wrong = write(tmp_path / "wrong.json", [json.dumps({"BH": CALENDARS["BH"] | change})])
        assert main(["lab", "clocks", str(file), "--calendars", str(wrong)]) == 2
        said = capsys.readouterr()
        assert reason in said.err
        assert said.out == ""

    @pytest.mark.parametrize("text", ["{", "[]", '{"BH": 1}', '{"BH": {}}'])
    def test_can_be_the_whole_file_of_calendars(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
    ) -> None:
        file = write(tmp_path / "cases.jsonl", [GOOD])
        wrong = write(tmp_path / "wrong.json", [text])
        assert main(["lab", "clocks", str(file), "--calendars", str(wrong)]) == 2
        assert capsys.readouterr().err

    def test_can_be_a_file_that_is_not_there(
        self, tmp_path: Path, calendars: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        here, missing = write(tmp_path / "cases.jsonl", [GOOD]), str(tmp_path / "missing")
        assert main(["lab", "clocks", missing, "--calendars", str(calendars)]) == 2
        assert main(["lab", "clocks", str(here), "--calendars", missing]) == 2
        assert capsys.readouterr().err.count("missing") == 2


class TestTheLab:
    def test_prints_in_the_order_of_the_input_and_keeps_every_sort_of_id(
        self, tmp_path: Path, calendars: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ids = ["b", 7, "a\u2028é", "a"]
        file = tmp_path / "cases.jsonl"
        cases = [json.dumps({"id": one, "sent_on": "2026-04-24"}, ensure_ascii=False) for one in ids]
        file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(cases).encode())
        assert main(["lab", "clocks", str(file), "--calendars", str(calendars)]) == 0
        assert [json.loads(line)["id"] for line in capsys.readouterr().out.split("\n")[:-1]] == ids

    def test_takes_the_only_calendar_there_is_when_a_case_names_none(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        only = write(tmp_path / "only.json", [json.dumps({"BH": CALENDARS["BH"]})])
        case = {"id": "one", "type": "due", "start": "2026-06-12T17:00:00Z", "target_minutes": 60}
        file = write(tmp_path / "cases.jsonl", [json.dumps(case)])
        assert main(["lab", "clocks", str(file), "--calendars", str(only)]) == 0
        assert json.loads(capsys.readouterr().out)["due"] == "2026-06-12T18:00:00Z"

    def test_says_how_it_is_used(self, capsys: pytest.CaptureFixture[str]) -> None:
        for arguments in (["lab", "--help"], ["lab", "clocks", "--help"]):
            with pytest.raises(SystemExit) as ended:
                main(arguments)
            assert ended.value.code == 0
            assert "clocks" in capsys.readouterr().out

    @pytest.mark.parametrize("arguments", [["lab"], ["lab", "palmistry"], ["lab", "clocks"], ["lab", "clocks", "file"]])
    def test_refuses_to_be_misused(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        assert "usage" in capsys.readouterr().err
