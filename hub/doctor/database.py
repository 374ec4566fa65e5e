"""The database: whether it answers, is one that the hub can work on, and is ready for the months to come."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.clock import Clock
from hub.database import FOLDER, embedded_postgres
from hub.doctor.finding import Finding, Words, look, well, wrong
from hub.embedded.binaries import OLDEST_MAJOR
from hub.migration import ahead, newest, revision_of
from hub.settings import Settings
from storage import event_log
from storage.engine import connect
from storage.unit_of_work import UnitOfWork

#: Beyond the first people wonder about times on screen; beyond the second leases and promises go wrong.
SKEW_SEEN, SKEW_HARMFUL = timedelta(seconds=1), timedelta(seconds=5)
_START = Words("Lancez `make run`", "Start it with `make run`")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is, or why that is not known."""

    url: str | None
    finding: Finding | None = None


def address_of(settings: Settings) -> Address:
    """The database of this installation. Starts nothing."""
    if settings.database_url is not None:
        return Address(settings.database_url.get_secret_value())
    if not (settings.data_dir / FOLDER).exists():
        never = Words("La base de données n’a jamais démarré ici", "The database was never started here")
        return Address(None, wrong("database", never, do=_START))
    url = embedded_postgres(settings.data_dir).running()
    if url is None:
        return Address(
            None, wrong("database", Words("La base de données est arrêtée", "The database is down"), do=_START)
        )
    return Address(url)


