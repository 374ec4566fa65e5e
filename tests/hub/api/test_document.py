"""The OpenAPI document: what the console was built against, written the same way each time, without a database."""

import json
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.main import document

DOCUMENT = Path(__file__).resolve().parents[3] / "console" / "openapi.json"


class TestTheDocument:
    def test_is_the_one_that_the_console_was_built_against(self) -> None:
        assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == document()

    def test_is_printed_the_same_each_time_and_needs_no_database(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
        printed = []
        for _ in range(2):
            assert main(["openapi"]) == 0
            printed.append(capsys.readouterr().out)
        assert printed == [DOCUMENT.read_text(encoding="utf-8")] * 2

    def test_says_of_every_operation_what_it_does_and_how_it_fails(self) -> None:
        names = []
        for operations in document()["paths"].values():
            for operation in operations.values():
                names.append(operation["operationId"])
                assert operation["summary"]
                assert operation["description"]
                assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
        assert len(set(names)) == len(names) >= 15
