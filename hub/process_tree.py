"""The processes that `hub run` keeps alive: started together, restarted with back-off, stopped in order."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

from hub.lifeline import die_with_parent

BACK_OFF_FIRST_SECONDS = 0.5
BACK_OFF_MAX_SECONDS = 30.0
#: A process that lived this long has recovered: its next fall starts the back-off anew.
RECOVERED_SECONDS = 60.0
LOG_MAX_BYTES = 20_000_000


class CommandFailed(RuntimeError):  # noqa: N818 - named for what happened
    """A command that had to succeed did not; the message carries the end of what it said."""


@dataclass(frozen=True, slots=True)
class Fall:
    """One process ended on its own: with which status, how often in a row, and when it is started again."""

    name: str
    status: int
    times: int
    back_in_seconds: float


@dataclass(slots=True)
class Child:
    """One `hub <command>` that must stay alive. Its output goes to `log`."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    falls: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _started_at: float = 0.0
    _due_at: float = 0.0

    @property
    def name(self) -> str:
        """The command's first word."""
        return self.command[0]

    @property
    def pid(self) -> int | None:
        """Its process id while it lives."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start it (main thread only)."""
        self._process = spawn_hub(self.command, environment=self.environment, log=self.log)
        self._started_at = time.monotonic()

    def tend(self) -> Fall | None:
        """Notice its end, start it again when that is due. Gives the fall when it just happened."""
        if self._process is None:
            if time.monotonic() >= self._due_at:
                self.start()
            return None
        status = self._process.poll()
        return None if status is None else self._fell(status)

    def ask_to_stop(self) -> None:
        """Tell it to finish what it holds and end."""
        if self.pid is not None and self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def wait_or_kill(self, *, until: float) -> None:
        """Wait for its end until the monotonic instant `until`, then kill it: every step of ours survives that."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _fell(self, status: int) -> Fall:
        recovered = time.monotonic() - self._started_at > RECOVERED_SECONDS
        self.falls = 1 if recovered else self.falls + 1
        wait = min(BACK_OFF_FIRST_SECONDS * 2 ** (self.falls - 1), BACK_OFF_MAX_SECONDS)
        self._process, self._due_at = None, time.monotonic() + wait
        return Fall(name=self.name, status=status, times=self.falls, back_in_seconds=wait)


@dataclass(slots=True)
class ProcessTree:
    """All children of one run."""

    children: list[Child] = field(default_factory=list)

    def add(self, child: Child) -> None:
        """Start a child and keep it."""
        child.start()
        self.children.append(child)

    def tend(self) -> tuple[Fall, ...]:
        """Look after every child once; gives what fell since the last look."""
        return tuple(fall for child in self.children if (fall := child.tend()) is not None)

    def stop(self, *, patience: float) -> None:
        """Ask all to stop, wait `patience` seconds together, kill what is left."""
        until = time.monotonic() + patience
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            child.wait_or_kill(until=until)
        self.children.clear()


def spawn_hub(command: tuple[str, ...], *, environment: Mapping[str, str], log: Path | None) -> subprocess.Popen[bytes]:
    """Start `hub <command>` with the same Python; it ends when we do. Without `log` it speaks on our terminal."""
    output = _open_log(log) if log is not None else None
    try:
        # A session of its own: Ctrl-C is for us, we stop the children in order.
        return subprocess.Popen(  # noqa: S603 - our own program, an argument list, no shell
            [sys.executable, "-m", "hub", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - only prctl runs after the fork
        )
    finally:
        if output is not None:
            output.close()


def tail(log: Path, *, lines: int = 20) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if log.exists() else ""


def _open_log(path: Path) -> FileIO:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and path.stat().st_size > LOG_MAX_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return FileIO(path, "ab")
