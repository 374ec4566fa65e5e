"""Whatever is sent to whatever operation: never a failure of ours, always an answer as the document says."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from domain.permissions import Role
from hub.api.viewer import COOKIE
from hub.clock import FixedClock
from hub.main import document
from storage.engine import connect
from storage.keys import Keyring
from tests.conftest import NOW
from tests.hub.api.premises import PASSWORD, premises_on, served
from tests.hub.journey.house import house_on

SEED, EXAMPLES = 20261122, 40
_CHECKS = (content_type_conformance, response_schema_conformance, status_code_conformance)
_SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(document())))
_OPERATIONS = [result.ok() for result in _SCHEMA.get_all_operations()]


@dataclass(frozen=True, slots=True)
class _Hub:
    """A hub that is served from another thread. `ids`: what exists in it, by the folder of its address."""

    url: str
    ids: dict[str, str]

    def session(self) -> str:
        """A fresh session of an administrator."""
        credentials = {"email": f"{Role.ADMINISTRATOR}@hub.example", "password": PASSWORD}
        return httpx.post(f"{self.url}/api/session", json=credentials).raise_for_status().cookies[COOKIE]


@pytest.fixture
def hub(fresh_database_url: str, keyring: Keyring, tmp_path: Path) -> Iterator[_Hub]:
    """A hub with a ticket, a message, a failed delivery and something in quarantine."""
    ready: Future[_Hub] = Future()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        engine = connect(fresh_database_url)
        try:
            async with (
                house_on(engine, fresh_database_url, keyring, FixedClock(NOW)) as house,
                premises_on(house, tmp_path) as premises,
                served(premises.app) as address,
            ):
                await house.bring_bytes(b"{nothing of ours")
                ticket_id = await premises.ticket()
                await house.answer(ticket_id)
                ready.set_result(_Hub(f"http://{address}", {"tickets": str(ticket_id), "quarantine": "event-1"}))
                await over.wait()
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise
        finally:
            await engine.dispose()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        yield ready.result(timeout=60)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@pytest.mark.database
class TestEveryRequest:
    @pytest.mark.parametrize("mode", list(GenerationMode))
    def test_is_answered_as_the_document_says(self, hub: _Hub, mode: GenerationMode) -> None:
        for operation in _OPERATIONS:
            if mode is GenerationMode.POSITIVE or _can_be_misused(operation):
                _try(operation, hub, mode)


def _can_be_misused(operation: Any) -> bool:
    """Whether it takes anything that could be wrong."""
    return bool(list(operation.iter_parameters()) or list(operation.body))


def _try(operation: Any, hub: _Hub, mode: GenerationMode) -> None:
    token, known = hub.session(), hub.ids.get(operation.path.split("/")[2], "")

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), meant=st.booleans())
    def send(case: Any, meant: bool) -> None:
        if known and meant:
            case.path_parameters = {"id": known}
        response = case.call(base_url=hub.url, cookies={COOKIE: token})
        if response.status_code >= 400:
            problem = response.json()
            assert response.headers["content-type"][0] == "application/problem+json"
            assert (problem["status"], bool(problem["detail"])) == (response.status_code, True)
        if response.status_code != 503:
            case.validate_response(response, checks=(not_a_server_error, *_CHECKS))

    send()
