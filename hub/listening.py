"""Where the product listens, whether those places are free, and whether it answers."""

import http.client
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Listener:
    """One place where the product listens, and the setting that moves it."""

    purpose: str
    host: str
    port: int
    setting: str


def listeners(settings: Settings) -> tuple[Listener, ...]:
    """Every place where a whole product listens with these settings."""
    always = (
        Listener("console, API", settings.host, settings.port, "HUB_PORT"),
        Listener(
            "courrier entrant · mail intake",
            settings.mail_intake_host,
            settings.mail_intake_port,
            "HUB_MAIL_INTAKE_PORT",
        ),
    )
    mailbox = Listener("boîte aux lettres · mailbox", "127.0.0.1", settings.mailbox_port, "HUB_MAILBOX_PORT")
    return (*always, mailbox) if settings.has_mailbox else always


def taken(wanted: Iterable[Listener]) -> tuple[Listener, ...]:
    """Those at whose place another program listens already."""
    return tuple(listener for listener in wanted if not _free(listener.host, listener.port))


def is_ready(*, host: str, port: int) -> bool:
    """Whether the API at `host` and `port` says that it can do its work."""
    connection = http.client.HTTPConnection(reachable(host), port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def reachable(host: str) -> str:
    """The address to open for what listens at `host`."""
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared, not bound


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
