"""The rig's PostgreSQL: killed at once with all its processes, started again on what it had committed."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hub.embedded import EmbeddedPostgres
from hub.embedded.home import PORT
from hub.embedded.postmaster import processes_in

_DEATH_SECONDS = 10.0


class KillablePostgres:
    """A durable server (fsync is on: a kill of the server must lose nothing that it said it had)."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedPostgres(data=folder / "postgres", settings={"max_connections": "80"})
        self.kills = 0
        self.url = self._server.start()

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._server.home.sockets / f".s.PGSQL.{PORT}"

    def kill(self) -> None:
        """Kill every process of the server, as a failing machine would."""
        for pid in processes_in(self._server.home.cluster):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.kills += 1

    def start_again(self) -> None:
        """Recover it."""
        end = time.monotonic() + _DEATH_SECONDS
        while not self._server.keep():  # its death is noticed a moment after it was killed
            assert time.monotonic() < end, "the server is still alive"
            time.sleep(0.01)

    def remove(self) -> None:
        """Stop it and drop what it held."""
        self._server.stop()
        shutil.rmtree(self._server.home.root, ignore_errors=True)


@contextmanager
def killable_postgres() -> Iterator[tuple[Path, KillablePostgres]]:
    """A server and a folder for everything else; both are gone afterwards (main thread only)."""
    folder = Path(tempfile.mkdtemp(prefix="hub-rig-"))
    folder.chmod(0o711)  # as root the server runs as another account, which must be able to enter
    try:
        server = KillablePostgres(folder)
        try:
            yield folder, server
        finally:
            server.remove()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
