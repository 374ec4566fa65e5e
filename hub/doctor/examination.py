"""Everything that the doctor looks at, in order: what stands on the machine first, what builds on it afterwards."""

import asyncio

from domain.clock import Clock
from hub.doctor.database import address_of, look_at_database
from hub.doctor.finding import Finding, Words, look
from hub.doctor.installation import data_directory, disk, master_key
from hub.doctor.network import api, mail_intake, sending_server
from hub.doctor.work import look_at_work
from hub.settings import Settings


async def examine(settings: Settings, *, clock: Clock) -> tuple[Finding, ...]:
    """Look at everything, within a time-out at each step. Changes nothing, sends nothing, starts nothing."""
    here = (data_directory(settings), disk(settings))
    keyring, key = master_key(settings)
    address = address_of(settings)
    network = asyncio.gather(api(settings), mail_intake(settings), sending_server(settings))
    if address.url is None:
        database = (address.finding,) if address.finding is not None else ()
        return (*here, key, *database, *await network, _unseen())
    engine, server = await look_at_database(address.url, clock=clock)
    if engine is None:
        return (*here, key, *server, *await network, _unseen())
    try:
        work = await look_at_work(engine, settings=settings, keyring=keyring, clock=clock)
    finally:
        await engine.dispose()
    return (*here, key, *server, *await network, *work)


def _unseen() -> Finding:
    return look(
        "work",
        Words(
            "Messages, réponses et comptes n’ont pas pu être regardés",
            "Messages, replies and books could not be looked at",
        ),
        do=Words("Réparez d’abord la base de données", "Mend the database first"),
    )
