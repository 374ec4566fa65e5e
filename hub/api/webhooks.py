"""Where providers call: bytes, committed before the answer. The hot path: no validation, no dependencies."""

from functools import cache
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from channels.port import ListeningChannel, RawEvent
from domain.ids import AccountId
from hub.api.reception import reception_of
from hub.journey.channels import UnknownAccount

PATH = "/webhooks/{account_id}"


async def receive(request: Request) -> Response:
    """Take one webhook in; 200 once it is committed.

    Raises UnknownAccount, SignatureInvalid (kept apart for a day), DatabaseAway.
    """
    reception = reception_of(request)
    account_id = _account(request.path_params["account_id"])
    opened = reception.hub.channels.of(account_id)
    if _listens(type(opened.channel)):
        raise UnknownAccount(f"account {account_id} is not reached by webhooks: it listens by itself")
    raw = RawEvent(
        body=await request.body(),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]},
        received_at=reception.hub.clock.now(),
        url=_public_url(request, reception.hub.settings.public_url),
    )
    await reception.ingest.accept(account_id, raw)
    return Response(status_code=200)


@cache
def _listens(channel: type) -> bool:
    return issubclass(channel, ListeningChannel)


def _account(text: str) -> AccountId:
    try:
        return AccountId(UUID(text))
    except ValueError:
        raise UnknownAccount("no account has this address: check what the provider calls") from None


def _public_url(request: Request, public: str) -> str:
    """The address that the provider called, which some of them sign."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{public.rstrip('/')}{request.scope['path']}{'?' if query else ''}{query}"
