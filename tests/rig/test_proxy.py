"""The rig's own tools: what a gate holds back, and what has happened in the database meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from storage.engine import libpq_arguments
from tests.rig.proxy import Proxy, Side
from tests.rig.waiting import at_last, until
from tests.rig.wire import ClientWords, ServerWords

INSERT = "INSERT INTO told VALUES ($1)"


@dataclass(slots=True)
class Line:
    """A client that speaks through a proxy, and one that does not."""

    proxy: Proxy
    client: asyncpg.Connection
    direct: asyncpg.Connection

    async def told(self) -> list[int]:
        """What is committed."""
        return [row[0] for row in await self.direct.fetch("SELECT n FROM told ORDER BY n")]


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[Line]:
    """A line to a database with a table."""
    host = make_url(database_url).query["host"]
    proxy = Proxy(Path(str(host)) / ".s.PGSQL.5432")
    direct = await asyncpg.connect(**libpq_arguments(database_url))
    await direct.execute("CREATE TABLE told (n int)")
    async with proxy.listening() as port:
        arguments = libpq_arguments(database_url) | {"host": "127.0.0.1", "port": port}
        client = await asyncpg.connect(**arguments)
        yield Line(proxy, client, direct)
        client.terminate()
    await direct.close()


@pytest.mark.database
class TestAGate:
    async def test_holds_a_statement_back_until_it_is_opened(self, line: Line) -> None:
        gate = line.proxy.shut("INSERT INTO told", Side.REQUEST)
        telling = asyncio.create_task(line.client.execute(INSERT, 1))
        await at_last(gate.reached, "the statement")
        assert await line.told() == []
        line.proxy.open()
        await telling
        assert await line.told() == [1]

    async def test_holds_the_answer_back_once_all_is_committed(self, line: Line) -> None:
        gate = line.proxy.shut("INSERT INTO told", Side.ANSWER)
        telling = asyncio.create_task(line.client.execute(INSERT, 1))
        await at_last(gate.reached, "the answer")
        assert await line.told() == [1]
        assert not telling.done()
        line.proxy.open()
        await telling

    async def test_lets_everything_else_pass(self, line: Line) -> None:
        line.proxy.shut("INSERT INTO elsewhere", Side.REQUEST)
        await line.client.execute(INSERT, 1)
        assert await line.client.fetchval("SELECT repeat('é', 300000)") == "é" * 300_000

    async def test_keeps_a_statement_for_ever_whose_client_was_killed(self, line: Line) -> None:
        gate = line.proxy.shut("INSERT INTO told", Side.REQUEST)
        telling = asyncio.create_task(line.client.execute(INSERT, 1))
        await at_last(gate.reached, "the statement")
        line.client.terminate()
        await asyncio.gather(telling, return_exceptions=True)

        async def forsaken() -> bool:
            return line.proxy.talks == 0

        await until(forsaken, "the database lets go")
        line.proxy.open()
        assert await line.told() == []


@pytest.mark.database
class TestACut:
    async def test_loses_an_answer_that_was_held_back(self, line: Line) -> None:
        gate = line.proxy.shut("INSERT INTO told", Side.ANSWER)
        telling = asyncio.create_task(line.client.execute(INSERT, 1))
        await at_last(gate.reached, "the answer")
        await line.proxy.cut()
        line.proxy.open()
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)):
            await telling
        assert await line.told() == [1]


class TestTheWire:
    def test_is_cut_into_messages_wherever_it_arrives_in_pieces(self) -> None:
        messages = [
            b"\0\0\0\x08\x04\xd2\x16\x2f",
            b"\0\0\0\x09\0\3\0\0\0",
            b"P\0\0\0\x11one\0SELECT 1\0",
            b"B\0\0\0\x09\0one\0",
            b"Q\0\0\0\x0dSELECT 2\0",
        ]
        for step in (1, 2, 7, 1000):
            client, sent = ClientWords(), b"".join(messages)
            found = [one for at in range(0, len(sent), step) for one in client.feed(sent[at : at + step])]
            assert found == messages
            assert client.letters == 1
            assert [client.runs(message) for message in found[2:]] == [None, "SELECT 1", "SELECT 2"]

    def test_begins_with_a_bare_letter_when_the_client_asked_for_tls(self) -> None:
        server = ServerWords()
        assert server.feed(b"NR\0\0\0\x04Z\0", letters=1) == [b"N", b"R\0\0\0\x04"]
        assert server.feed(b"\0\0\x05I", letters=0) == [b"Z\0\0\0\x05I"]
