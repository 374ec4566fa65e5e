"""The driver of the way out: an agent who answers every message once, through the API, until it says yes."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.fake.http import AnswerLost, NotReached, Request, exchange
from hub.api.viewer import COOKIE
from storage import tables
from tests.rig.waiting import AWAY

AT_ONCE = 8
_PATIENCE_SECONDS, _PAUSE_SECONDS, _LOOK_EVERY_SECONDS = 10.0, 0.2, 0.1
_NAMES = UUID(int=0x516)


@dataclass(slots=True)
class Answerer:
    """Answers what it finds in the message table."""

    engine: AsyncEngine
    port: int
    session: str
    #: Message answered → the answer's own id, once the hub said yes.
    yes: dict[UUID, UUID] = field(default_factory=dict)
    answers: Counter[int | None] = field(default_factory=Counter)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self) -> None:
        """For ever: look for messages without an answer, and answer them in order within their conversation."""
        while True:
            try:
                waiting = await self._unanswered()
            except AWAY:
                waiting = []
            async with asyncio.TaskGroup() as tasks:
                for _, messages in groupby(waiting, key=lambda message: message[0]):
                    tasks.create_task(self._answer([message[1:] for message in messages]))
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _unanswered(self) -> list[tuple[UUID, UUID, UUID]]:
        """(conversation, message, ticket) of what is to be answered."""
        message = tables.message
        found = (
            select(message.c.conversation_id, message.c.id, message.c.ticket_id)
            .where(message.c.direction == "in")
            .order_by(message.c.conversation_id, message.c.id)
        )
        async with self.engine.connect() as connection:
            rows = await connection.execute(found)
            return [(row[0], row[1], row[2]) for row in rows if row[1] not in self.yes]

    async def _answer(self, messages: list[tuple[UUID, UUID]]) -> None:
        for message_id, ticket_id in messages:
            body = {"client_id": str(uuid5(_NAMES, str(message_id))), "text": text_for(message_id)}
            headers = {"content-type": "application/json", "cookie": f"{COOKIE}={self.session}"}
            request = Request("POST", f"/api/tickets/{ticket_id}/replies", headers, json.dumps(body).encode())
            async with self._turns:
                self.yes[message_id] = await self._until_yes(request)

    async def _until_yes(self, request: Request) -> UUID:
        while True:
            try:
                response = await exchange("127.0.0.1", self.port, request, timeout_seconds=_PATIENCE_SECONDS)
            except (NotReached, AnswerLost):
                self.answers[None] += 1
            else:
                self.answers[response.status] += 1
                if 200 <= response.status < 300:
                    return UUID(json.loads(response.body)["id"])
            await asyncio.sleep(_PAUSE_SECONDS)


def text_for(message_id: UUID) -> str:
    """What is answered to a message; no two answers are alike."""
    return f"Bonjour, réponse à {message_id}."
