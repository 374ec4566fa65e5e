"""The bench says what it measured beside what was promised."""

import json

import pytest

from hub.__main__ import main
from hub.bench.budgets import BUDGETS, Budget
from hub.bench.load import figures


class TestABudget:
    def test_of_at_least_is_met_with_room_above_it(self) -> None:
        judged = Budget("webhooks", "/s", at_least=5000).judge(6000)
        assert (judged["met"], judged["ratio"], judged["budget"]) == (True, 1.2, "≥ 5000")
        assert Budget("webhooks", "/s", at_least=5000).judge(4000)["met"] is False

    def test_of_at_most_is_met_with_room_below_it(self) -> None:
        judged = Budget("memory", "MB", at_most=400).judge(200)
        assert (judged["met"], judged["ratio"]) == (True, 2.0)
        assert Budget("memory", "MB", at_most=400).judge(401)["met"] is False

    def test_says_one_thing_at_a_time(self) -> None:
        assert all((one.at_least is None) != (one.at_most is None) for one in BUDGETS.values())


class TestTheFigures:
    def test_are_a_rate_and_two_cuts_in_milliseconds(self) -> None:
        assert figures([0.001] * 98 + [0.5] * 2, 2.0) == {"per_second": 50.0, "p50_ms": 1.0, "p99_ms": 500.0}


@pytest.mark.long
@pytest.mark.database
class TestTheBench:
    def test_prints_json_that_a_machine_can_read(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["bench", "--quick", "--only", "pipeline"]) == 0
        report = json.loads(capsys.readouterr().out)
        assert set(report["figures"]) == {"pipeline_per_second"}
        assert report["figures"]["pipeline_per_second"]["figure"] > 0
