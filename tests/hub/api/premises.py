"""A whole API on a test's database: its application with everything open, and people who are signed in."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI

from domain.ids import TicketId, UserId, mint
from domain.permissions import Role
from hub.api.reception import Reception
from hub.api.viewer import COOKIE
from hub.bootstrap import Hub
from hub.main import create_app
from hub.settings import Settings
from storage import event_log, tables
from storage.unit_of_work import UnitOfWork
from storage.user import writes as user_writes
from storage.user.reads import UserRow
from tests.hub.journey.house import House

PASSWORD = "un mot de passe d’essai"
PUBLIC_URL = "http://hub.local"
#: Cheap on purpose: the checks themselves are the same.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass(slots=True)
class Premises:
    """The application of a test, and words for who comes to it."""

    house: House
    hub: Hub
    app: FastAPI
    users: dict[Role, UserRow]

    @property
    def reception(self) -> Reception:
        """What this application keeps open."""
        reception: Reception = self.app.state.reception
        return reception

    def stranger(self, **headers: str) -> httpx.AsyncClient:
        """A client without a session."""
        transport = httpx.ASGITransport(app=self.app, client=("192.0.2.7", 40000))
        return httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers)

    async def signed_in(self, role: Role = Role.ADVISER, **headers: str) -> httpx.AsyncClient:
        """A client with a session of a user of this role."""
        client = self.stranger(**headers)
        client.cookies.set(COOKIE, await self.session(role))
        return client

    async def session(self, role: Role = Role.ADVISER) -> str:
        """The token of a fresh session."""
        now, token = self.hub.clock.now(), f"a token of {role} {mint(self.hub.clock.now())}".replace(" ", "-")
        async with UnitOfWork(self.hub.engine) as work:
            await user_writes.open_session(
                work.connection,
                token_hash=hashlib.sha256(token.encode()).digest(),
                user_id=self.users[role].id,
                now=now,
                until=now + timedelta(hours=12),
            )
            await work.commit()
        return token

    async def ticket(self, text: str = "Bonjour, où en est mon remboursement ?", **fields: Any) -> TicketId:
        """Somebody writes; gives the newest ticket."""
        await self.house.hear(text, **fields)
        await self.house.work()
        return TicketId((await self.house.rows(tables.ticket))[-1]["id"])

    async def place(self) -> int:
        """Give every committed event its position and tell the bus, as the relay does; gives the head."""
        async with UnitOfWork(self.hub.engine) as work:
            _, last = await event_log.place(work.connection)
            await work.commit()
        await self.hub.bus.publish(last)
        return last


@asynccontextmanager
async def premises_on(house: House, folder: Path, **settings: Any) -> AsyncIterator[Premises]:
    """The API with a user of every role; `settings` replace those of a test."""
    chosen: dict[str, Any] = {"data_dir": folder, "mailbox_port": 0, "public_url": PUBLIC_URL} | settings
    hub = replace(house.hub, settings=Settings(_env_file=None, **chosen))
    users = {
        role: UserRow(UserId(mint(hub.clock.now())), f"{role}@hub.example", f"Une {role}", role, _HASH) for role in Role
    }
    async with UnitOfWork(hub.engine) as work:
        for user in users.values():
            await user_writes.keep(work.connection, user, now=hub.clock.now())
        await work.commit()
    app = create_app(hub)
    async with app.router.lifespan_context(app):
        yield Premises(house, hub, app, users)


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application on a real port; yields `host:port`. Its lifespan is the test's."""
    config = uvicorn.Config(
        app, port=0, lifespan="off", log_config=None, ws_per_message_deflate=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done(), "the server ended before it began"
        await asyncio.sleep(0)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        await serving
