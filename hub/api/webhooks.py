"""Where providers call: bytes, committed before the answer.

The hot path: it stands before the routes, and neither validates nor makes objects that nobody needs (the routes and
their wrappers cost more than the commit).
"""

from functools import cache
from http import HTTPStatus
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.port import ListeningChannel, RawEvent
from domain.ids import AccountId
from hub.api.reception import Reception
from hub.journey.channels import UnknownAccount

PREFIX = "/webhooks/"
_TAKEN: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
_NOTHING: Message = {"type": "http.response.body", "body": b""}


class WebhookGate:
    """Answers requests below /webhooks/, and passes every other one on. Its errors are answered by `Limits`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one webhook in; 200 once it is committed.

        Raises HTTPException (405), UnknownAccount, SignatureInvalid (kept apart for a day), DatabaseAway.
        """
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        if scope["method"] != "POST":
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        await _take(scope, receive)
        await send(dict(_TAKEN))
        await send(_NOTHING)


async def _take(scope: Scope, receive: Receive) -> None:
    reception: Reception = scope["app"].state.reception
    account_id = _account(scope["path"][len(PREFIX) :])
    opened = reception.hub.channels.of(account_id)
    if _listens(type(opened.channel)):
        raise UnknownAccount(f"account {account_id} is not reached by webhooks: it listens by itself")
    raw = RawEvent(
        body=await _body(receive),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        received_at=reception.hub.clock.now(),
        url=_public_url(scope, reception.hub.settings.public_url),
    )
    await reception.ingest.accept(account_id, raw)


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


@cache
def _listens(channel: type) -> bool:
    return issubclass(channel, ListeningChannel)


def _account(text: str) -> AccountId:
    try:
        return AccountId(UUID(text))
    except ValueError:
        raise UnknownAccount("no account has this address: check what the provider calls") from None


def _public_url(scope: Scope, public: str) -> str:
    """The address that the provider called, which some of them sign."""
    query = scope["query_string"].decode("latin-1")
    return f"{public.rstrip('/')}{scope['path']}{'?' if query else ''}{query}"
