"""The work itself: whether somebody does it, what waits for a person, whether the books add up."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.clock import Clock
from domain.message import DeliveryState
from hub.doctor.books import books, in_words
from hub.doctor.finding import Finding, Words, look, well, wrong
from hub.journey.relay import LOCK
from hub.settings import Settings
from storage import inbox, rejected, tables
from storage.keys import Keyring, Purpose, Unsealable
from storage.unit_of_work import UnitOfWork

#: Nobody waits longer for the pipeline unless no worker keeps up.
PIPELINE_LATE = timedelta(seconds=60)
#: A reply that could not be handed over for so long deserves a look: a server may be down.
REPLY_LATE = timedelta(minutes=15)
#: The hours whose books are checked.
LEDGER_HOURS = 72
#: A session-level advisory lock on one 64-bit number, in this database (pg_locks, "objsubid").
_RELAYS = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid = 0"
    " AND objid = :lock AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


async def look_at_work(
    engine: AsyncEngine, *, settings: Settings, keyring: Keyring | None, clock: Clock
) -> tuple[Finding, ...]:
    """Everything that the tables tell. The tables must be those of this version."""
    now = clock.now()
    async with UnitOfWork(engine) as work:
        connection = work.connection
        findings = (
            await _seal(connection, keyring),
            await _worker(connection, now),
            await _aside(connection),
            await _refused_payloads(connection),
            await _uncertain(connection),
            await _replies(connection, settings, now),
        )
    return (*findings, await _ledger(engine, clock))


async def _seal(connection: AsyncConnection, keyring: Keyring | None) -> Finding:
    """Whether the master key opens what is stored: the newest of each class of data."""
    message, account, raw = tables.message, tables.account, tables.raw_payload
    newest = (
        (Purpose.BODY, select(message.c.text).order_by(message.c.id.desc()).limit(1)),
        (Purpose.ACCOUNT, select(account.c.settings).order_by(account.c.created_at.desc()).limit(1)),
        (
            Purpose.RAW,
            select(raw.c.sealed).where(raw.c.sealed.is_not(None)).order_by(raw.c.received_at.desc()).limit(1),
        ),
    )
    opened = 0
    for purpose, statement in newest:
        sealed = (await connection.execute(statement)).scalar_one_or_none()
        if sealed is None:
            continue
        try:
            if keyring is None:
                raise Unsealable("there is no key")
            keyring.open(purpose, sealed)
        except Unsealable:
            return wrong(
                "seal",
                Words(
                    f"La clé maîtresse n’ouvre pas ce qui est gardé ({purpose})",
                    f"The master key does not open what is stored ({purpose})",
                ),
                do=Words(
                    "Rendez-lui la clé d’origine (HUB_MASTER_KEY, ou master.key sauvegardée) : sinon rien ne se lit",
                    "Give back the first key (HUB_MASTER_KEY, or the saved master.key): without it nothing can be read",
                ),
            )
        opened += 1
    if not opened:
        return well("seal", "Rien n’est encore scellé", "Nothing is sealed yet")
    return well("seal", "La clé maîtresse ouvre ce qui est gardé", "The master key opens what is stored")


async def _worker(connection: AsyncConnection, now: datetime) -> Finding:
    """A worker that lives is the relay or waits to be; one that keeps up leaves nothing lying for long."""
    relays: int = (await connection.execute(text(_RELAYS), {"lock": LOCK})).scalar_one()
    start = Words(
        "Lancez `make run` ou `hub worker` ; voir son journal", "Start `make run` or `hub worker`; see its log"
    )
    if not relays:
        return wrong("worker", Words("Aucun worker ne travaille", "No worker is at work"), do=start)
    oldest = await inbox.oldest_pending(connection)
    age = timedelta(0) if oldest is None else now - oldest
    if age > PIPELINE_LATE:
        return wrong(
            "worker",
            Words(f"Un message attend depuis {_long(age)}", f"A message has waited for {_long(age)}"),
            do=Words("Ajoutez un `hub worker` ; voir le journal du worker", "Add a `hub worker`; see the worker’s log"),
        )
    return well("worker", "Un worker travaille et suit", "A worker is at work and keeps up")


async def _aside(connection: AsyncConnection) -> Finding:
    aside = (await inbox.waiting(connection))["quarantined"]
    if not aside:
        return well("quarantine", "Rien n’est en quarantaine", "Nothing is in quarantine")
    return wrong(
        "quarantine",
        Words(f"{aside} événements en quarantaine", f"{aside} events in quarantine"),
        do=Words(
            "`hub ledger` dit pourquoi ; puis `hub ledger --replay all`",
            "`hub ledger` says why; then `hub ledger --replay all`",
        ),
    )


async def _refused_payloads(connection: AsyncConnection) -> Finding:
    kept = await rejected.waiting(connection)
    if not kept:
        return well("signatures", "Aucun envoi à la signature fausse", "No payload with a wrong signature")
    return look(
        "signatures",
        Words(
            f"{kept} envois à la signature fausse, gardés 24 h",
            f"{kept} payloads with a wrong signature, kept 24 h",
        ),
        do=Words(
            "Si le secret du compte a changé, corrigez-le puis `hub ledger --replay all` ; sinon c’est un étranger",
            "When the account’s secret has changed, mend it, then `hub ledger --replay all`; else it is a stranger",
        ),
    )


async def _uncertain(connection: AsyncConnection) -> Finding:
    delivery = tables.delivery
    waiting = select(func.count()).where(delivery.c.state == DeliveryState.UNCERTAIN)
    count: int = (await connection.execute(waiting)).scalar_one()
    if not count:
        return well("uncertain", "Aucune réponse au sort inconnu", "No reply whose fate is unknown")
    return wrong(
        "uncertain",
        Words(
            f"{count} réponses dont personne ne sait si elles sont parties",
            f"{count} replies that may or may not have gone",
        ),
        do=Words(
            "Décidez dans la console : renvoyer, ou dire envoyée", "Decide in the console: send again, or mark as sent"
        ),
    )


async def _replies(connection: AsyncConnection, settings: Settings, now: datetime) -> Finding:
    delivery, outbox = tables.delivery, tables.outbox
    unsettled = select(func.count(), func.min(delivery.c.created_at)).join(
        outbox, outbox.c.delivery_id == delivery.c.id
    )
    count, oldest = (await connection.execute(unsettled)).one()
    if not settings.outbound:
        return look(
            "replies",
            Words(
                f"Les envois sont coupés ; {count} réponses attendent", f"Sending is switched off; {count} replies wait"
            ),
            do=Words("HUB_OUTBOUND=true les laisse partir", "HUB_OUTBOUND=true lets them go"),
        )
    age = timedelta(0) if oldest is None else now - oldest
    if age > REPLY_LATE:
        return look(
            "replies",
            Words(
                f"{count} réponses attendent, la plus ancienne depuis {_long(age)}",
                f"{count} replies wait, the oldest for {_long(age)}",
            ),
            do=Words(
                "Voyez le serveur d’envoi ; elles partent seules ensuite",
                "See the sending server; they go by themselves afterwards",
            ),
        )
    return well("replies", "Les réponses partent", "Replies go out")


async def _ledger(engine: AsyncEngine, clock: Clock) -> Finding:
    faults = [in_words(fault) for hour in await books(engine, hours=LEDGER_HOURS, clock=clock) for fault in hour.faults]
    if not faults:
        return well("ledger", f"Les comptes de {LEDGER_HOURS} h sont justes", f"The books of {LEDGER_HOURS} h add up")
    french, english = "; ".join(fault.fr for fault in faults), "; ".join(fault.en for fault in faults)
    return wrong(
        "ledger",
        Words(f"Les comptes sont faux : {french}", f"The books do not add up: {english}"),
        do=Words(
            "`hub ledger` montre l’heure ; gardez la base et appelez à l’aide",
            "`hub ledger` shows the hour; keep the database and call for help",
        ),
    )


def _long(age: timedelta) -> str:
    """A length of time as people say it, the same in both languages."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return f"{age.total_seconds():.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
