"""What is known of a running server from outside: its pid file, its processes, its socket."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server's own account of itself, from postmaster.pid."""

    pid: int
    sockets: Path
    port: int
    status: str

    @property
    def socket(self) -> Path:
        """The file of its socket."""
        return self.sockets / f".s.PGSQL.{self.port}"


def read_pid_file(cluster: Path) -> Postmaster | None:
    """The server that last wrote the pid file, or None when there is no file or no sense in it.

    The eight lines: pid, data directory, start, port, socket folder, address, shared memory, status.
    Source: PostgreSQL, src/include/utils/pidfile.h.
    """
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        return Postmaster(pid=int(lines[0]), port=int(lines[3]), sockets=Path(lines[4]), status=lines[7].strip())
    except (OSError, ValueError, IndexError):
        return None


def processes_in(cluster: Path) -> tuple[int, ...]:
    """The live processes of a server: each of them works in the data directory. Empty where there is no /proc."""
    return tuple(pid for pid in _pids() if _works_in(pid, cluster))


def accepts(server: Postmaster) -> bool:
    """Whether the server is ready and somebody answers at its socket."""
    if server.status != "ready":
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(server.socket))
        except OSError:
            return False
    return True


def _pids() -> tuple[int, ...]:
    return tuple(int(entry.name) for entry in _PROC.glob("[0-9]*"))


def _works_in(pid: int, cluster: Path) -> bool:
    try:
        same = os.readlink(_PROC / str(pid) / "cwd") == str(cluster)
        state = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):  # it ended while we looked, or is none of ours
        return False
    return same and state != "Z"
