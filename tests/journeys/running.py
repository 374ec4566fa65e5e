"""A whole product as its users meet it: real processes, a real intake, a real mailbox, an agent who is signed in."""

import os
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

import httpx
from argon2 import PasswordHasher

from domain.ids import UserId, mint
from domain.permissions import Role
from hub.clock import SystemClock
from hub.listening import is_ready
from storage.engine import connect
from storage.unit_of_work import UnitOfWork
from storage.user import writes as user_writes
from storage.user.reads import UserRow

HUB_ADDRESS = "assistance@vi-hub.example"
AGENT, PASSWORD = "agathe@vi-hub.example", "a password of the tests"
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], *, seconds: float = 20, what: str = "it") -> Found:
    """Wait for something to be there."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"{what} did not happen in time"
        time.sleep(0.02)
    return found


@dataclass(slots=True)
class RunningHub:
    """What a person can do with the product from outside."""

    address: str
    intake: int
    mailbox: Path
    agent: httpx.Client

    def send_mail(self, mail: EmailMessage) -> None:
        """Any mail program writes to the hub."""
        with smtplib.SMTP("127.0.0.1", self.intake, timeout=10) as client:
            client.send_message(mail)

    def received_mails(self) -> list[EmailMessage]:
        """What lies in the mailbox, the oldest first."""
        files = sorted(self.mailbox.glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]  # type: ignore[misc]

    def tickets(self, **query: str) -> list[dict[str, Any]]:
        """The agent's list."""
        answer = self.agent.get("/api/tickets", params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def messages(self, ticket_id: str) -> list[dict[str, Any]]:
        """One conversation."""
        answer = self.agent.get(f"/api/tickets/{ticket_id}/messages")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


def letter(
    *, subject: str, text: str, sender: str = "lea@mail.example", answers: EmailMessage | None = None
) -> EmailMessage:
    """A mail as a mail program writes it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Léa Martin <{sender}>", HUB_ADDRESS, subject
    mail["Message-ID"] = f"<{mint(SystemClock().now())}@mail.example>"
    if answers is not None:
        mail["In-Reply-To"] = mail["References"] = answers["Message-ID"]
    mail.set_content(text)
    return mail


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


async def seed_agent(url: str, *, role: Role = Role.ADVISER) -> None:
    """An account for the agent."""
    now = SystemClock().now()
    engine = connect(url, pool=1)
    user = UserRow(UserId(mint(now)), AGENT, "Agathe Morel", role, PasswordHasher().hash(PASSWORD))
    async with UnitOfWork(engine) as work:
        await user_writes.keep(work.connection, user, now=now)
        await work.commit()
    await engine.dispose()


@contextmanager
def running_hub(database_url: str) -> Iterator[RunningHub]:
    """`hub serve` and `hub worker` on a migrated database, ended afterwards. `seed_agent` comes before."""
    folder = Path(tempfile.mkdtemp(prefix="hub-journey-"))
    port, intake, mailbox = free_ports(3)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "DATABASE_"))}
    environment |= {
        "DATABASE_URL": database_url,
        "HUB_DATA_DIR": str(folder),
        "HUB_PORT": str(port),
        "HUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HUB_MAIL_INTAKE_PORT": str(intake),
        "HUB_MAILBOX_PORT": str(mailbox),
        "HUB_LOG_LEVEL": "WARNING",
    }
    processes = [subprocess.Popen([sys.executable, "-m", "hub", name], env=environment) for name in ("serve", "worker")]
    try:
        until(lambda: is_ready(host="127.0.0.1", port=port), seconds=60, what="the start of the hub")
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, timeout=10) as agent:
            answer = agent.post("/api/session", json={"email": AGENT, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            yield RunningHub(address=address, intake=intake, mailbox=folder / "mailbox", agent=agent)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(15)
        shutil.rmtree(folder, ignore_errors=True)
