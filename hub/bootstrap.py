"""The one place where adapters are chosen: everything a process is made of, put together from its settings."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from channels.port import Account
from channels.registry import open_channel
from domain.channel import ChannelKind
from domain.clock import Clock
from domain.ids import mint
from hub.accounts import ensure_accounts
from hub.bus.port import Bus, BusKind
from hub.bus.registry import BUSES
from hub.clock import SystemClock
from hub.holidays import french_holidays
from hub.journey.channels import Channels
from hub.journey.closure import Closure
from hub.journey.decide import Decide
from hub.journey.deliver import Deliver
from hub.journey.first_look import FirstLook
from hub.journey.ingest import Ingest
from hub.journey.pipeline import Pipeline
from hub.journey.recipients import Recipients, recipients
from hub.journey.relay import Relay
from hub.journey.reply import Reply
from hub.journey.timers import Timers
from hub.journey.understand import Understanding
from hub.migration import newest, revision_of
from hub.settings import Environment, Settings
from routing.matrix import Matrix
from storage.engine import connect
from storage.files.port import FileStore, FileStoreKind
from storage.files.registry import FILE_STORES
from storage.group_commit import GroupCommit
from storage.keys import Keyring, master_key_at, master_key_from
from storage.unit_of_work import UnitOfWork
from understanding.danger.registry import DANGER_RULES
from understanding.kind.registry import KIND_CLASSIFIERS
from understanding.language.registry import LANGUAGE_DETECTORS

#: Years around today whose public holidays the calendars know.
_HOLIDAYS_BEFORE, _HOLIDAYS_AFTER = 2, 6


class NotMigrated(RuntimeError):  # noqa: N818 - named for what is wrong
    """The database is not at this version's tables; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Hub:
    """What a process works with. Journeys are made from it; nothing below reads settings."""

    settings: Settings
    url: str
    clock: Clock
    engine: AsyncEngine
    keyring: Keyring
    matrix: Matrix
    understanding: Understanding
    channels: Channels
    files: FileStore
    bus: Bus
    recipients: Recipients

    @property
    def lease(self) -> timedelta:
        """How long a claim of a worker holds."""
        return timedelta(seconds=self.settings.lease_seconds)

    def ingest(self, store: GroupCommit) -> Ingest:
        """The way in."""
        return Ingest(engine=self.engine, store=store, keyring=self.keyring, channels=self.channels, clock=self.clock)

    def first_look(self) -> FirstLook:
        """The danger-first pass."""
        return FirstLook(
            engine=self.engine,
            keyring=self.keyring,
            rules=self.understanding.danger,
            channels=self.channels,
            clock=self.clock,
        )

    def pipeline(self, worker: UUID) -> Pipeline:
        """The inbound journey of one worker."""
        return Pipeline(
            engine=self.engine,
            keyring=self.keyring,
            channels=self.channels,
            files=self.files,
            understanding=self.understanding,
            matrix=self.matrix,
            clock=self.clock,
            worker=worker,
            batch=self.settings.worker_batch,
            lease=self.lease,
        )

    def deliver(self, worker: UUID) -> Deliver:
        """The way out of one worker."""
        return Deliver(
            engine=self.engine,
            keyring=self.keyring,
            channels=self.channels,
            recipients=self.recipients,
            clock=self.clock,
            worker=worker,
            lease=self.lease,
        )

    def relay(self) -> Relay:
        """The candidate for the relay."""
        return Relay(engine=self.engine, url=self.url, bus=self.bus)

    def timers(self) -> Timers:
        """What time brings about."""
        return Timers(engine=self.engine, channels=self.channels, clock=self.clock)

    def reply(self) -> Reply:
        """A person's answers."""
        return Reply(engine=self.engine, keyring=self.keyring, channels=self.channels, clock=self.clock)

    def decide(self) -> Decide:
        """A person's decisions on deliveries."""
        return Decide(engine=self.engine, keyring=self.keyring, clock=self.clock)

    def closure(self) -> Closure:
        """Solving and reopening."""
        return Closure(engine=self.engine, clock=self.clock)

    def worker_id(self) -> UUID:
        """A name for a worker in its leases."""
        return mint(self.clock.now())


@asynccontextmanager
async def assemble(settings: Settings, *, url: str, clock: Clock | None = None, pool: int = 10) -> AsyncIterator[Hub]:
    """Put a process together on a migrated database. Raises NotMigrated, SettingInvalid, and what connecting raises."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        engine = connect(url, pool=pool)
        stack.push_async_callback(engine.dispose)
        await _require_tables(engine)
        keyring = keyring_of(settings)
        yield Hub(
            settings=settings,
            url=url,
            clock=clock,
            engine=engine,
            keyring=keyring,
            matrix=matrix_at(clock),
            understanding=understanding_of(),
            channels=await _open_channels(engine, keyring, settings, clock),
            files=FILE_STORES[FileStoreKind.FOLDER](settings.data_dir / "files", keyring),
            bus=await stack.enter_async_context(BUSES[BusKind.POSTGRES](url)),
            recipients=recipients(
                settings.allowed_recipients, production=settings.environment is Environment.PRODUCTION
            ),
        )


def keyring_of(settings: Settings) -> Keyring:
    """The keyring of the master key: given, else kept in the data directory. Raises ValueError with what to do."""
    if settings.master_key is not None:
        return Keyring(master_key_from(settings.master_key.get_secret_value()))
    return Keyring(master_key_at(settings.data_dir / "master.key"))


def understanding_of() -> Understanding:
    """The readers of text that this installation uses."""
    return Understanding(
        danger=DANGER_RULES["local"](),
        language=LANGUAGE_DETECTORS["langdetect"](),
        kind=KIND_CLASSIFIERS["keywords"](),
    )


def matrix_at(clock: Clock) -> Matrix:
    """The routing matrix, whose calendars know the public holidays of the years around now."""
    year = clock.now().year
    return Matrix.load(holidays=french_holidays(range(year - _HOLIDAYS_BEFORE, year + _HOLIDAYS_AFTER + 1)))


async def _require_tables(engine: AsyncEngine) -> None:
    found = await revision_of(engine)
    if found != newest():
        raise NotMigrated(f"the database is at revision {found}, this version needs {newest()}: run `hub migrate`")


async def _open_channels(engine: AsyncEngine, keyring: Keyring, settings: Settings, clock: Clock) -> Channels:
    async with UnitOfWork(engine) as work:
        rows = await ensure_accounts(work, keyring, settings, now=clock.now())
        await work.commit()
    accounts = [Account(row.id, ChannelKind(row.kind), row.name, row.address, row.settings) for row in rows]
    return Channels(accounts, opener=lambda account: open_channel(account, clock=clock))
