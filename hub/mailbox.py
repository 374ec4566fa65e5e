"""The embedded mailbox: where mail goes when the hub has no sending server. Each mail is a file."""

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from channels.email.body import read_body
from channels.email.headers import addresses, date_of, own_id, subject_of, thread_of
from channels.email.mime import read_mail
from channels.email.server import Delivery, Rules, serving
from channels.email.settings import IntakeAddress
from domain.clock import Clock

_ID = re.compile(r"\d{20}-[0-9a-f]{12}")
#: The page shows no more than this; older files stay in the folder.
MAX_LISTED = 200


class MailMissing(LookupError):  # noqa: N818 - named as in CONVENTIONS
    """No mail of this id is in the mailbox."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One kept mail. Ids are without brackets; `references` the nearest first; times aware, UTC."""

    id: str
    subject: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    sent_at: datetime
    received_at: datetime
    text: str
    message_id: str
    references: tuple[str, ...]


class Mailbox:
    """A folder of mails, one `.eml` file each, for our eyes only, and the SMTP server that fills it."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    @asynccontextmanager
    async def listening(self, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[tuple[str, int]]:
        """Take every mail while the context is open; yields host and port. Raises OSError when it cannot listen."""
        rules = Rules("mailbox.localhost", lambda _address: True, self._take)
        async with serving(IntakeAddress(host, port), rules) as where:
            yield where

    async def _take(self, delivery: Delivery) -> None:
        await asyncio.to_thread(self.keep, delivery)

    def keep(self, delivery: Delivery) -> str:
        """Write the mail durably and give its id. A repeat within the same microsecond is one file."""
        now = self._clock.now()
        content = b"".join(f"Delivered-To: {one}\r\n".encode() for one in delivery.recipients) + delivery.content
        name = f"{_microseconds(now):020d}-{hashlib.sha256(content).hexdigest()[:12]}"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)  # also one that was there before
        unfinished = self._folder / f"{name}.part"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / f"{name}.eml")
        return name

    def list_mails(self, *, limit: int = MAX_LISTED) -> tuple[Mail, ...]:
        """The newest mails first."""
        names = sorted((path.stem for path in self._folder.glob("*.eml") if _ID.fullmatch(path.stem)), reverse=True)
        return tuple(self.read(name) for name in names[:limit])

    def read(self, mail_id: str) -> Mail:
        """One mail. Raises MailMissing, also for what is no id at all."""
        if not _ID.fullmatch(mail_id):
            raise MailMissing("This is not the id of a mail")
        try:
            raw = (self._folder / f"{mail_id}.eml").read_bytes()
        except FileNotFoundError as error:
            raise MailMissing(f"There is no mail {mail_id} in the mailbox") from error
        return _read(mail_id, raw)

    def now(self) -> datetime:
        """The mailbox's time, for mails written from it."""
        return self._clock.now()


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def _read(mail_id: str, raw: bytes) -> Mail:
    mail = read_mail(raw)
    micros = int(mail_id.partition("-")[0])
    received_at = datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)
    name, sender = next(iter(addresses(mail.headers, "from")), ("", ""))
    return Mail(
        id=mail_id,
        subject=subject_of(mail.headers) or "",
        sender=sender,
        sender_name=name,
        recipients=tuple(address for _, address in addresses(mail.headers, "delivered-to", "to")),
        sent_at=date_of(mail.headers, received_at=received_at),
        received_at=received_at,
        text=read_body(mail).text,
        message_id=own_id(mail.headers),
        references=thread_of(mail.headers),
    )
