"""A product to measure: a throwaway database, an API and a worker as processes, somebody who is signed in."""

import asyncio
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher

from channels.port import Account
from domain.channel import ChannelKind
from domain.ids import UserId, mint
from domain.permissions import Role
from hub.accounts import ensure_accounts
from hub.bootstrap import keyring_of
from hub.clock import SystemClock
from hub.embedded import throwaway_postgres
from hub.listening import is_ready
from hub.migration import migrate
from hub.process_tree import spawn_hub
from hub.settings import Settings
from storage.account import writes as account_writes
from storage.account.reads import AccountRow
from storage.engine import connect
from storage.unit_of_work import UnitOfWork
from storage.user import writes as user_writes
from storage.user.reads import UserRow

EMAIL, READY_SECONDS = "bench@vi-hub.example", 60.0
_HOST = "127.0.0.1"
#: Where the system says from which port on it numbers the callers' ends of connections.
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_FIRST_PORT, _LAST_PORT = 15_000, 32_000


@dataclass(frozen=True, slots=True)
class Product:
    """What runs, and how to reach it. `fake`: the account whose webhooks are sent; `password` of EMAIL."""

    settings: Settings
    url: str
    fake: Account
    password: str
    processes: tuple[subprocess.Popen[bytes], ...]

    @property
    def port(self) -> int:
        """Where the API answers."""
        return self.settings.port


@contextmanager
def a_product(*, processes: Sequence[str], provider: str = "") -> Iterator[Product]:
    """Start these processes of the hub on a fresh database; `provider`: where the fake channel's calls go."""
    folder = Path(tempfile.mkdtemp(prefix="hub-bench-"))
    port, intake, mailbox = free_ports(3)
    settings = Settings().model_copy(
        update={
            "data_dir": folder,
            "port": port,
            "mail_intake_port": intake,
            "mailbox_port": mailbox,
            "database_url": None,
        }
    )
    running: list[subprocess.Popen[bytes]] = []
    try:
        with throwaway_postgres() as url:
            password = secrets.token_urlsafe(16)
            fake = asyncio.run(_furnish(settings, url, password=password, provider=provider))
            for name in processes:
                running.append(spawn_hub((name,), environment=_environment(settings, url), log=folder / f"{name}.log"))
            if "serve" in processes:
                _wait_until_ready(port)
            yield Product(settings, url, fake, password, tuple(running))
            end(running)
    finally:
        end(running)
        shutil.rmtree(folder, ignore_errors=True)


def start_worker(product: Product) -> subprocess.Popen[bytes]:
    """One more worker on the product's database."""
    environment = _environment(product.settings, product.url)
    return spawn_hub(("worker",), environment=environment, log=product.settings.data_dir / "worker.log")


@contextmanager
def a_run(folder: Path) -> Iterator[tuple[int, float]]:
    """`hub run` without a demo on the data in `folder`: its process id, and the seconds that it says it took."""
    port, intake, mailbox = free_ports(3)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "DATABASE_"))}
    environment |= {
        "HUB_DATA_DIR": str(folder / "var"),
        "HUB_PORT": str(port),
        "HUB_MAIL_INTAKE_PORT": str(intake),
        "HUB_MAILBOX_PORT": str(mailbox),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "hub", "run", "--no-demo"], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process.pid, _until_ready(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)


@contextmanager
def a_provider(taken: Path) -> Iterator[str]:
    """The fake channel's provider in a process of its own, at its address; it writes what it takes."""
    command = [sys.executable, "-m", "channels.fake", "--log", str(taken)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        try:
            yield (process.stdout.readline() if process.stdout else "").strip()
        finally:
            process.terminate()


def _until_ready(process: subprocess.Popen[str]) -> float:
    said = ""
    for line in process.stdout or ():
        said += line
        if found := re.search(r"Le hub est prêt \(([\d.]+) s\)", line):
            return float(found[1])
    raise RuntimeError(f"`hub run` did not start:\n{said}")


def end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Stop processes in order."""
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.wait(20)


async def _furnish(settings: Settings, url: str, *, password: str, provider: str) -> Account:
    """Tables, accounts, and somebody who may sign in."""
    now = SystemClock().now()
    engine = connect(url, pool=2)
    await migrate(engine, now=now)
    keyring = keyring_of(settings)
    user = UserRow(UserId(mint(now)), EMAIL, "Banc d’essai", Role.ADMINISTRATOR, PasswordHasher().hash(password))
    async with UnitOfWork(engine) as work:
        rows = await ensure_accounts(work, keyring, settings, now=now)
        (row,) = (one for one in rows if one.kind == ChannelKind.FAKE)
        kept = AccountRow(
            row.id, row.kind, row.name, row.address, {**row.settings, "url": provider or row.settings["url"]}
        )
        await account_writes.keep(work.connection, keyring, kept, now=now)
        await user_writes.keep(work.connection, user, now=now)
        await work.commit()
    await engine.dispose()
    return Account(kept.id, ChannelKind.FAKE, kept.name, kept.address, kept.settings)


def _environment(settings: Settings, url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "HUB_DATA_DIR": str(settings.data_dir),
        "HUB_PORT": str(settings.port),
        "HUB_PUBLIC_URL": f"http://{_HOST}:{settings.port}",
        "HUB_MAIL_INTAKE_PORT": str(settings.mail_intake_port),
        "HUB_MAILBOX_PORT": str(settings.mailbox_port),
        "HUB_LOG_LEVEL": "WARNING",
    }


def _wait_until_ready(port: int) -> None:
    end_at = time.monotonic() + READY_SECONDS
    while not is_ready(host=_HOST, port=port):
        if time.monotonic() > end_at:
            raise RuntimeError(f"the API at port {port} did not become ready in {READY_SECONDS:.0f} s")
        time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, below those that the system gives to whoever calls somebody.

    A port of that range may be some client's, or a client's of its own server, whenever the server is not there.
    """
    first = int(_EPHEMERAL.read_text(encoding="ascii").split()[0]) if _EPHEMERAL.exists() else _LAST_PORT
    found: list[int] = []
    while len(found) < count:
        port = secrets.choice(range(_FIRST_PORT, min(first, _LAST_PORT)))
        if port not in found:
            with suppress(OSError), socket.create_server((_HOST, port)):
                found.append(port)
    return found
