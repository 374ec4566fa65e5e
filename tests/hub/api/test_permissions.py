"""Who may call what: nobody without a session, nobody from another site's page, and each role what it may."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.ids import mint
from domain.permissions import Role
from hub.main import document
from tests.conftest import NOW
from tests.hub.api.premises import Premises

#: A body that each operation takes.
_BODIES: dict[str, dict[str, Any]] = {
    "reply": {"client_id": str(mint(NOW)), "text": "Bonjour"},
    "close": {"reason": "answered"},
    "decide": {"decision": "resend"},
}
_OPERATIONS_ALONE = {"ledger", "quarantine", "replay"}


def _operations() -> Iterator[tuple[str, str, str]]:
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            example = "event-1" if "quarantine" in path else str(mint(NOW))
            yield method.upper(), path.replace("{id}", example), operation["operationId"]


_EVERY = tuple(operation for operation in _operations() if operation[2] != "sign_in")


@pytest.mark.database
class TestAnOperation:
    async def test_is_refused_without_a_session(self, premises: Premises) -> None:
        assert len(_EVERY) >= 14
        async with premises.stranger() as client:
            for method, path, name in _EVERY:
                answer = await client.request(method, path, json=_BODIES.get(name))
                assert (answer.status_code, name) == (401, name)
                assert answer.headers["content-type"] == "application/problem+json"

    async def test_that_changes_something_is_refused_from_another_sites_page(self, premises: Premises) -> None:
        async with await premises.signed_in(**{"Sec-Fetch-Site": "cross-site"}) as client:
            for method, path, name in _EVERY:
                answer = await client.request(method, path, json=_BODIES.get(name))
                assert (answer.status_code == 403, name) == (method != "GET" or name in _OPERATIONS_ALONE, name)

    @pytest.mark.parametrize("role", [Role.ADVISER, Role.MEDICAL])
    async def test_of_operations_is_for_administrators(self, premises: Premises, role: Role) -> None:
        async with await premises.signed_in(role) as client:
            for method, path, name in _EVERY:
                if name in _OPERATIONS_ALONE:
                    answer = await client.request(method, path)
                    assert (answer.status_code, name) == (403, name)


@pytest.mark.database
class TestTheDocumentation:
    @pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"])
    async def test_is_not_served(self, premises: Premises, path: str) -> None:
        async with premises.stranger() as client:
            assert (await client.get(path)).status_code == 404
