"""A whole hub on a test's database: the fake channel and e-mail, journeys run by hand, step by step."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.email.adapter import EmailChannel
from channels.fake.adapter import FakeChannel
from channels.fake.events import WireMessage, WireStatus, write_webhook
from channels.fake.signature import HEADER, sign
from channels.port import Account, ChannelAdapter, RawEvent, SendReceipt, WireCall
from domain.channel import ChannelKind
from domain.events import Event
from domain.ids import AccountId, TicketId, UserId, mint
from domain.member import Identity, Member, Rank
from domain.permissions import Role, Viewer, viewer_of
from domain.triage import Language
from hub.bootstrap import Hub, matrix_at, understanding_of
from hub.bus.memory import MemoryBus
from hub.clock import FixedClock
from hub.journey.channels import Channels
from hub.journey.recipients import recipients
from hub.settings import Settings
from storage import event_log, tables
from storage.account import writes as account_writes
from storage.account.reads import AccountRow
from storage.files.memory import MemoryFiles
from storage.group_commit import GroupCommit
from storage.keys import Keyring, Purpose
from storage.unit_of_work import UnitOfWork
from storage.user import writes as user_writes
from storage.user.reads import UserRow
from storage.values import columns_of

SECRET = "a secret of the tests"
_UNDERSTANDING = understanding_of()
_NAMES = UUID(int=7)


@dataclass(slots=True)
class Post:
    """What the channels' providers were given, and what they answer: None takes the call, an error is raised."""

    taken: list[WireCall] = field(default_factory=list)
    answers: list[Exception | None] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)

    async def take(self, call: WireCall) -> SendReceipt:
        """Take a call as told to."""
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.taken.append(call)
        return SendReceipt(call.provider_id or f"sent-{call.key}")


class PostedFake(FakeChannel):
    """The fake channel, handing its calls to a Post."""

    def __init__(self, account: Account, post: Post) -> None:
        super().__init__(account)
        self._post = post

    async def send(self, call: WireCall) -> SendReceipt:
        """Hand it over."""
        return await self._post.take(call)

    async def _find(self, key: str) -> SendReceipt | None:
        """What the provider knows of a call."""
        return SendReceipt(self._post.known[key]) if key in self._post.known else None


class PostedEmail(EmailChannel):
    """The e-mail channel, handing its calls to a Post."""

    def __init__(self, account: Account, post: Post, clock: FixedClock) -> None:
        super().__init__(account, clock=clock)
        self._post = post

    async def send(self, call: WireCall) -> SendReceipt:
        """Hand it over."""
        return await self._post.take(call)


