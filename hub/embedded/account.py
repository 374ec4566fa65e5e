"""Under which account the server runs: PostgreSQL refuses root, so root lends it an unprivileged one."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

#: Accounts that a root installation takes, the first that exists; HUB_PG_USER names another.
CANDIDATES = ("postgres", "nobody")


class NoAccount(RuntimeError):  # noqa: N818 - named for what happened, as in every port
    """We are root and the machine has no unprivileged account to lend."""


class Drop(TypedDict, total=False):
    """The arguments of `subprocess` that give up our account."""

    user: int
    group: int
    extra_groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """The account of the server's processes; `lent` when it is not our own."""

    uid: int
    gid: int
    lent: bool

    def arguments(self) -> "Drop":
        """The keyword arguments that make `subprocess` run as this account."""
        return Drop(user=self.uid, group=self.gid, extra_groups=()) if self.lent else Drop()

    def run(self, *command: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a short command as this account, in a plain environment, and capture what it says.

        Raises subprocess.CalledProcessError.
        """
        return subprocess.run(  # noqa: S603 - our own programs, an argument list, no shell
            [str(part) for part in command],
            input=stdin,
            capture_output=True,
            check=True,
            text=True,
            cwd="/",
            env=plain_environment(),
            timeout=120,
            **self.arguments(),
        )

    def own(self, path: Path) -> None:
        """Give `path` to this account when it is a lent one."""
        if self.lent:
            os.chown(path, self.uid, self.gid)

    def can(self, test: str, path: Path) -> bool:
        """Whether this account passes `test` (an operator of test(1): -x, -r) on `path`."""
        if not self.lent:
            return True
        try:
            self.run("/usr/bin/env", "test", test, path)
        except (subprocess.CalledProcessError, OSError):
            return False
        return True


def serving_account(*, wanted: str | None = None, candidates: Sequence[str] = CANDIDATES) -> Account:
    """Our own account, or as root `wanted`, else the first candidate that exists. Raises NoAccount."""
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), lent=False)
    for name in (wanted,) if wanted else candidates:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid, lent=True)
    raise NoAccount(
        f"PostgreSQL refuses to run as root and there is no account {wanted or ' or '.join(candidates)}: "
        "name one in HUB_PG_USER, or set DATABASE_URL"
    )


def plain_environment() -> dict[str, str]:
    """Our environment without what would change a PostgreSQL program's mind (PG…, locale)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}
