"""The data directory: made once, whole or not at all, with the text behaviour that search relies on."""

import shutil
import tempfile

from hub.embedded.account import Account
from hub.embedded.binaries import Binaries
from hub.embedded.home import Home

#: The server's owner and the database that the product lives in.
USER = "hub"
DATABASE = "hub"
#: The first major version with the built-in locale provider.
BUILTIN_LOCALES = 17


class ForeignCluster(RuntimeError):  # noqa: N818 - named for what happened, as in every port
    """The data directory belongs to another account than the one that would serve it."""


class OtherMajorVersion(RuntimeError):  # noqa: N818 - named for what happened, as in every port
    """The data directory was made by another major version of PostgreSQL."""


def ensure_cluster(home: Home, *, binaries: Binaries, account: Account) -> None:
    """Make the data directory when there is none, else check that we can serve it.

    Called under the supervisor's lock. Raises ForeignCluster, OtherMajorVersion, subprocess.CalledProcessError.
    """
    if not (home.cluster / "PG_VERSION").exists():
        _make(home, binaries, account)
    owner = home.cluster.stat().st_uid
    if owner != account.uid:
        raise ForeignCluster(
            f"{home.cluster} belongs to account {owner}, the server would run as {account.uid}: "
            "start the hub as the account that first started it, or give it another HUB_DATA_DIR"
        )
    made_by = int((home.cluster / "PG_VERSION").read_text(encoding="ascii").split(".")[0])
    if made_by != binaries.major:
        raise OtherMajorVersion(
            f"{home.cluster} was made by PostgreSQL {made_by} and these programs are {binaries.major}: "
            f"name those of {made_by} in HUB_PG_BIN, or dump and restore"
        )


def _make(home: Home, binaries: Binaries, account: Account) -> None:
    for leftover in home.root.glob("making-*"):  # an initdb that was killed
        shutil.rmtree(leftover)
    # Made beside its place and renamed into it, so that a half-made one is never taken for a database.
    fresh = home.root / tempfile.mkdtemp(prefix="making-", dir=home.root)
    account.own(fresh)
    account.run(
        binaries.program("initdb"),
        *("-D", fresh, "-U", USER, "-A", "trust", "-E", "UTF8", "--data-checksums", "--no-instructions"),
        *_locale(binaries.major),
    )
    account.run(binaries.program("postgres"), "--single", "-D", fresh, "postgres", stdin=f"create database {DATABASE};")
    fresh.rename(home.cluster)


def _locale(major: int) -> tuple[str, ...]:
    """A UTF-8 character type, else the text search parser glues quotes and apostrophes to words."""
    builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if major >= BUILTIN_LOCALES else ()
    return ("--locale=C.UTF-8", *builtin)
