"""The database of this process: the one named in DATABASE_URL, else the embedded one, joined or owned."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.embedded import AlreadySupervised, EmbeddedPostgres
from hub.settings import Settings

#: Below the data directory: the home of the embedded server.
FOLDER = "postgres"
#: How long we wait for another process that is just starting the server.
JOIN_SECONDS = 120.0


@contextmanager
def open_database(settings: Settings) -> Iterator[str]:
    """The address of the database, for as long as the block lasts.

    An embedded server that runs is joined; else it is started, owned and stopped at the end (main thread only).
    Raises what `EmbeddedPostgres.start` raises.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    server = embedded_postgres(settings.data_dir)
    try:
        yield join_or_own(server)
    finally:
        server.stop()  # nothing happens when another process owns it


def embedded_postgres(data_dir: Path) -> EmbeddedPostgres:
    """The embedded server of this data directory, not started."""
    return EmbeddedPostgres(data=data_dir / FOLDER)


def join_or_own(server: EmbeddedPostgres) -> str:
    """Its address: joined when it runs, else started and owned (main thread only). Raises as `start` does."""
    end = time.monotonic() + JOIN_SECONDS
    while True:
        if address := server.running():
            return address
        try:
            return server.start()
        except AlreadySupervised:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