async def look_at_database(url: str, *, clock: Clock) -> tuple[AsyncEngine | None, tuple[Finding, ...]]:
    """What is to be said of the server at `url`; the engine when its tables are those of this version.

    The caller disposes of the engine.
    """
    try:
        engine = connect(url, pool=2)
    except (ArgumentError, ValueError):
        return None, (_unreadable(),)
    try:
        findings = await _server(engine, clock)
        tables = await _tables(engine)
        findings = (*findings, tables)
        if tables.do is None:
            return engine, (*findings, await _partitions(engine, clock.now()))
    except (DBAPIError, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        findings = (_silent(error),)
    await engine.dispose()
    return None, findings


async def _server(engine: AsyncEngine, clock: Clock) -> tuple[Finding, ...]:
    async with UnitOfWork(engine) as work:
        version = str((await work.connection.execute(text("SHOW server_version"))).scalar_one())
        return (
            _version(version),
            await _text(work.connection),
            await _skew(work.connection, clock),
        )


def _version(version: str) -> Finding:
    """`version` as the server says it: "18.6", "15.4 (Debian 15.4-1)"."""
    found = re.match(r"\d+", version)
    number = version.partition(" ")[0]
    if found is not None and int(found[0]) >= OLDEST_MAJOR:
        return well("database", f"La base de données répond (PostgreSQL {number})", f"PostgreSQL {number} answers")
    return wrong(
        "database",
        Words(f"PostgreSQL {number} est trop ancien", f"PostgreSQL {number} is too old"),
        do=Words(f"Passez à la version {OLDEST_MAJOR} ou plus récente", f"Move to version {OLDEST_MAJOR} or later"),
    )


async def _text(connection: AsyncConnection) -> Finding:
    """How it treats text: tried rather than deduced from names, which differ from one locale provider to the next."""
    found = await connection.execute(
        text(
            "SELECT pg_encoding_to_char(encoding), datcollate, lower('É') = 'é',"
            " cardinality(tsvector_to_array(to_tsvector('simple', 'l’été «prévu»'))) = 3"
            " FROM pg_database WHERE datname = current_database()"
        )
    )
    encoding, collation, folds, splits = found.one()
    if encoding == "UTF8" and folds and splits:
        return well("database_text", f"Textes en UTF-8 ({collation})", f"Texts in UTF-8 ({collation})")
    return wrong(
        "database_text",
        Words(
            f"La base ne sait pas lire le français ({encoding}, {collation})",
            f"Unfit for French ({encoding}, {collation})",
        ),
        do=Words(
            "Recréez-la : CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0, puis restaurez",
            "Make it again with ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0, then restore",
        ),
    )


async def _skew(connection: AsyncConnection, clock: Clock) -> Finding:
    """How far the database's clock is from ours: half of the way there and back is the way there."""
    asked = clock.now()
    told: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    answered = clock.now()
    skew = abs(told.astimezone(UTC) - (asked + (answered - asked) / 2))
    seconds = f"{skew.total_seconds():.1f} s"
    what = Words(f"Les horloges diffèrent de {seconds}", f"The clocks differ by {seconds}")
    do = Words("Réglez les deux machines par NTP (timedatectl)", "Set both machines by NTP (timedatectl)")
    if skew > SKEW_HARMFUL:
        return wrong("clock", what, do=do)
    if skew > SKEW_SEEN:
        return look("clock", what, do=do)
    return well("clock", "La base et la machine ont la même heure", "Database and machine have the same time")


async def _tables(engine: AsyncEngine) -> Finding:
    found, needed = await revision_of(engine), newest()
    if found == needed:
        return well("tables", f"Tables à la révision {needed}", f"Tables at revision {needed}")
    if found is None:
        what = Words("La base est vide", "The database is empty")
    else:
        what = Words(f"Tables à la révision {found} au lieu de {needed}", f"Tables at {found} instead of {needed}")
    return wrong(
        "tables",
        what,
        do=Words("Lancez `hub migrate`", "Run `hub migrate`"),
    )


async def _partitions(engine: AsyncEngine, now: datetime) -> Finding:
    async with UnitOfWork(engine) as work:
        children = text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'event'::regclass")
        existing = set((await work.connection.execute(children)).scalars())
        stray = await event_log.stray(work.connection)
    needed = [f"event_{start:%Y_%m}" for start, _ in event_log.months(now, ahead(now))]
    missing = [name for name in needed if name not in existing]
    if missing:
        names = ", ".join(missing)
        return wrong(
            "partitions",
            Words(f"Partitions absentes : {names}", f"Missing partitions: {names}"),
            do=Words(
                "Lancez `hub migrate` ; le worker les crée d’avance", "Run `hub migrate`; the worker makes them ahead"
            ),
        )
    if stray:
        return wrong(
            "partitions",
            Words(f"{stray} événements dans la partition par défaut", f"{stray} events in the default partition"),
            do=Words(
                "Vérifiez l’heure de la machine, puis déplacez-les dans la partition de leur mois",
                "Check the machine’s time, then move them to their month’s partition",
            ),
        )
    return well("partitions", f"Partitions prêtes jusqu’à {needed[-1]}", f"Partitions ready up to {needed[-1]}")


def _unreadable() -> Finding:
    return wrong(
        "database",
        Words("DATABASE_URL est illisible", "DATABASE_URL cannot be read"),
        do=Words("Écrivez postgresql://utilisateur:…@hôte:5432/base", "Write postgresql://user:…@host:5432/database"),
    )


def _silent(error: BaseException) -> Finding:
    """Why it does not let us in. The driver's own words stay out: they may repeat the address with its password."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    known = cause if isinstance(cause, asyncpg.PostgresError) else (cause.__cause__ or cause)
    if isinstance(known, (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)):
        why = Words("la base refuse ce compte", "the database refuses this account")
        do = Words("Vérifiez nom et mot de passe dans DATABASE_URL", "Check name and password in DATABASE_URL")
    elif isinstance(known, asyncpg.InvalidCatalogNameError):
        why = Words("cette base n’existe pas sur le serveur", "this database does not exist on the server")
        do = Words("Créez-la, ou corrigez DATABASE_URL", "Create it, or mend DATABASE_URL")
    elif isinstance(known, asyncpg.TooManyConnectionsError):
        why = Words("le serveur n’a plus de connexions libres", "the server has no free connections")
        do = Words("Augmentez max_connections, ou arrêtez des workers", "Raise max_connections, or stop some workers")
    else:
        why = Words("le serveur ne répond pas", "the server does not answer")
        do = Words("Démarrez-le ; vérifiez hôte, port et pare-feu", "Start it; check host, port and firewall")
    said = type(known).__name__
    return wrong("database", Words(f"Base injoignable : {why.fr} ({said})", f"No database: {why.en} ({said})"), do=do)
