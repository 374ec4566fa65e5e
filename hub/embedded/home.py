"""Where the server's files live: the folder asked for, or one that its account can reach."""

import hashlib
import itertools
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hub.embedded.account import Account

#: Where data go when root keeps the project in a folder that no other account may enter. /var/lib outlives the
#: clean-ups of temporary folders; /var/tmp is for machines whose /var/lib cannot be written.
ELSEWHERE = (Path("/var/lib/vi-contact-hub"), Path("/var/tmp/vi-contact-hub"))  # noqa: S108 - owner is checked
#: Left in the folder asked for: line 1 where the data are, line 2 the folder for which they were made.
SIGNPOST = "WHERE"
#: A Unix socket's path is at most 107 bytes on Linux and 103 elsewhere (unix(7), sun_path).
SOCKET_PATH_MAX_BYTES = 103
#: Names the socket file only: the server never listens on TCP.
PORT = 5432


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one embedded server, and the places in it."""

    root: Path

    @property
    def cluster(self) -> Path:
        """The data directory proper."""
        return self.root / "cluster"

    @property
    def lock(self) -> Path:
        """Held by the one process that supervises the server."""
        return self.root / "lock"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.root / "server.log"

    @property
    def sockets(self) -> Path:
        """The folder of the private socket: in the home, or a short one when the path would be too long."""
        inside = self.root / "run"
        if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_MAX_BYTES:
            return inside
        return Path("/tmp") / f"hub-pg-{_digest(self.root)}"  # noqa: S108 - opened by `private_folder` only

    def forget_sockets(self) -> None:
        """Remove the folder of the sockets once it is empty: it may lie outside the home."""
        with suppress(OSError):
            self.sockets.rmdir()


def home_of(data: Path, *, account: Account) -> Home:
    """The home for the data folder asked for; elsewhere, with a signpost, when `account` cannot enter it."""
    data.mkdir(parents=True, exist_ok=True, mode=0o711 if account.lent else 0o700)
    if account.can("-x", data):
        return Home(root=data)
    root = _signposted(data) or _elsewhere(data)
    (data / SIGNPOST).write_text(f"{root}\n{data}\n", encoding="utf-8")
    return Home(root=root)


def private_folder(path: Path, *, account: Account) -> None:
    """Make `path` a folder of `account` that nobody else may enter. Raises PermissionError when it is another's."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), account.uid):
        raise PermissionError(f"{path} belongs to somebody else: remove it")
    path.chmod(0o700)
    account.own(path)


def _signposted(data: Path) -> Path | None:
    """The home that the signpost names, also after the project moved; a copy of a project gets data of its own."""
    try:
        root, made_for = (data / SIGNPOST).read_text(encoding="utf-8").splitlines()[:2]
    except (FileNotFoundError, ValueError):
        return None
    copied = made_for != str(data) and Path(made_for).exists()
    return Path(root) if not copied and Path(root).is_dir() else None


def _elsewhere(data: Path) -> Path:
    """A folder of its own, always a new one: without its signpost an old one belongs to data that were thrown away."""
    for base in ELSEWHERE:
        try:
            base.mkdir(mode=0o755, parents=True, exist_ok=True)
            return _fresh(base, f"{data.parent.parent.name}-{_digest(data)}")
        except OSError:
            continue
    raise PermissionError(f"nowhere to keep the data: {' and '.join(map(str, ELSEWHERE))} cannot be written")


def _fresh(base: Path, name: str) -> Path:
    for number in itertools.count(1):
        root = base / (name if number == 1 else f"{name}-{number}")
        with suppress(FileExistsError):
            root.mkdir(mode=0o711)
            return root
    raise AssertionError("counting never ends")


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
