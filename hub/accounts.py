"""The accounts that the settings ask for: the programme's mail address, and outside production a fake channel."""

import secrets
from datetime import datetime

from domain.channel import ChannelKind
from domain.ids import AccountId, mint
from hub.settings import Environment, Settings
from storage.account import reads, writes
from storage.account.reads import AccountRow
from storage.keys import Keyring
from storage.unit_of_work import UnitOfWork

#: The fake account's address, and a provider that is not there until somebody starts one.
FAKE_ADDRESS, NO_PROVIDER = "fake", "http://127.0.0.1:9"


async def ensure_accounts(
    work: UnitOfWork, keyring: Keyring, settings: Settings, *, now: datetime
) -> tuple[AccountRow, ...]:
    """Make or bring up to date what the settings say; gives every account there is. The caller commits."""
    known = {(row.kind, row.address): row for row in await reads.everything(work.connection, keyring)}
    wanted = [(ChannelKind.EMAIL, settings.mail_address.lower(), "Assistance VI", _mail(settings))]
    if settings.environment is not Environment.PRODUCTION:
        wanted.append((ChannelKind.FAKE, FAKE_ADDRESS, "Canal d’essai", {}))
    for kind, address, name, values in wanted:
        before = known.get((kind, address))
        if before is not None and (kind is ChannelKind.FAKE or dict(before.settings) == values):
            continue
        if kind is ChannelKind.FAKE:
            values = {"secret": secrets.token_hex(16), "url": NO_PROVIDER}
        row = AccountRow(before.id if before else AccountId(mint(now)), kind, name, address, values)
        await writes.keep(work.connection, keyring, row, now=now)
        known[kind, address] = row
    return tuple(await reads.everything(work.connection, keyring))


def _mail(settings: Settings) -> dict[str, str]:
    """The settings of the mail account; without a sending server its mail goes to the embedded mailbox.

    In production there is none: replies then wait, and `hub doctor` says for what.
    """
    intake = {
        "intake_host": settings.mail_intake_host,
        "intake_port": str(settings.mail_intake_port),
        "intake_protocol": settings.mail_intake_protocol,
    }
    if settings.has_mailbox:
        return intake | {"smtp_host": "127.0.0.1", "smtp_port": str(settings.mailbox_port), "smtp_tls": "none"}
    if not settings.smtp_host:
        return intake
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
    return intake | {
        "smtp_host": settings.smtp_host,
        "smtp_port": str(settings.smtp_port),
        "smtp_tls": settings.smtp_tls,
        "smtp_user": settings.smtp_user or "",
        "smtp_password": password,
    }
