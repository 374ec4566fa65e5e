"""What an account of this channel must say in its `settings`, and what is assumed when it is silent."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from channels.port import Account

_Choice = TypeVar("_Choice", bound=StrEnum)


class SettingInvalid(ValueError):  # noqa: N818 - named as in CONVENTIONS
    """A setting of the account cannot be used; the text names it and says what it may be."""


class Protocol(StrEnum):
    """How the intake is spoken to: by any client (SMTP), or by the mail server in front of us (LMTP, RFC 2033)."""

    SMTP = "smtp"
    LMTP = "lmtp"


class Security(StrEnum):
    """How the connection to the sending server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class IntakeAddress:
    """Where the hub listens for mail. Port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 0
    protocol: Protocol = Protocol.SMTP


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """The server that our mail is handed to.

    `timeout_seconds` holds for everything before DATA together, `data_seconds` for the mail and its answer.
    """

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str | None = None
    password: str | None = None
    timeout_seconds: float = 15.0
    data_seconds: float = 60.0


def domain_of(account: Account) -> str:
    """The domain of our Message-IDs and of the recipients we take: `domain`, else the one of the address."""
    return (account.settings.get("domain") or account.address.rpartition("@")[2]).strip().lower()


def intake_of(account: Account) -> IntakeAddress:
    """Read `intake_host`, `intake_port` and `intake_protocol` (smtp or lmtp). Raises SettingInvalid."""
    settings = account.settings
    return IntakeAddress(
        host=settings.get("intake_host", "127.0.0.1"),
        port=_port(settings, "intake_port", default=0),
        protocol=_choice(Protocol, settings, "intake_protocol", Protocol.SMTP),
    )


def smtp_of(account: Account) -> SmtpServer | None:
    """Read `smtp_host`, `smtp_port`, `smtp_tls` (none, starttls or tls), `smtp_user` and `smtp_password`.

    None when no host is given: the account can receive and cannot send. Raises SettingInvalid.
    """
    settings = account.settings
    if not settings.get("smtp_host"):
        return None
    return SmtpServer(
        host=settings["smtp_host"],
        port=_port(settings, "smtp_port", default=587),
        security=_choice(Security, settings, "smtp_tls", Security.STARTTLS),
        user=settings.get("smtp_user") or None,
        password=settings.get("smtp_password") or None,
    )


def _port(settings: Mapping[str, str], name: str, *, default: int) -> int:
    value = settings.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or int(value) > 65535:
        raise SettingInvalid(f"{name} is {value!r}: give a port between 0 and 65535")
    return int(value)


def _choice(kind: type[_Choice], settings: Mapping[str, str], name: str, default: _Choice) -> _Choice:
    value = settings.get(name) or default
    if value not in list(kind):
        raise SettingInvalid(f"{name} is {value!r}: give one of {', '.join(kind)}")
    return kind(value)
