"""The provider's side of the fake channel: an HTTP server on loopback that does what it is told.

POST /           a call, its key in `idempotency-key`      → 200 {"provider_id": …}, unless it behaves otherwise
GET  /?key=…     what became of the call with this key     → 200 {"provider_id": …} or 404
GET  /accepted   every call taken, the oldest first
POST /behaviour  behave so from now on (fields of Behaviour)
POST /emissions  {"how": fields of Emission, "events": […]}: say these events to a hub
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from channels.fake.acceptance_log import AcceptanceLog, Accepted
from channels.fake.behaviour import Behaviour, BehaviourInvalid, read_behaviour
from channels.fake.emission import Emission, Emitted, WireEvent, emit
from channels.fake.http import Request, Response, serving
from channels.fake.send import KEY_HEADER
from channels.fake.settings import SettingInvalid
from domain.clock import Clock
from domain.ids import mint


class _Call(msgspec.Struct, frozen=True):
    """The part of a call's body that the provider reads."""

    to: str
    text: str


class _EmissionOrder(msgspec.Struct, frozen=True):
    """The body of POST /emissions."""

    how: Emission
    events: tuple[msgspec.Raw, ...]


class FakeProvider:
    """Takes calls as its behaviour says and remembers each; says events to a hub on command."""

    def __init__(self, *, clock: Clock, log: Path | None = None) -> None:
        """With a log's path, what is taken is on the disk before the answer goes out."""
        self._clock = clock
        self._log = AcceptanceLog(log)
        self._taking = asyncio.Lock()
        self._behaviour = Behaviour()
        self._calls = 0
        self._troubled = 0

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every call taken, the oldest first."""
        return self._log.accepted

    @property
    def behaviour(self) -> Behaviour:
        """How calls are treated; assign another at any time."""
        return self._behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._calls = self._troubled = 0

    @asynccontextmanager
    async def listening(self, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
        """Serve while the context is open; yields the address to call. Raises OSError when it cannot listen."""
        async with serving(self._answer, host=host, port=port) as (where, number):
            yield f"http://{where}:{number}/"

    async def emit(self, events: Sequence[WireEvent], *, how: Emission) -> tuple[Emitted, ...]:
        """Say events to a hub. Raises SettingInvalid."""
        return await emit(events, how=how)

    async def _answer(self, request: Request) -> Response | None:
        path = urlsplit(request.target).path
        match request.method, path:
            case "POST", "/":
                return await self._call(request)
            case "GET", "/":
                return self._find(request)
            case "GET", "/accepted":
                return _json(HTTPStatus.OK, self.accepted)
            case "POST", "/behaviour":
                return self._behave(request)
            case "POST", "/emissions":
                return await self._emit(request)
        return _json(HTTPStatus.NOT_FOUND, {"error": f"nothing at {request.method} {path}"})

    async def _call(self, request: Request) -> Response | None:
        key = request.headers.get(KEY_HEADER, "")
        call = _read_call(request)
        if not key or call is None:
            return _json(HTTPStatus.BAD_REQUEST, {"error": f"a call has {KEY_HEADER} and a body with to and text"})
        trouble = self._next_trouble()
        if trouble.status is not None:
            await asyncio.sleep(trouble.delay_seconds)
            after = trouble.retry_after_seconds
            headers = {} if after is None else {"retry-after": str(after)}
            return _json(trouble.status, {"error": "as the behaviour says"}, headers)
        accepted = await self._take(key, call)
        await asyncio.sleep(trouble.delay_seconds)
        if trouble.loses_answers:
            return None
        return _json(HTTPStatus.OK, {"provider_id": accepted.provider_id})

    def _next_trouble(self) -> Behaviour:
        """What this call meets."""
        behaviour = self._behaviour
        self._calls += 1
        over = behaviour.calls is not None and self._troubled >= behaviour.calls
        if over or self._calls % behaviour.every:
            return Behaviour()
        self._troubled += 1
        return behaviour

    async def _take(self, key: str, call: _Call) -> Accepted:
        async with self._taking:  # two calls with one key at once are one
            before = self._log.find(key) if self._behaviour.honours_keys else None
            if before is not None:
                return before
            now = self._clock.now()
            accepted = Accepted(key, f"fake-{mint(now).hex}", call.to, call.text, now)
            await asyncio.to_thread(self._log.add, accepted)
            return accepted

    def _find(self, request: Request) -> Response:
        key = parse_qs(urlsplit(request.target).query).get("key", [""])[0]
        accepted = self._log.find(key)
        if accepted is None:
            return _json(HTTPStatus.NOT_FOUND, {"error": f"no call with the key {key!r} was taken"})
        return _json(HTTPStatus.OK, {"provider_id": accepted.provider_id})

    def _behave(self, request: Request) -> Response:
        try:
            self.behaviour = read_behaviour(request.body)
        except BehaviourInvalid as error:
            return _json(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        return _json(HTTPStatus.OK, self.behaviour)

    async def _emit(self, request: Request) -> Response:
        try:
            order = msgspec.json.decode(request.body, type=_EmissionOrder)
            emitted = await self.emit(order.events, how=order.how)
        except (msgspec.MsgspecError, UnicodeDecodeError, SettingInvalid) as error:
            return _json(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        return _json(HTTPStatus.OK, {"emitted": emitted})


def _read_call(request: Request) -> _Call | None:
    try:
        return msgspec.json.decode(request.body, type=_Call)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _json(status: int, content: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(status, {"content-type": "application/json", **(headers or {})}, msgspec.json.encode(content))
