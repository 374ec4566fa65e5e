"""What holds for every request: how large, how long, under which id; and the headers that keep browsers safe."""

import asyncio
import re
import secrets
from collections.abc import Iterable
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.errors import RETRY_AFTER, problem, problem_for
from hub.logging import correlation_id

#: From the first byte of a request to the first of its answer. Longer than any time-out below.
REQUEST_SECONDS = 30.0
REQUEST_ID = b"x-request-id"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SAFE = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_SAFE_API = (*_SAFE, (b"cache-control", b"no-store"))
_OTHER_JSON = re.compile(r"application/[a-z0-9.!#$&^_-]+\+json")
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Limits:
    """ASGI middleware around everything; answers also what fails in a way that nobody anticipated."""

    def __init__(self, app: ASGIApp, *, body_bytes: int, seconds: float = REQUEST_SECONDS) -> None:
        self._app = app
        self._body_bytes = body_bytes
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on within its limits."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = scope["headers"]
        request_id = _request_id(headers)
        before = correlation_id.set(request_id.decode())
        try:
            if scope["type"] == "websocket":
                await self._app(scope, receive, send)
            else:
                await self._request(scope, receive, _Answer(send, scope["path"], request_id))
        finally:
            correlation_id.reset(before)

    async def _request(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        body = _Body(receive, limit=self._body_bytes)
        try:
            async with asyncio.timeout(self._seconds) as limit:
                answer.time = limit
                if _length(scope["headers"]) > self._body_bytes:
                    raise too_large(self._body_bytes)
                await self._app(scope, body.receive, answer.send)
        except Exception as error:
            if answer.started:
                raise
            answer.time = None
            response = problem_for(error)
            if isinstance(error, TimeoutError) and limit.expired():
                response = body.too_late()
            await response(scope, receive, answer.send)


class _Answer:
    """Sends the answer with our headers; once it has begun, it may take its time."""

    def __init__(self, send: Send, path: str, request_id: bytes) -> None:
        self._send, self._path, self._request_id = send, path, request_id
        self.started = False
        self.time: asyncio.Timeout | None = None

    async def send(self, message: Message) -> None:
        """Send one part."""
        if message["type"] == "http.response.start":
            self.started = True
            if self.time is not None and not self.time.expired():
                self.time.reschedule(None)
            message["headers"] = [*message.get("headers", ()), *self._ours(message.get("headers", ()))]
        await self._send(message)

    def _ours(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Our headers but those that the answer has already."""
        there = {name.lower() for name, _ in headers}
        safe = _SAFE_API if self._path.startswith(("/api", "/webhooks")) else _SAFE
        return [(REQUEST_ID, self._request_id), *(header for header in safe if header[0] not in there)]


class _Body:
    """Counts a body as it comes, also one that does not say how long it is."""

    def __init__(self, receive: Receive, *, limit: int) -> None:
        self._receive, self._limit = receive, limit
        self._size = 0
        self._complete = False

    async def receive(self) -> Message:
        """The next part. Raises HTTPException (413) once there are more bytes than allowed."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
            if self._size > self._limit:
                raise too_large(self._limit)
        return message

    def too_late(self) -> Response:
        """What is said when the time is over: whose fault it was."""
        if not self._complete:
            return problem(HTTPStatus.REQUEST_TIMEOUT, "the body did not come in time", headers=_CLOSE)
        wait = str(int(RETRY_AFTER.total_seconds()))
        detail = "this took too long and was given up: try again in a moment"
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": wait})


_CLOSE = {"Connection": "close"}


async def require_json(request: Request) -> None:
    """Refuse a body that is no JSON. Raises HTTPException (415)."""
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and request.method != "GET" and kind != "application/json" and not _OTHER_JSON.fullmatch(kind):
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a body is JSON here: send application/json")


def too_large(limit: int) -> HTTPException:
    """The refusal of a body of more than `limit` bytes."""
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body may have {limit} bytes at most", _CLOSE)


def _length(headers: Iterable[tuple[bytes, bytes]]) -> int:
    value = next((value for name, value in headers if name == b"content-length"), b"0")
    return int(value) if value.isdigit() else 0


def _request_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The caller's id when it is one, else one of ours."""
    given = next((value for name, value in headers if name == REQUEST_ID), b"")
    return given if _ID.fullmatch(given) else secrets.token_hex(8).encode()