@dataclass(slots=True)
class House:
    """The hub of a test, and words for what happens to it."""

    hub: Hub
    clock: FixedClock
    post: Post
    fake: Account
    email: Account
    agent: Viewer
    store: GroupCommit

    async def hear(self, *texts: str, sender: str = "+33600000001", prefix: str = "m", **fields: Any) -> None:
        """The fake channel's provider brings messages, one webhook each."""
        for number, text in enumerate(texts):
            name = str(uuid5(_NAMES, f"{prefix}|{sender}|{number}|{text}"))
            await self.bring(WireMessage(id=name, sender=sender, text=text, sent_at=self.clock.now(), **fields))

    async def bring(self, *events: WireMessage | WireStatus) -> None:
        """One signed webhook."""
        await self.bring_bytes(write_webhook(events))

    async def bring_bytes(self, body: bytes) -> None:
        """One signed webhook with this body."""
        raw = RawEvent(body, {HEADER: sign(body, secret=SECRET)}, self.clock.now())
        await self.hub.ingest(self.store).accept(self.fake.id, raw)

    async def bring_mail(self, mail: str | bytes) -> None:
        """A mail reaches the intake."""
        body = mail if isinstance(mail, bytes) else mail.encode()
        await self.hub.ingest(self.store).accept(self.email.id, RawEvent(body, {}, self.clock.now()))

    async def work(self) -> None:
        """First look and pipeline until nothing is left that is due."""
        look, pipeline = self.hub.first_look(), self.hub.pipeline(self.hub.worker_id())
        while await look.look() + await pipeline.work():
            pass

    async def deliver(self) -> None:
        """Make every delivery that is due."""
        deliver = self.hub.deliver(self.hub.worker_id())
        while await deliver.work():
            pass

    async def answer(self, ticket_id: TicketId, text: str = "Bonjour, c’est noté.", client: int = 1) -> UUID:
        """The agent answers; gives the message's id."""
        said = await self.hub.reply().write(
            ticket_id=ticket_id, client_id=UUID(int=client), text=text, viewer=self.agent
        )
        return said.message.id

    async def rows(self, table: Table) -> Sequence[RowMapping]:
        """All rows of a table, in the order of its key."""
        async with self.hub.engine.connect() as connection:
            found = await connection.execute(select(table).order_by(*table.primary_key.columns))
            return found.mappings().all()

    async def one(self, table: Table) -> RowMapping:
        """The only row of a table."""
        (row,) = await self.rows(table)
        return row

    async def events(self) -> list[Event]:
        """What the log holds, in order of ids."""
        async with self.hub.engine.connect() as connection:
            first, last = await event_log.place(connection)
            assert last >= first - 1
            return [placed.event for placed in await event_log.read_after(connection, 0)]

    async def texts(self) -> list[str]:
        """Every message's words, opened."""
        return [self.hub.keyring.open(Purpose.BODY, row["text"]).decode() for row in await self.rows(tables.message)]

    async def settle_member(self, *, channel: str, address: str, verified: bool = True) -> Member:
        """A member of the programme with an address."""
        now = self.clock.now()
        member = Member(
            id=mint(now),  # type: ignore[arg-type]
            rank=Rank.MEMBER,
            first_name="Léa",
            last_name="Martin",
            language=Language.FR,
            country="PE",
            time_zone="America/Lima",
        )
        identity = Identity(mint(now), channel, address, member.id, now if verified else None)  # type: ignore[arg-type]
        async with UnitOfWork(self.hub.engine) as work:
            await work.connection.execute(tables.member.insert().values(columns_of(member)))
            await work.connection.execute(tables.identity.insert().values(columns_of(identity)))
            await work.commit()
        return member


def payload(**fields: Any) -> bytes:
    """A body that is JSON and no webhook of ours, or is it."""
    return json.dumps(fields).encode()


def moment(text: str) -> datetime:
    """An instant from ISO 8601."""
    return datetime.fromisoformat(text)


@asynccontextmanager
async def house_on(
    engine: AsyncEngine, url: str, keyring: Keyring, clock: FixedClock, *, fake_settings: dict[str, str] | None = None
) -> AsyncIterator[House]:
    """A hub with two accounts and one agent."""
    now = clock.now()
    fake = Account(AccountId(mint(now)), ChannelKind.FAKE, "Essai", "fake", {"secret": SECRET, **(fake_settings or {})})
    email = Account(AccountId(mint(now)), ChannelKind.EMAIL, "Assistance", "assistance@hub.example")
    user = UserRow(UserId(mint(now)), "agent@hub.example", "Agathe", Role.ADVISER, "-")
    async with UnitOfWork(engine) as work:
        for account in (fake, email):
            row = AccountRow(account.id, account.kind, account.name, account.address, account.settings)
            await account_writes.keep(work.connection, keyring, row, now=now)
        await user_writes.keep(work.connection, user, now=now)
        await work.commit()
    post = Post()

    def open_posted(account: Account) -> ChannelAdapter:
        return PostedFake(account, post) if account.kind is ChannelKind.FAKE else PostedEmail(account, post, clock)

    async with MemoryBus() as bus, GroupCommit(url) as store:
        hub = Hub(
            settings=Settings(_env_file=None),  # type: ignore[call-arg]
            url=url,
            clock=clock,
            engine=engine,
            keyring=keyring,
            matrix=matrix_at(clock),
            understanding=_UNDERSTANDING,
            channels=Channels((fake, email), opener=open_posted),
            files=MemoryFiles(),
            bus=bus,
            recipients=recipients("*", production=False),
        )
        yield House(
            hub=hub,
            clock=clock,
            post=post,
            fake=fake,
            email=email,
            agent=viewer_of(user_id=user.id, name=user.name, role=user.role),
            store=store,
        )
