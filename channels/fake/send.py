"""Calling the fake provider: one POST a call, its key in a header; and asking it what it took."""

import re
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

import msgspec

from channels.fake.http import AnswerLost, NotReached, Request, Response, exchange
from channels.fake.settings import ProviderAddress
from channels.port import SendError, SendReceipt, SendRefused, SendRetryable, SendUncertain, WireCall

KEY_HEADER = "idempotency-key"
#: Client errors that say "not now" instead of "never".
_NOT_NOW = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class _Taken(msgspec.Struct, frozen=True):
    """The provider's word that it has the call."""

    provider_id: str


async def send_call(call: WireCall, *, provider: ProviderAddress, timeout_seconds: float) -> SendReceipt:
    """Make one call.

    Raises SendRefused (4xx), SendRetryable (408, 429, 5xx, not reached), SendUncertain (no whole answer came, or one
    that says yes and does not name the call).
    """
    request = Request("POST", provider.path, {KEY_HEADER: call.key, "content-type": call.content_type}, body=call.body)
    try:
        response = await exchange(provider.host, provider.port, request, timeout_seconds=timeout_seconds)
    except NotReached as error:
        raise SendRetryable(f"{call.key} was not sent: {error}") from error
    except AnswerLost as error:
        raise SendUncertain(f"{call.key} may have been taken: {error}") from error
    if not 200 <= response.status < 300:
        raise _verdict(response, call)
    receipt = _receipt(response)
    if receipt is None:
        raise SendUncertain(f"{call.key} was taken, but the provider did not say under which id: ask it by this key")
    return receipt


async def find_call(key: str, *, provider: ProviderAddress, timeout_seconds: float) -> SendReceipt | None:
    """The receipt of the call with this key, None when the provider never took it. Raises SendRetryable."""
    request = Request("GET", f"{provider.path}?key={quote(key, safe='')}")
    try:
        response = await exchange(provider.host, provider.port, request, timeout_seconds=timeout_seconds)
    except (NotReached, AnswerLost) as error:
        raise SendRetryable(f"The provider could not be asked about {key}: {error}") from error
    if response.status == HTTPStatus.NOT_FOUND:
        return None
    receipt = _receipt(response) if response.status == HTTPStatus.OK else None
    if receipt is None:
        raise SendRetryable(f"The provider did not say what became of {key}: {_said(response)}")
    return receipt


def _verdict(response: Response, call: WireCall) -> SendError:
    text = f"The provider said no to {call.key}: {_said(response)}"
    if 400 <= response.status < 500 and response.status not in _NOT_NOW:
        return SendRefused(text)
    return SendRetryable(text, retry_after=_retry_after(response))


def _retry_after(response: Response) -> timedelta | None:
    value = response.headers.get("retry-after", "").strip()
    return timedelta(seconds=int(value)) if re.fullmatch(r"[0-9]{1,6}", value) else None


def _receipt(response: Response) -> SendReceipt | None:
    try:
        taken = msgspec.json.decode(response.body, type=_Taken)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return SendReceipt(taken.provider_id, detail=str(response.status)) if taken.provider_id else None


def _said(response: Response) -> str:
    words = re.sub(r"[^\x20-\x7e\xa0-\ud7ff]+", " ", response.body[:300].decode("utf-8", "replace")).strip()
    return f"{response.status} {words}".strip()
