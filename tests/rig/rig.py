"""The whole rig, put together: database, proxies, the hub's processes, the provider, and who speaks to them."""

import asyncio
import base64
import hashlib
import json
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from channels.fake.acceptance_log import Accepted, read_log
from channels.fake.http import AnswerLost, NotReached, Request, exchange
from channels.fake.settings import address_of
from domain.channel import ChannelKind
from domain.ids import AccountId, UserId, mint
from domain.permissions import Role
from hub.accounts import FAKE_ADDRESS
from hub.bench.product import free_ports
from hub.clock import SystemClock
from hub.migration import migrate
from storage import tables
from storage.account import writes as account_writes
from storage.account.reads import AccountRow
from storage.engine import asyncpg_url
from storage.keys import Keyring
from storage.unit_of_work import UnitOfWork
from storage.user import writes as user_writes
from storage.user.reads import UserRow
from tests.rig.answerer import Answerer
from tests.rig.database import KillablePostgres, killable_postgres
from tests.rig.listener import Listener
from tests.rig.processes import HubProcess, provider
from tests.rig.proxy import Proxy
from tests.rig.sender import Sender
from tests.rig.waiting import DidNotHappen, until

#: A dead worker's rows are taken over after this long. A worker that lives must be done with a batch well before, also
#: row by row and on a busy machine.
LEASE_SECONDS, BATCH = 4.0, 8
#: Words of the statement by which a worker looks for work.
_CLAIM = "FROM outbox"
_KEY = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run is to be: how much, which provider, which chance, and with which fault built in."""

    events: int
    lanes: int
    seed: int
    honours_key: bool = True
    fault: str | None = None


@dataclass(slots=True)
class Rig:
    """Everything that runs, and the words of the mishaps for it."""

    terms: Terms
    database: KillablePostgres
    engine: AsyncEngine
    account_id: AccountId
    api: HubProcess
    api_proxy: Proxy
    worker: HubProcess
    worker_proxy: Proxy
    second: HubProcess
    second_proxy: Proxy
    provider_url: str
    provider_log: Path
    sender: Sender
    answerer: Answerer
    listener: Listener
    chance: random.Random
    keyring: Keyring = field(default_factory=lambda: Keyring(_KEY))

    async def processed(self) -> int:
        """Events that went through the pipeline."""
        async with self.engine.connect() as connection:
            done = select(func.count()).where(tables.inbox.c.state == "done")
            return int((await connection.execute(done)).scalar_one())

    def accepted(self) -> list[Accepted]:
        """The calls that the provider took."""
        return read_log(self.provider_log)

    async def behave(self, **behaviour: object) -> None:
        """Have the provider behave so."""
        at = address_of(self.provider_url)
        request = Request("POST", "/behaviour", body=json.dumps(behaviour).encode())
        assert (await exchange(at.host, at.port, request, timeout_seconds=5)).status == 200

    async def api_answers(self) -> bool:
        """Whether the API is ready."""
        try:
            answer = await exchange("127.0.0.1", self.sender.port, Request("GET", "/healthz"), timeout_seconds=2)
        except (NotReached, AnswerLost):
            return False
        return answer.status == 200

    async def start_api(self) -> None:
        """Start it and wait until it answers."""
        self.api.start()
        await until(self.api_answers, "the API answers")

    async def start_worker(self, process: HubProcess | None = None, proxy: Proxy | None = None) -> None:
        """Start it and wait until it looks for work."""
        process, proxy = process or self.worker, proxy or self.worker_proxy
        looking = proxy.watch(_CLAIM)
        process.start()

        async def looks() -> bool:
            if not process.lives:
                raise DidNotHappen(f"a worker ended by itself: {process.tail()}")
            return looking.is_set()

        await until(looks, "the worker looks for work")


@asynccontextmanager
async def rig_for(terms: Terms) -> AsyncIterator[Rig]:
    """A rig whose processes run and whose sender waits to be let."""
    async with AsyncExitStack() as stack:
        folder, database = stack.enter_context(killable_postgres())
        engine = create_async_engine(asyncpg_url(database.url), pool_pre_ping=True)  # it outlives the server
        stack.push_async_callback(engine.dispose)
        await migrate(engine, now=SystemClock().now())
        provider_log = folder / "accepted.jsonl"
        provider_url = stack.enter_context(provider(provider_log))
        secret, session = secrets.token_hex(16), secrets.token_urlsafe(32)
        account_id = await _settle(engine, terms, secret=secret, url=provider_url, session=session)
        proxies = [Proxy(database.socket) for _ in range(3)]
        ports = [await stack.enter_async_context(proxy.listening()) for proxy in proxies]
        http, intake, mailbox = free_ports(3)
        environment = {
            "HUB_DATA_DIR": str(folder / "var"),
            "HUB_MASTER_KEY": base64.b64encode(_KEY).decode(),
            "HUB_PORT": str(http),
            "HUB_MAIL_INTAKE_PORT": str(intake),
            "HUB_MAILBOX_PORT": str(mailbox),
            "HUB_LEASE_SECONDS": str(LEASE_SECONDS),
            "HUB_WORKER_BATCH": str(BATCH),
            "HUB_LOG_LEVEL": "WARNING",
        }

        def process(command: str, name: str, port: int) -> HubProcess:
            url = f"postgresql://hub@127.0.0.1:{port}/hub"
            made = HubProcess(command, environment | {"DATABASE_URL": url}, folder / f"{name}.log", terms.fault)
            stack.callback(made.end)
            return made

        rig = Rig(
            terms=terms,
            database=database,
            engine=engine,
            account_id=account_id,
            api=process("serve", "serve", ports[0]),
            api_proxy=proxies[0],
            worker=process("worker", "worker", ports[1]),
            worker_proxy=proxies[1],
            second=process("worker", "second", ports[2]),
            second_proxy=proxies[2],
            provider_url=provider_url,
            provider_log=provider_log,
            sender=Sender(
                http, f"/webhooks/{account_id}", secret, terms.events, terms.lanes, random.Random(terms.seed)
            ),
            answerer=Answerer(engine, http, session),
            listener=Listener(database.url),
            chance=random.Random(terms.seed + 1),
        )
        async with _running(rig):
            yield rig


@asynccontextmanager
async def _running(rig: Rig) -> AsyncIterator[None]:
    others = [asyncio.create_task(rig.answerer.run()), asyncio.create_task(rig.listener.run())]
    try:

        async def listens() -> bool:
            return rig.listener.is_listening

        await until(listens, "the listener listens")
        await rig.start_api()
        await rig.start_worker()
        yield
    finally:
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _settle(engine: AsyncEngine, terms: Terms, *, secret: str, url: str, session: str) -> AccountId:
    """The fake account, which the hub takes over as it finds it, and an agent who is signed in."""
    now = SystemClock().now()
    honours = str(terms.honours_key).lower()
    settings = {"secret": secret, "url": url, "honours_key": honours, "askable": "false"}
    account = AccountRow(AccountId(mint(now)), ChannelKind.FAKE, "Essai", FAKE_ADDRESS, settings)
    user = UserRow(UserId(mint(now)), "agent@hub.example", "Agathe", Role.ADVISER, PasswordHasher().hash(session))
    async with UnitOfWork(engine) as work:
        await account_writes.keep(work.connection, Keyring(_KEY), account, now=now)
        await user_writes.keep(work.connection, user, now=now)
        await user_writes.open_session(
            work.connection,
            token_hash=hashlib.sha256(session.encode()).digest(),
            user_id=user.id,
            now=now,
            until=now + timedelta(hours=12),
        )
        await work.commit()
    return account.id
