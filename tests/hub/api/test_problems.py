"""Whatever goes wrong is told in a problem document that says what, and nothing that a stranger should not know."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from asyncpg.exceptions import (
    CannotConnectNowError,
    DeadlockDetectedError,
    DiskFullError,
    PostgresError,
    TooManyConnectionsError,
    UndefinedTableError,
)
from sqlalchemy.exc import DBAPIError

from hub.api.errors import problem_for
from hub.api.schemas import Problem
from storage.engine import connect
from tests.hub.api.premises import Premises, premises_on
from tests.hub.journey.house import House

pytestmark = pytest.mark.database
TICKETS = "/api/tickets"
SIGN_IN = "/api/session"


def _problem(answer: httpx.Response, status: int) -> Problem:
    assert (answer.status_code, answer.text[:200]) == (status, answer.text[:200])
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(answer.content)
    assert problem.status == status
    return problem


class TestAProblem:
    async def test_says_that_nothing_has_the_address(self, premises: Premises) -> None:
        async with await premises.signed_in() as client:
            for path in ("/api/nothing", "/nothing", f"{TICKETS}/", f"{TICKETS}/0192d3a0-0000-7000-8000-000000000001"):
                _problem(await client.get(path), 404)

    async def test_names_the_methods_that_an_address_knows(self, premises: Premises) -> None:
        async with await premises.signed_in() as client:
            answer = await client.patch(TICKETS)
        _problem(answer, 405)
        assert answer.headers["allow"] == "GET"

    async def test_asks_for_json(self, premises: Premises) -> None:
        async with premises.stranger() as client:
            for kind in ("text/plain", "multipart/form-data; boundary=x"):
                _problem(await client.post(SIGN_IN, content=b"{}", headers={"Content-Type": kind}), 415)

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=many", "limit"),
            ("state=lost", "state"),
            ("after=not-a-cursor", "after"),
            ("after=WzEsMiwzXQ", "after"),
            ("owner=a%00b", "owner"),
            (f"owner={'x' * 101}", "owner"),
        ],
    )
    async def test_names_the_field_at_fault(self, premises: Premises, query: str, field: str) -> None:
        async with await premises.signed_in() as client:
            problem = _problem(await client.get(f"{TICKETS}?{query}"), 422)
        assert [error.field for error in problem.errors] == [field]
        assert problem.errors[0].reason

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (b"", "body"),
            (b"{", "body"),
            (b"[]", "body"),
            (b'{"email": "a@b.example"}', "password"),
            (b'{"email": "a@b.example", "password": "x", "more": 1}', "more"),
            (b'{"email": "a@b.example", "password": "x\\u0000"}', "password"),
            (b'{"email": "a@b.example", "password": "x\\ud800"}', "password"),
            (b'{"email": "a@b.example", "password": "x", "\\ud800": 1}', "body"),
        ],
    )
    async def test_names_the_field_of_a_body(self, premises: Premises, body: bytes, field: str) -> None:
        async with premises.stranger() as client:
            answer = await client.post(SIGN_IN, content=body, headers={"Content-Type": "application/json"})
        assert [error.field for error in _problem(answer, 422).errors] == [field]

    async def test_never_fails_over_bytes_that_are_no_text(self, premises: Premises) -> None:
        async with premises.stranger() as client:
            for body in (b"\xff\xfe", b"[" * 100_000, b'{"email": "\xff"}'):
                answer = await client.post(SIGN_IN, content=body, headers={"Content-Type": "application/json"})
                assert answer.status_code in (400, 422)
                _problem(answer, answer.status_code)

    async def test_tells_nothing_of_a_fault_of_ours(
        self, house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken = premises_on(replace(house, hub=replace(house.hub, matrix=None)), tmp_path)  # type: ignore[arg-type]
        async with broken as premises, await premises.signed_in(**{"X-Request-Id": "call-7"}) as client:
            problem = _problem(await client.get("/api/catalogue"), 500)
        assert "NoneType" not in problem.detail
        assert "call-7" in problem.detail
        (record,) = [record for record in caplog.records if record.message == "request_failed"]
        assert record.fields["error"].startswith("AttributeError in hub.api.catalogue:")  # type: ignore[attr-defined]


class TestADatabaseThatIsAway:
    async def test_is_a_503_that_says_when_to_come_back(self, premises: Premises) -> None:
        engine = connect("postgresql://hub@127.0.0.1:9/hub", pool=1)
        async with await premises.signed_in() as client:
            premises.app.state.reception = replace(premises.reception, hub=replace(premises.hub, engine=engine))
            answer = await client.get(TICKETS)
        await engine.dispose()
        _problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0


class TestADatabaseThatTakesNobodyIn:
    @pytest.mark.parametrize(
        "error", [TooManyConnectionsError, CannotConnectNowError, DeadlockDetectedError, DiskFullError]
    )
    def test_is_a_503_too(self, error: type[PostgresError]) -> None:
        assert problem_for(DBAPIError("SELECT", None, error("not now"))).status_code == 503
        assert problem_for(error("not now")).status_code == 503

    def test_is_not_a_statement_that_is_wrong(self) -> None:
        assert problem_for(DBAPIError("SELECT", None, UndefinedTableError("no such table"))).status_code == 500


async def _pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 1000


class TestABody:
    @pytest.fixture
    async def small(self, house: House, tmp_path: Path) -> AsyncIterator[Premises]:
        async with premises_on(house, tmp_path, body_limit_bytes=5000) as premises:
            yield premises

    async def test_that_says_it_is_too_large_is_refused(self, small: Premises) -> None:
        async with small.stranger() as client:
            _problem(await client.post(SIGN_IN, content=b" " * 5001), 413)

    async def test_that_is_too_large_and_does_not_say_so_is_refused(self, small: Premises) -> None:
        async with small.stranger() as client:
            json = {"Content-Type": "application/json"}
            _problem(await client.post(SIGN_IN, content=_pieces(6), headers=json), 413)
            _problem(await client.post(f"/webhooks/{small.house.fake.id}", content=_pieces(6)), 413)

    async def test_of_exactly_the_limit_is_read(self, small: Premises) -> None:
        async with small.stranger() as client:
            json = {"Content-Type": "application/json"}
            _problem(await client.post(SIGN_IN, content=_pieces(5), headers=json), 422)


class TestAnAnswer:
    async def test_carries_the_id_of_its_request(self, premises: Premises) -> None:
        async with premises.stranger() as client:
            given = await client.get("/healthz", headers={"X-Request-Id": "abc-1"})
            odd = await client.get("/healthz", headers={"X-Request-Id": "a b\tc"})
        assert given.headers["x-request-id"] == "abc-1"
        assert odd.headers["x-request-id"] not in ("", "a b\tc")

    @pytest.mark.parametrize("path", ["/healthz", "/api/session", "/nothing"])
    async def test_keeps_browsers_safe(self, premises: Premises, path: str) -> None:
        async with premises.stranger() as client:
            headers = (await client.get(path)).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert (headers.get("cache-control") == "no-store") == path.startswith("/api")
