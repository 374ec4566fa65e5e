"""`hub run`: the whole product in one process tree, on a bare machine, with nothing to configure.

Database → tables → demo (only into an empty database) → API and worker, kept alive until Ctrl-C. Whatever is killed
is recovered: a child by this process, this process by the next `hub run`.
"""

import argparse
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.commands.welcome import already_running, port_taken, welcome
from hub.database import embedded_postgres, join_or_own
from hub.embedded import EmbeddedPostgres
from hub.listening import is_ready, listeners, taken
from hub.process_tree import Child, CommandFailed, ProcessTree, spawn_hub, tail
from hub.settings import Environment, Settings

READY_SECONDS = 90.0
#: A port may still be held for a moment by children of a run that was just killed.
PORT_SECONDS = 5.0
#: Ctrl-C to prompt: 5 s, of which the children get this much.
STOP_SECONDS = 3.0
LOOK_EVERY_SECONDS = 0.25
#: A process that falls this often before anything answers will not recover alone.
HOPELESS_FALLS = 3


class _Ended(Exception):  # noqa: N818 - not an error: Ctrl-C came while we were starting
    pass


class _CannotStart(RuntimeError):  # noqa: N818 - its text is for the person at the terminal
    pass


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `hub run`."""
    parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
    parser.add_argument("--port", type=int, default=None, metavar="N", help="port of the console and API")


def run(arguments: argparse.Namespace) -> int:
    """Run the product until Ctrl-C or SIGTERM; 0 when it was stopped, 1 when it could not start."""
    ending = _notice_the_end()
    try:
        settings = _settings(port=arguments.port)
        with _only_run(settings.data_dir):
            _wait_for_ports(settings, ending)
            with _database(settings) as database:
                _Run(settings=settings, database=database, ending=ending).live(demo=not arguments.no_demo)
    except _Ended:
        pass
    except (RuntimeError, PermissionError) as reason:
        sys.stderr.write(f"\n{reason}\n")
        return 1
    _say("  Arrêté · Stopped")
    return 0


class _Database:
    """The database of this run: the one given, else the embedded one, which is looked after."""

    def __init__(self, *, url: str, where: str, server: EmbeddedPostgres | None) -> None:
        self.url = url
        self.where = where
        self._server = server

    def tend(self) -> bool:
        """Start the embedded server again if it died; says whether it had."""
        return self._server is not None and self._server.keep()


class _Run:
    def __init__(self, *, settings: Settings, database: _Database, ending: threading.Event) -> None:
        self._settings = settings
        self._database = database
        self._ending = ending
        self._started_at = _PROCESS_STARTED
        self._logs = settings.data_dir / "log"
        self._tree = ProcessTree()
        self._environment = {
            "DATABASE_URL": database.url,
            "HUB_PORT": str(settings.port),
            "HUB_PUBLIC_URL": settings.public_url,
        }

    def live(self, *, demo: bool) -> None:
        """Prepare the database, start the processes, and stay until the end."""
        try:
            with _step("Tables · tables"):
                self._finish(("migrate",), log=self._logs / "migrate.log")
            if demo:
                self._finish(("demo", "--if-empty"), log=None)
            elif self._settings.environment is Environment.LOCAL:
                self._finish(("demo", "--accounts-only"), log=self._logs / "accounts.log")
            with _step("API et traitement · API and worker"):
                for name in ("serve", "worker"):
                    self._tree.add(
                        Child(command=(name,), environment=self._environment, log=self._logs / f"{name}.log")
                    )
                self._wait_until_ready()
            self._welcome()
            self._stay()
        finally:
            self._tree.stop(patience=STOP_SECONDS)

    def _finish(self, command: tuple[str, ...], *, log: Path | None) -> None:
        process = spawn_hub(command, environment=self._environment, log=log)
        while (status := process.poll()) is None:
            if self._ending.wait(0.02):
                process.terminate()
                process.wait()
                raise _Ended
        if status != 0:
            said = f":\n{tail(log)}" if log else ""
            raise CommandFailed(f"`hub {' '.join(command)}` a échoué · failed ({status}){said}")

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while not is_ready(host=self._settings.host, port=self._settings.port):
            if self._ending.wait(0.05):
                raise _Ended
            for fall in self._tree.tend():
                if fall.times >= HOPELESS_FALLS:
                    log = self._logs / f"{fall.name}.log"
                    raise CommandFailed(f"`hub {fall.name}` ne démarre pas · does not start ({log}):\n{tail(log)}")
            if time.monotonic() > end:
                raise CommandFailed(f"/readyz ne répond pas · does not answer; see {self._logs} and `hub doctor`")

    def _welcome(self) -> None:
        _say(
            welcome(
                settings=self._settings,
                port=self._settings.port,
                seconds=time.monotonic() - self._started_at,
                data=self._database.where,
                with_accounts=self._settings.environment is Environment.LOCAL,
            )
        )

    def _stay(self) -> None:
        while not self._ending.wait(LOOK_EVERY_SECONDS):
            if self._database.tend():
                _say("  Base de données relancée · database started again")
            for fall in self._tree.tend():
                _say(
                    f"  {fall.name} s’est arrêté ({fall.status}), relancé dans {fall.back_in_seconds:.1f} s · "
                    f"ended, started again; {self._logs / fall.name}.log"
                )


#: The nearest that we get to the moment the person pressed Enter.
_PROCESS_STARTED = time.monotonic()


def _settings(*, port: int | None) -> Settings:
    settings = Settings()
    port = settings.port if port is None else port
    default = Settings.model_fields["public_url"].default
    public_url = f"http://127.0.0.1:{port}" if settings.public_url == default else settings.public_url
    return settings.model_copy(update={"port": port, "public_url": public_url})


def _notice_the_end() -> threading.Event:
    """An event set by Ctrl-C, SIGTERM or a closed terminal; a second Ctrl-C ends at once."""
    ending = threading.Event()

    def note(number: int, _frame: object) -> None:
        if ending.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        ending.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, note)
    return ending


@contextmanager
def _only_run(data_dir: Path) -> Iterator[None]:
    """Hold the data directory against a second `hub run`; the kernel lets go when we end, however we end."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "run.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise _CannotStart(already_running(pid=lock.read().strip())) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def _database(settings: Settings) -> Iterator[_Database]:
    if settings.database_url is not None:
        yield _Database(url=settings.database_url.get_secret_value(), where="DATABASE_URL", server=None)
        return
    server = embedded_postgres(settings.data_dir)
    try:
        with _step("Base de données · database"):
            url = join_or_own(server)
        yield _Database(url=url, where=str(server.home.root), server=server)
    finally:
        server.stop()


def _wait_for_ports(settings: Settings, ending: threading.Event) -> None:
    """Raises _CannotStart naming the first port that stays taken."""
    end = time.monotonic() + PORT_SECONDS
    while in_the_way := taken(listeners(settings)):
        if ending.wait(0.05):
            raise _Ended
        if time.monotonic() > end:
            raise _CannotStart(port_taken(in_the_way[0]))


@contextmanager
def _step(label: str) -> Iterator[None]:
    """One line of progress: what is done, then how long it took."""
    began = time.monotonic()
    sys.stdout.write(f"  {label} … ")
    sys.stdout.flush()
    yield
    _say(f"{time.monotonic() - began:.1f} s")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
