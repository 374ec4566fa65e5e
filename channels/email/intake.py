"""The account's intake: mails handed in by SMTP or LMTP become raw events."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from channels.email.parse import ENVELOPE_FROM, ENVELOPE_TO, PEER
from channels.email.server import Delivery, Limits, Rules, serving
from channels.email.settings import domain_of, intake_of
from channels.port import Accept, Account, RawEvent
from domain.clock import Clock


@asynccontextmanager
async def listening(account: Account, accept: Accept, *, clock: Clock, limits: Limits) -> AsyncIterator[str]:
    """Listen as the account's settings say; yields `smtp://host:port` or `lmtp://host:port`.

    Raises SettingInvalid, and OSError when it cannot listen.
    """
    where = intake_of(account)

    async def take(delivery: Delivery) -> None:
        await accept(_event(delivery, clock))

    rules = Rules(domain_of(account), lambda address: is_ours(address, account=account), take, limits)
    async with serving(where, rules) as (host, port):
        yield f"{where.protocol}://{f'[{host}]' if ':' in host else host}:{port}"


def is_ours(address: str, *, account: Account) -> bool:
    """Whether this lower-case recipient is the account's address, or any address of its domain.

    The bare `postmaster` is ours (RFC 5321, 4.5.1); a local part that names another domain behind `%` or `!` is not.
    """
    local, _, domain = address.rpartition("@")
    if address in (account.address.lower(), "postmaster"):
        return True
    return domain == domain_of(account) and not set(local) & set("%!@")


def _event(delivery: Delivery, clock: Clock) -> RawEvent:
    headers = {
        ENVELOPE_FROM: delivery.sender,
        ENVELOPE_TO: ", ".join(delivery.recipients),
        PEER: delivery.peer,
    }
    return RawEvent(delivery.content, headers, clock.now())
