"""Just enough HTTP/1.1 over asyncio's streams, for both sides: one request and one answer a connection."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser, HttpResponseParser

_CHUNK_BYTES = 65_536
#: What the parser says of bytes that are no HTTP, or are the beginning of something else.
_UNREADABLE = (HttpParserError, HttpParserUpgrade)
#: The longest body that either side reads.
MAX_BODY_BYTES = 64_000_000
#: How long the server waits for a whole request.
REQUEST_SECONDS = 30.0


class NotReached(Exception):  # noqa: N818 - named for what happened, as in every port
    """No connection could be opened: nothing was sent."""


class AnswerLost(Exception):  # noqa: N818
    """The request was sent, at least in part, and no whole answer came."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `target` is path and query; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


#: Answers a request; None hangs up without a word.
Answer = Callable[[Request], Awaitable[Response | None]]


async def exchange(host: str, port: int, request: Request, *, timeout_seconds: float) -> Response:
    """Send one request and read its answer; the time-out holds for the connection, and again for the answer.

    Raises NotReached, AnswerLost.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            reader, writer = await asyncio.open_connection(host, port)
    except OSError as error:  # a time-out is one
        raise NotReached(f"{host}:{port} was not reached: {_said(error)}") from error
    try:
        async with asyncio.timeout(timeout_seconds):
            writer.write(_request_bytes(host, port, request))
            await writer.drain()
            return await _read_response(reader)
    except (OSError, EOFError, *_UNREADABLE) as error:
        raise AnswerLost(f"{host}:{port} gave no whole answer: {_said(error)}") from error
    finally:
        await _hang_up(writer)


@asynccontextmanager
async def serving(answer: Answer, *, host: str, port: int) -> AsyncIterator[tuple[str, int]]:
    """Listen while the context is open; yields host and port. Raises OSError when it cannot listen."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await _talk(answer, reader, writer)
        except asyncio.CancelledError:
            return  # we are closing; asyncio would report the cancelled talk as an error
        finally:
            talks.discard(task)

    server = await asyncio.start_server(talk, host, port, backlog=1024)
    try:
        where = server.sockets[0].getsockname()
        yield where[0], where[1]
    finally:
        server.close()
        for task in tuple(talks):
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def _talk(answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                request = await _read_request(reader)
        except _UNREADABLE as error:
            response: Response | None = Response(HTTPStatus.BAD_REQUEST, body=str(error).encode())
        else:
            response = await answer(request)
        if response is not None:
            writer.write(_response_bytes(response))
            await writer.drain()
    except (OSError, EOFError):
        pass  # the client left, which is its right
    finally:
        await _hang_up(writer)


class _Reading:
    """What a parser has found so far; its methods are the parser's callbacks."""

    def __init__(self) -> None:
        self.target = ""
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.whole = False

    def on_url(self, url: bytes) -> None:
        self.target += url.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self.body += body
        if len(self.body) > MAX_BODY_BYTES:
            raise ValueError(f"the body is longer than {MAX_BODY_BYTES} bytes")

    def on_message_complete(self) -> None:
        self.whole = True


async def _read_request(reader: asyncio.StreamReader) -> Request:
    reading = _Reading()
    parser = HttpRequestParser(reading)
    await _feed(parser, reading, reader)
    return Request(parser.get_method().decode("latin-1"), reading.target, reading.headers, bytes(reading.body))


async def _read_response(reader: asyncio.StreamReader) -> Response:
    reading = _Reading()
    parser = HttpResponseParser(reading)
    await _feed(parser, reading, reader)
    return Response(parser.get_status_code(), reading.headers, bytes(reading.body))


async def _feed(
    parser: HttpRequestParser | HttpResponseParser, reading: _Reading, reader: asyncio.StreamReader
) -> None:
    while not reading.whole:
        data = await reader.read(_CHUNK_BYTES)
        if not data:
            raise EOFError("the other side hung up")
        parser.feed_data(data)


def _request_bytes(host: str, port: int, request: Request) -> bytes:
    at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return _bytes(f"{request.method} {request.target} HTTP/1.1", {"host": at, **request.headers}, request.body)


def _response_bytes(response: Response) -> bytes:
    return _bytes(f"HTTP/1.1 {response.status} {_reason(response.status)}", response.headers, response.body)


def _bytes(first: str, headers: Mapping[str, str], body: bytes) -> bytes:
    fields = {**headers, "content-length": str(len(body)), "connection": "close"}
    lines = [first, *(f"{name}: {value}" for name, value in fields.items())]
    if not all(line.isprintable() for line in lines):
        raise ValueError("a line break or control character in the head of an HTTP message")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Other"


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def _said(error: BaseException) -> str:
    return f"{type(error).__name__} {error}".strip()[:300]
