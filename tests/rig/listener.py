"""Listens on the bus from outside, so that the rig knows what was published, whatever the relay remembers."""

import asyncio
from dataclasses import dataclass
from typing import Any

import asyncpg

from hub.bus.postgres import CHANNEL
from storage.engine import libpq_arguments
from tests.rig.waiting import AWAY

_AGAIN_SECONDS = 0.1


@dataclass(slots=True)
class Listener:
    """`head`: the last position of which the bus was told."""

    url: str
    head: int = 0
    is_listening: bool = False

    async def run(self) -> None:
        """For ever, also after the database was away."""
        while True:
            try:
                await self._listen()
            except AWAY:
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(**libpq_arguments(self.url))
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(CHANNEL, self._hear)
            self.is_listening = True
            await lost.wait()
        finally:
            self.is_listening = False
            connection.terminate()

    def _hear(self, _connection: Any, _process: int, _channel: str, payload: str) -> None:
        self.head = max(self.head, int(payload))
