"""A server for a while: for tests and measurements, in a folder that goes with it."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hub.embedded.postgres import EmbeddedPostgres


@contextmanager
def throwaway_postgres(*, settings: Mapping[str, str] | None = None, base: Path | None = None) -> Iterator[str]:
    """A fresh server's address; server and data are gone afterwards. Also as root, where no data are left elsewhere.

    base: the folder to make it in; without, the machine's place for temporary files.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-", dir=base))
    if os.geteuid() == 0:
        folder.chmod(0o711)  # the account that root lends must be able to enter
    server = EmbeddedPostgres(data=folder / "postgres", settings=settings)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(server.home.root, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
