"""What an account of this channel may say in its `settings`."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from channels.port import Account

_FLAGS = {"true": True, "false": False}


class SettingInvalid(ValueError):  # noqa: N818 - named as in CONVENTIONS
    """A setting of the account cannot be used; the text names it and says what it may be."""


@dataclass(frozen=True, slots=True)
class ProviderAddress:
    """Where the provider listens, in plain HTTP."""

    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class FakeSettings:
    """The account's settings, read.

    provider: None when no `url` is given, so that the account can receive and cannot send
    secret: None when none is given, so that nothing it receives is proved
    timeout_seconds: for the connection, and again for the answer
    """

    provider: ProviderAddress | None
    secret: str | None
    honours_key: bool
    askable: bool
    timeout_seconds: float


def settings_of(account: Account) -> FakeSettings:
    """Read `url`, `secret`, `honours_key`, `askable` (true or false) and `timeout_seconds`. Raises SettingInvalid."""
    return FakeSettings(
        provider=address_of(account.settings["url"]) if account.settings.get("url") else None,
        secret=account.settings.get("secret") or None,
        honours_key=_flag(account, "honours_key", default=True),
        askable=_flag(account, "askable", default=False),
        timeout_seconds=_seconds(account, "timeout_seconds", default=10.0),
    )


def address_of(url: str) -> ProviderAddress:
    """Read a plain HTTP address. Raises SettingInvalid."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme != "http" or parts.query or not url.isascii() or not url.isprintable() or " " in url:
        raise SettingInvalid(f"url is {url!r}: give http://host:port/path")
    return ProviderAddress(host, port or 80, parts.path or "/")


def _flag(account: Account, name: str, *, default: bool) -> bool:
    value = account.settings.get(name) or str(default).lower()
    if value not in _FLAGS:
        raise SettingInvalid(f"{name} is {value!r}: give true or false")
    return _FLAGS[value]


def _seconds(account: Account, name: str, *, default: float) -> float:
    value = account.settings.get(name) or str(default)
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 600:
        raise SettingInvalid(f"{name} is {value!r}: give seconds, more than 0 and at most 600")
    return seconds
