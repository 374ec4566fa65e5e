"""Limits: a request has its time, and whoever used it up is told so; an answer that has begun may take its own."""

import asyncio

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from hub.api.limits import Limits
from hub.logging import correlation_id


class _Application:
    """Reads a body, thinks, and answers in two parts."""

    def __init__(self, *, thinks: float = 0.0, pauses: float = 0.0) -> None:
        self._thinks, self._pauses = thinks, pauses
        self.seen = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen = correlation_id.get()
        while (await receive()).get("more_body"):
            pass
        await asyncio.sleep(self._thinks)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one ", "more_body": True})
        await asyncio.sleep(self._pauses)  # longer than the limit: that is what is tested
        await send({"type": "http.response.body", "body": b"two"})


async def _ask(app: _Application, *, body: object = b"", **headers: str) -> httpx.Response:
    limited = Limits(app, body_bytes=100, seconds=0.05)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=limited), base_url="http://hub.local") as client:
        return await client.post("/", content=body, headers=headers)  # type: ignore[arg-type]


class TestARequest:
    async def test_that_takes_too_long_is_given_up_and_may_come_back(self) -> None:
        answer = await _ask(_Application(thinks=60))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_whose_body_does_not_come_is_told_so(self) -> None:
        async def slow() -> object:
            yield b"a"
            await asyncio.Event().wait()

        answer = await _ask(_Application(), body=slow())
        assert answer.status_code == 408

    async def test_whose_answer_has_begun_has_all_the_time_it_needs(self) -> None:
        answer = await _ask(_Application(pauses=0.2))
        assert (answer.status_code, answer.text) == (200, "one two")

    @pytest.mark.parametrize("given", ["a-1.b_2", "x" * 64])
    async def test_is_logged_under_the_id_that_its_caller_gave(self, given: str) -> None:
        app = _Application()
        answer = await _ask(app, **{"X-Request-Id": given})
        assert answer.headers["x-request-id"] == app.seen == given
        assert correlation_id.get() == "-"

    @pytest.mark.parametrize("given", ["", "x" * 65, "a b"])
    async def test_has_an_id_of_ours_when_that_is_none(self, given: str) -> None:
        app = _Application()
        await _ask(app, **{"X-Request-Id": given})
        assert len(app.seen) == 16
