"""The fake provider's webhooks on their way to a hub: signed, and repeated, re-ordered or slow on command."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from channels.fake.events import WireMessage, WireStatus, write_webhook
from channels.fake.http import AnswerLost, NotReached, Request, exchange
from channels.fake.settings import address_of
from channels.fake.signature import HEADER, sign

#: Anything that can stand in a webhook; `Raw` for what this provider has no words for.
WireEvent = WireMessage | WireStatus | msgspec.Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """Where webhooks go and how.

    hub: the address of the account's webhook · together: so many events a webhook
    copies: the whole is said so many times · reordered: the last first · delay_seconds: before each webhook
    attempts: until the hub says 2xx, so many times at most, `retry_seconds` apart
    """

    hub: str
    secret: str
    together: int = 1
    copies: int = 1
    reordered: bool = False
    delay_seconds: float = 0.0
    attempts: int = 1
    retry_seconds: float = 0.2
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        if min(self.together, self.copies, self.attempts) < 1:
            raise ValueError("together, copies and attempts must be 1 or more")


@dataclass(frozen=True, slots=True)
class Emitted:
    """One webhook: the hub's last answer (None: none came) and after how many attempts."""

    status: int | None
    attempts: int

    @property
    def taken(self) -> bool:
        """Whether the hub said yes."""
        return self.status is not None and 200 <= self.status < 300


async def emit(events: Sequence[WireEvent], *, how: Emission) -> tuple[Emitted, ...]:
    """Say these events to a hub, one webhook after the other. Raises SettingInvalid when `hub` is no address."""
    bodies = _bodies(events, how)
    return tuple([await _deliver(body, how) for body in bodies])


def webhook(events: Sequence[WireEvent], *, secret: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of one signed webhook."""
    body = write_webhook(events)
    return {HEADER: sign(body, secret=secret), "content-type": "application/json"}, body


def _bodies(events: Sequence[WireEvent], how: Emission) -> list[Sequence[WireEvent]]:
    groups = [events[start : start + how.together] for start in range(0, len(events), how.together)] * how.copies
    return groups[::-1] if how.reordered else groups


async def _deliver(events: Sequence[WireEvent], how: Emission) -> Emitted:
    hub = address_of(how.hub)
    headers, body = webhook(events, secret=how.secret)
    request = Request("POST", hub.path, headers, body)
    await asyncio.sleep(how.delay_seconds)
    emitted = Emitted(None, 0)
    for attempt in range(1, how.attempts + 1):
        if attempt > 1:
            await asyncio.sleep(how.retry_seconds)
        try:
            response = await exchange(hub.host, hub.port, request, timeout_seconds=how.timeout_seconds)
        except (NotReached, AnswerLost):
            emitted = Emitted(None, attempt)
        else:
            emitted = Emitted(response.status, attempt)
        if emitted.taken:
            break
    return emitted
