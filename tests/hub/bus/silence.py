"""A wire to the database that can fall silent without being cut, as a firewall does to idle connections."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.engine import make_url

from storage.engine import libpq_arguments

_PORT = 5432


@asynccontextmanager
async def silencing_proxy(url: str) -> AsyncIterator[tuple[str, Callable[[], None]]]:
    """Another address of the same database, and what makes the connections that are open now swallow everything."""
    arguments = libpq_arguments(url)
    silent: set[asyncio.Task[None]] = set()
    tasks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        inner = await _open(arguments["host"], arguments["port"])
        ways = [
            asyncio.ensure_future(_copy(source, target, lambda: task in silent))
            for source, target in ((reader, inner[1]), (inner[0], writer))
        ]
        with suppress(asyncio.CancelledError):
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for end in (writer, inner[1]):
            end.close()
            with suppress(OSError):
                await end.wait_closed()
        tasks.discard(task)

    with TemporaryDirectory(prefix="wire-") as folder:
        server = await asyncio.start_unix_server(talk, Path(folder) / f".s.PGSQL.{_PORT}")
        address = make_url(url).set(host="", port=None, query={"host": folder, "port": str(_PORT)})
        try:
            yield address.render_as_string(hide_password=False), lambda: silent.update(tasks)
        finally:
            server.close()
            for task in tuple(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _open(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if host.startswith("/"):
        return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return await asyncio.open_connection(host, port)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter, swallowed: Callable[[], bool]) -> None:
    while data := await source.read(65_536):
        if not swallowed():
            target.write(data)
            await target.drain()
