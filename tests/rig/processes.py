"""The hub's processes as the rig starts and kills them, and the provider, which is never killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hub.lifeline import die_with_parent

_ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class HubProcess:
    """One `hub <command>`, started as often as it is killed. `fault`: a fault of tests.rig.sabotage, if any."""

    command: str
    environment: dict[str, str]
    log: Path
    fault: str | None = None
    kills: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def lives(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, anew (main thread only)."""
        module = ["hub"] if self.fault is None else ["tests.rig.sabotage", self.fault]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *module, self.command],
                cwd=_ROOT,
                env=clean_environment() | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - only prctl runs after the fork
            )

    def kill(self) -> None:
        """Give it no chance to say or do anything more."""
        assert self._process is not None
        assert self._process.poll() is None, f"`hub {self.command}` ended by itself: {self.tail()}"
        self._process.kill()
        self._process.wait()
        self.kills += 1

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs or when it never ran."""
        return None if self._process is None else self._process.poll()

    def ask_to_stop(self) -> None:
        """Tell it to finish what it holds and end. It may need the rig for that: do not block."""
        assert self._process is not None
        self._process.terminate()

    def end(self) -> None:
        """End it at once, if it runs: the run is over."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def tail(self, *, lines: int = 15) -> str:
        """The end of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


@contextmanager
def provider(log: Path) -> Iterator[str]:
    """The fake provider; it writes down every call that it takes. Yields its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "channels.fake", "--log", str(log)],
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - only prctl runs after the fork
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def clean_environment() -> dict[str, str]:
    """Our environment without settings of the hub."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "DATABASE_"))}
