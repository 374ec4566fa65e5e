"""The supervisor of one embedded PostgreSQL: starts it, lets others join it, recovers it, stops it.

RuntimeError
├── AlreadySupervised     another live process owns this data folder: join it with `running()`
├── StartFailed           the server ended or stayed silent; carries the end of its log
├── NoAccount · NoBinaries · ForeignCluster · OtherMajorVersion   said by the modules beside
└── NotTheMainThread      `start` and `keep` belong to the main thread
"""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from hub.embedded.account import plain_environment, serving_account
from hub.embedded.binaries import Binaries, find_binaries
from hub.embedded.cluster import DATABASE, USER, ensure_cluster
from hub.embedded.home import PORT, Home, home_of, private_folder
from hub.embedded.postmaster import Postmaster, accepts, processes_in, read_pid_file
from hub.embedded.tuning import server_settings
from hub.lifeline import die_with_parent

#: Crash recovery may replay a long log before the server is ready.
START_SECONDS = 120.0
#: What a fast shutdown may take before the server is told to drop everything (it recovers at the next start).
STOP_SECONDS = 30.0
LOG_MAX_BYTES = 10_000_000


class AlreadySupervised(RuntimeError):  # noqa: N818 - named for what happened, as in every port
    """Another process runs the server of this data folder."""


class StartFailed(RuntimeError):  # noqa: N818 - named for what happened, as in every port
    """The server did not come up."""


class EmbeddedPostgres:
    """One server on one data folder, owned by one process; any other process may join it.

    `data` is the folder asked for; `home` says where the files really are. `settings` are the server's own
    (postgresql.conf) and beat our defaults. Synchronous, and may block for seconds: use it outside event loops.
    """

    def __init__(self, *, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self._account = serving_account(wanted=os.environ.get("HUB_PG_USER"))
        self._wished = dict(settings or {})
        self.home: Home = home_of(data.resolve(), account=self._account)
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._binaries: Binaries | None = None

    def start(self) -> str:
        """Start the server and own it until `stop`; gives its address (see `url_of`).

        Raises AlreadySupervised, StartFailed, NotTheMainThread and the errors of the modules beside.
        """
        die_with_parent(signal.SIGINT)  # refuses other threads before anything is touched
        self._lock = _take(self.home.lock)
        try:
            chosen = os.environ.get("HUB_PG_BIN")
            self._binaries = find_binaries(
                account=self._account, home=self.home.root, chosen=Path(chosen) if chosen else None
            )
            ensure_cluster(self.home, binaries=self._binaries, account=self._account)
            return self._serve(self._binaries)
        except BaseException:
            self._release()
            raise

    def running(self) -> str | None:
        """The address of the server of this data folder, whoever owns it, or None when none answers."""
        server = read_pid_file(self.home.cluster)
        return url_of(server) if server is not None and accepts(server) else None

    def keep(self) -> bool:
        """See that the server runs, from time to time; says whether it had to be started. Same address as before.

        A server of ours that died is started again; one that we joined is taken over when its owner has left.
        """
        if self._binaries is not None and self._process is not None:
            if self._process.poll() is None:
                return False
            self._serve(self._binaries)
            return True
        if self.running():
            return False
        try:
            self.start()
        except AlreadySupervised:  # its owner is starting it again
            return False
        return True

    def stop(self, *, patience: float = STOP_SECONDS) -> None:
        """Stop the server (open transactions are rolled back) and give up the data folder. Safe to repeat.

        After `patience` seconds it is told to drop everything; what was committed is recovered at the next start.
        """
        if self._process is not None:
            _end(self._process, patience)
            self._process = None
            self.home.forget_sockets()
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _serve(self, binaries: Binaries) -> str:
        self._clear_the_way()
        private_folder(self.home.sockets, account=self._account)
        self._process = self._spawn(binaries)
        return url_of(self._wait_until_ready(self._process))

    def _clear_the_way(self) -> None:
        """Wait for the end of a server that lost its owner, and drop the files it can no longer need.

        We hold the lock, so no live owner is disturbed. PostgreSQL would refuse for ever a pid file that is garbled
        or whose number now belongs to some other process.
        """
        left = read_pid_file(self.home.cluster)
        if left is not None and left.pid in processes_in(self.home.cluster):
            os.kill(left.pid, signal.SIGINT)
        if not _wait(lambda: not processes_in(self.home.cluster), STOP_SECONDS):
            raise StartFailed(
                f"processes {processes_in(self.home.cluster)} still work in {self.home.cluster}: end them"
            )
        (self.home.cluster / "postmaster.pid").unlink(missing_ok=True)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.home.sockets / name).unlink(missing_ok=True)

    def _spawn(self, binaries: Binaries) -> subprocess.Popen[bytes]:
        settings = server_settings(major=binaries.major, wished=self._wished)
        command = [str(binaries.program("postgres")), "-D", str(self.home.cluster)]
        command += ["-p", str(PORT), "-k", str(self.home.sockets)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with _log(self.home.log) as log:
            # A session of its own: Ctrl-C is for us, we stop it in order.
            return subprocess.Popen(  # noqa: S603 - an argument list of ours, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=plain_environment(),
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509 - only prctl runs after the fork
                **self._account.arguments(),
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> Postmaster:
        def ready() -> bool:
            server = read_pid_file(self.home.cluster)
            return process.poll() is not None or (
                server is not None and server.pid == process.pid and server.status == "ready"
            )

        came = _wait(ready, START_SECONDS)
        server = read_pid_file(self.home.cluster)
        if not came or process.poll() is not None or server is None:
            _end(process, 1)
            raise StartFailed(f"PostgreSQL did not start; the end of {self.home.log}:\n{_tail(self.home.log)}")
        return server

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def url_of(server: Postmaster) -> str:
    """Its address, `postgresql://hub@/hub?host=<socket folder>&port=5432`: as libpq, asyncpg and SQLAlchemy take it."""
    return f"postgresql://{USER}@/{DATABASE}?host={quote(str(server.sockets), safe='/')}&port={server.port}"


def _take(lock: Path) -> int:
    """Hold `lock` until it is closed or we end; the kernel drops it with the process."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(handle, 20).decode("ascii", "replace").strip()
        os.close(handle)
        raise AlreadySupervised(f"process {owner} already runs the server of {lock.parent}: join it") from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
    return handle


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    for order, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            return
        process.send_signal(order)
        if _wait(lambda: process.poll() is not None, seconds):
            return


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def _log(path: Path) -> FileIO:
    if path.exists() and path.stat().st_size > LOG_MAX_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return FileIO(path, "ab")


def _tail(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")[-2000:]
