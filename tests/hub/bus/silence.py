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
        host, port = arguments["host"], arguments["port"]
        if host.startswith("/"):
            inner = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            inner = await asyncio.open_connection(host, port)
        with suppress(OSError, asyncio.CancelledError):
            async with asyncio.TaskGroup() as ways:
                ways.create_task(_copy(reader, inner[1], lambda: task in silent))
                ways.create_task(_copy(inner[0], writer, lambda: task in silent))
        for end in (writer, inner[1]):
            end.close()
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


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter, swallowed: Callable[[], bool]) -> None:
    while data := await source.read(65_536):
        if not swallowed():
            target.write(data)
            await target.drain()
    raise ConnectionResetError  # ends the other way too
