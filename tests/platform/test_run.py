"""`hub run`: one command, one process tree; whatever is killed comes back, and Ctrl-C leaves nothing behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.embedded import EmbeddedPostgres
from hub.listening import is_ready

pytestmark = pytest.mark.database


@dataclass(slots=True)
class Running:
    """A `hub run` and what it has said so far."""

    process: subprocess.Popen[str]
    port: int
    said: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything on its terminal."""
        return "".join(self.said)

    def wait_for(self, words: str) -> None:
        """Wait until it says so."""
        until(lambda: words in self.text or self.process.poll() is not None)
        assert words in self.text, self.text

    def child(self, command: str) -> int | None:
        """The process id of one of its children."""
        for pid in children_of(self.process.pid):
            if f"hub\0{command}".encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        return None


def until(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def children_of(pid: int) -> list[int]:
    """The direct children of a process (Linux)."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def lives(pid: int) -> bool:
    """Whether a process still runs: an orphan that nobody has reaped does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="hub-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(EmbeddedPostgres(data=path / "var" / "postgres").home.root, ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)


@contextmanager
def hub_run(folder: Path, *options: str, ports: list[int] | None = None) -> Iterator[Running]:
    """`hub run` on data of its own, at ports of its own."""
    port, intake, mailbox = ports or free_ports(3)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "DATABASE_"))}
    environment |= {
        "HUB_DATA_DIR": str(folder / "var"),
        "HUB_PORT": str(port),
        "HUB_MAIL_INTAKE_PORT": str(intake),
        "HUB_MAILBOX_PORT": str(mailbox),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "hub", "run", "--no-demo", *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        running = Running(process=process, port=port)
        assert process.stdout is not None
        reader = threading.Thread(target=running.said.extend, args=(process.stdout,))
        reader.start()
        try:
            yield running
        finally:
            process.kill()
            reader.join()


class TestTheWholeProduct:
    def test_answers_says_where_and_ends_on_ctrl_c(self, folder: Path) -> None:
        with hub_run(folder) as hub:
            hub.wait_for("The hub is ready")
            assert f"http://127.0.0.1:{hub.port}/" in hub.text
            assert is_ready(host="127.0.0.1", port=hub.port)
            children = children_of(hub.process.pid)
            began = time.monotonic()
            hub.process.send_signal(signal.SIGINT)
            assert hub.process.wait(15) == 0
            assert time.monotonic() - began < 5
        assert not any(map(lives, children))

    def test_is_warm_within_five_seconds(self, folder: Path) -> None:
        with hub_run(folder) as hub:
            hub.wait_for("The hub is ready")
            hub.process.send_signal(signal.SIGINT)
            hub.process.wait(15)
        with hub_run(folder) as hub:
            hub.wait_for("The hub is ready")
            taken = re.search(r"Le hub est prêt \(([\d.]+) s\)", hub.text)
        assert taken is not None
        sys.stderr.write(f"\nhub run, warm start: {taken[1]} s\n")
        # The promise of 5 s is for a machine at rest and is measured by the bench; the other tests run beside this one.
        assert float(taken[1]) < 15

    @pytest.mark.parametrize("victim", ["serve", "worker"])
    def test_brings_back_a_process_that_was_killed(self, folder: Path, victim: str) -> None:
        with hub_run(folder) as hub:
            hub.wait_for("The hub is ready")
            before = hub.child(victim)
            assert before is not None
            os.kill(before, signal.SIGKILL)
            until(lambda: hub.child(victim) not in (None, before))
            until(lambda: is_ready(host="127.0.0.1", port=hub.port))

    def test_brings_back_its_database(self, folder: Path) -> None:
        with hub_run(folder) as hub:
            hub.wait_for("The hub is ready")
            home = EmbeddedPostgres(data=folder / "var" / "postgres").home
            os.kill(int((home.cluster / "postmaster.pid").read_text(encoding="ascii").split()[0]), signal.SIGKILL)
            hub.wait_for("database started again")
            until(lambda: is_ready(host="127.0.0.1", port=hub.port))

    def test_killed_itself_takes_all_along_and_starts_again(self, folder: Path) -> None:
        ports = free_ports(3)
        with hub_run(folder, ports=ports) as hub:
            hub.wait_for("The hub is ready")
            children = children_of(hub.process.pid)
            hub.process.kill()
        with hub_run(folder, ports=ports) as hub:
            hub.wait_for("The hub is ready")
            assert not any(map(lives, children))

    def test_says_which_port_is_taken_and_what_to_do(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            taken = int(other.getsockname()[1])
            with hub_run(folder, ports=[taken, *free_ports(2)]) as hub:
                assert hub.process.wait(30) == 1
        assert f"Port 127.0.0.1:{taken}" in hub.text
        assert "HUB_PORT=" in hub.text

    def test_is_refused_twice_on_the_same_data(self, folder: Path) -> None:
        with hub_run(folder) as hub:
            hub.wait_for("The hub is ready")
            with hub_run(folder) as second:
                assert second.process.wait(30) == 1
            assert str(hub.process.pid) in second.text
