"""Problem documents (RFC 9457) for every answer that is none. Features raise; only here errors become HTTP."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from asyncpg import PostgresError
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from channels.port import SignatureInvalid, Unsupported
from domain.permissions import Forbidden
from domain.ticket import ImpossibleStep
from hub.api.attachments import NoSuchAttachment
from hub.api.attempts import TooManyAttempts
from hub.api.operations import NotInQuarantine, StillUnproved
from hub.api.schemas import FieldError, Problem
from hub.api.session import WrongPair
from hub.api.viewer import ForeignSite, NotSignedIn
from hub.journey.channels import UnknownAccount
from hub.journey.decide import NoSuchDelivery, NothingToDecide
from hub.journey.reply import ClientIdTaken, NobodyToAnswer, NoSuchTicket
from hub.logging import correlation_id, log, place_of
from storage.engine import is_away
from storage.files.port import FileMissing
from storage.group_commit import DatabaseAway
from storage.ticket.lists import CursorInvalid

MEDIA_TYPE = "application/problem+json"
#: How long a client waits while the database is away.
RETRY_AFTER = timedelta(seconds=2)


#: What features anticipate; the text of the error is the detail.
_STATUS: Mapping[type[Exception], HTTPStatus] = {
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    WrongPair: HTTPStatus.UNAUTHORIZED,
    SignatureInvalid: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    ForeignSite: HTTPStatus.FORBIDDEN,
    NoSuchAttachment: HTTPStatus.NOT_FOUND,
    NotInQuarantine: HTTPStatus.NOT_FOUND,
    NoSuchTicket: HTTPStatus.NOT_FOUND,
    NoSuchDelivery: HTTPStatus.NOT_FOUND,
    UnknownAccount: HTTPStatus.NOT_FOUND,
    FileMissing: HTTPStatus.NOT_FOUND,
    StillUnproved: HTTPStatus.CONFLICT,
    NobodyToAnswer: HTTPStatus.CONFLICT,
    ClientIdTaken: HTTPStatus.CONFLICT,
    NothingToDecide: HTTPStatus.CONFLICT,
    ImpossibleStep: HTTPStatus.CONFLICT,
    CursorInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unsupported: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    DatabaseAway: HTTPStatus.SERVICE_UNAVAILABLE,
}
#: The field at fault, where the error itself does not know it.
_FIELDS: Mapping[type[Exception], str] = {CursorInvalid: "after", Unsupported: "text"}
#: SQLSTATEs of a lock that was not had in time, of a circle of locks, of a transaction that must be repeated.
_TRY_AGAIN = frozenset({"55P03", "40P01", "40001"})
#: Classes of SQLSTATEs: no connection, no room (connections, disk, memory), an operator at work.
_NOT_NOW = ("08", "53", "57P")
_AWAY = "the database does not answer: nothing was promised, try again in a moment"


def handle_errors(app: FastAPI) -> None:
    """Have every error of the application answered by a problem document."""
    kinds = (*_STATUS, HTTPException, RequestValidationError, ClientDisconnect)
    for kind in (*kinds, DBAPIError, PoolTimeout, PostgresError, OSError):
        app.add_exception_handler(kind, _answer)


def problem_for(error: Exception) -> Response:
    """The problem document of an error. What nobody anticipated is told without a detail, and logged."""
    if isinstance(error, HTTPException):
        return problem(HTTPStatus(error.status_code), _detail_of(error), headers=error.headers)
    if isinstance(error, RequestValidationError):
        return _invalid([_fault(one) for one in error.errors()])
    if isinstance(error, ClientDisconnect):
        return problem(HTTPStatus.BAD_REQUEST, "the request ended before its body did")
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), None)
    if status is None and is_retryable(error):
        log.warning("database_away", error=place_of(error))
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, _AWAY, headers=_wait(RETRY_AFTER))
    if status is None:
        log.error("request_failed", error=place_of(error))
        detail = f"the hub failed; its log says where, under {correlation_id.get()}"
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
    if status is HTTPStatus.UNPROCESSABLE_ENTITY:
        return _invalid([FieldError(field=_FIELDS[type(error)], reason=str(error))])
    return problem(status, _text(error), headers=_headers(error))


def problem(
    status: HTTPStatus,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
) -> Response:
    """A problem document as an answer."""
    document = Problem(title=status.phrase, status=status, detail=detail, errors=list(errors))
    return Response(document.model_dump_json(), status_code=status, headers=headers, media_type=MEDIA_TYPE)


def is_retryable(error: BaseException) -> bool:
    """Whether this says that the database is away or full, or that the same may succeed in a moment."""
    state = str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")
    return is_away(error) or state in _TRY_AGAIN or state.startswith(_NOT_NOW)


async def _answer(_request: Request, error: Exception) -> Response:
    return problem_for(error)


def _invalid(errors: Sequence[FieldError]) -> Response:
    detail = "; ".join(f"{one.field}: {one.reason}" for one in errors)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail or "the request cannot be read", errors=errors)


def _fault(error: Mapping[str, Any]) -> FieldError:
    place, *names = error["loc"]
    if error["type"] == "json_invalid" or not names:
        return FieldError(field=str(place), reason=_printable(error["msg"]))
    return FieldError(field=_printable(".".join(map(str, names))), reason=_printable(error["msg"]))


def _printable(text: str) -> str:
    """Without what UTF-8 cannot carry: names of fields come from whoever sent them."""
    return text.encode("utf-8", "replace").decode()[:200]


def _detail_of(error: HTTPException) -> str:
    details = {
        HTTPStatus.NOT_FOUND: "nothing has this address",
        HTTPStatus.METHOD_NOT_ALLOWED: "this address does not know the method",
    }
    return details.get(HTTPStatus(error.status_code), str(error.detail))


def _text(error: Exception) -> str:
    if isinstance(error, SignatureInvalid):
        return "the signature does not prove where this comes from: check the account's secret"
    return str(error.args[0]) if error.args else str(error)


def _headers(error: Exception) -> Mapping[str, str] | None:
    if isinstance(error, DatabaseAway):
        return _wait(RETRY_AFTER)
    return _wait(error.retry_after) if isinstance(error, TooManyAttempts) else None


def _wait(time: timedelta) -> Mapping[str, str]:
    return {"Retry-After": str(math.ceil(time.total_seconds()))}
