"""`hub serve` as a process: it answers, and it ends in time and whole."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.listening import is_ready
from tests.conftest import database_of

pytestmark = pytest.mark.database
STOP_SECONDS = 3.0


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextmanager
def _serving(url: str, folder: Path, *, http: int = 0) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    free, intake, mailbox = _free_ports(3)
    http = http or free
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "HUB_DATA_DIR": str(folder),
        "HUB_PORT": str(http),
        "HUB_MAIL_INTAKE_PORT": str(intake),
        "HUB_MAILBOX_PORT": str(mailbox),
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "hub", "serve"], env=environment, stdout=log, stderr=log)
    try:
        yield process, http
    finally:
        process.kill()
        process.wait()


class TestServing:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_ends_in_time_and_cleanly_although_somebody_listens(
        self, fresh_database_url: str, tmp_path: Path, number: signal.Signals
    ) -> None:
        with _serving(fresh_database_url, tmp_path) as (process, port):
            while not is_ready(host="127.0.0.1", port=port):
                assert process.poll() is None, (tmp_path / "log").read_text()
            with socket.create_connection(("127.0.0.1", port)):
                began = time.monotonic()
                process.send_signal(number)
                assert process.wait(timeout=STOP_SECONDS) == 0
        assert time.monotonic() - began < STOP_SECONDS
        assert '"event": "api_stopped"' in (tmp_path / "log").read_text()

    def test_says_that_its_port_is_taken(self, fresh_database_url: str, tmp_path: Path) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as other,
            _serving(fresh_database_url, tmp_path, http=other.getsockname()[1]) as (process, _),
        ):
            assert process.wait(timeout=60) == 1
        assert "HUB_PORT moves it" in (tmp_path / "log").read_text()

    def test_does_not_begin_on_a_database_without_tables(self, server: str, tmp_path: Path) -> None:
        with _serving(database_of(server, "postgres"), tmp_path) as (process, _):
            assert process.wait(timeout=60) == 1
        assert "hub migrate" in (tmp_path / "log").read_text()
