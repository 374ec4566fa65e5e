"""`hub ledger`: received = stored = processed = answered, by hour; what was put aside and why; and its replay."""

import argparse
import asyncio
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from channels import wire
from channels.port import SignatureInvalid
from hub.bootstrap import Hub, NotMigrated, assemble
from hub.clock import SystemClock
from hub.database import open_database
from hub.doctor.books import books, in_words
from hub.journey.channels import UnknownAccount
from hub.settings import Settings
from storage import inbox, rejected
from storage.engine import is_away
from storage.group_commit import DatabaseAway, GroupCommit
from storage.keys import Purpose, Unsealable
from storage.ledger import Hour
from storage.unit_of_work import UnitOfWork

HOURS, MOST_HOURS = 72, 720
_COLUMNS = (
    "received",
    "duplicates",
    "stored",
    "processed",
    "quarantined",
    "pending",
    "messages",
    "replies",
    "settled",
    "unsettled",
)
_HEADINGS = (
    "reçus",
    "répétés",
    "gardés",
    "traités",
    "à part",
    "en attente",
    "messages",
    "réponses",
    "réglées",
    "ouvertes",
)
_WIDTH = 11
_INTRODUCTION = """
  Comptes des {hours} dernières heures (UTC) · Books of the last {hours} hours (UTC)
    reçus = gardés + répétés ; gardés = traités + à part + en attente ; réponses = réglées + ouvertes
    received = stored + repeats; stored = processed + aside + waiting; replies = settled + open
"""


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that waits for a person. `name` is what --replay takes."""

    name: str
    channel: str
    since: str
    reason: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `hub ledger`."""
    parser.add_argument("--hours", type=_hours, default=HOURS, metavar="N", help=f"1 to {MOST_HOURS}, default {HOURS}")
    parser.add_argument(
        "--replay", type=_wanted, metavar="ID", help="put aside no longer: event-12, payload-3, or all of them"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the books; 0 when they balance and every replay that was asked for was done, else 1."""
    settings = Settings()
    try:
        with open_database(settings) as url:
            return asyncio.run(_run(settings, url, hours=arguments.hours, replay=arguments.replay))
    except NotMigrated as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except Exception as error:
        if not is_away(error):
            raise
        sys.stderr.write("La base de données ne répond pas : hub doctor · The database does not answer: hub doctor\n")
        return 1


async def _run(settings: Settings, url: str, *, hours: int, replay: str | None) -> int:
    clock = SystemClock()
    async with assemble(settings, url=url, clock=clock, pool=2) as hub:
        done = True if replay is None else await _replay(hub, replay)
        found = await books(hub.engine, hours=hours, clock=clock)
        sys.stdout.write(_INTRODUCTION.format(hours=hours) + as_text(found))
        sys.stdout.write(aside_as_text(await put_aside(hub)))
    return 0 if done and not any(hour.faults for hour in found) else 1


def as_text(found: Sequence[Hour]) -> str:
    """The books as a table, the newest hour first, then their sum and what does not add up."""
    if not found:
        return "\n  Il ne s’est rien passé · Nothing happened\n"
    lines = [_line("", _HEADINGS), *(_line(f"{hour.hour:%Y-%m-%d %H:%M}", _numbers(hour)) for hour in found)]
    totals = [sum(column) for column in zip(*map(_numbers, found), strict=True)]
    lines += [_line("total", totals), ""]
    faults = [(hour, in_words(fault)) for hour in found for fault in hour.faults]
    lines += [f"  ✗ {hour.hour:%Y-%m-%d %H:%M} {words}" for hour, words in faults]
    return "\n".join(["", *lines, *([] if faults else ["  ✓ Tout est juste · Everything adds up"]), ""])


def aside_as_text(aside: Sequence[Aside]) -> str:
    """What waits for a person, with its reason and how to replay it."""
    if not aside:
        return "  ✓ Rien n’est mis à part · Nothing is put aside\n"
    lines = ["", f"  Mis à part · Put aside: {len(aside)}"]
    lines += [f"    {one.name:<14}{one.since}  {one.channel:<8}{one.reason}" for one in aside]
    lines.append("    Rejouer · replay: hub ledger --replay ID, hub ledger --replay all")
    return "\n".join([*lines, ""])


async def put_aside(hub: Hub) -> tuple[Aside, ...]:
    """Events that failed too often, then payloads whose signature was wrong."""
    async with UnitOfWork(hub.engine) as work:
        events = await inbox.quarantined(work.connection)
        payloads = await rejected.everything(work.connection)
    return (
        *(Aside(f"event-{row}", channel, f"{at:%Y-%m-%d %H:%M}", why) for row, _, channel, at, _, why in events),
        *(Aside(f"payload-{one.id}", one.channel, f"{one.received_at:%Y-%m-%d %H:%M}", one.reason) for one in payloads),
    )


async def _replay(hub: Hub, wanted: str) -> bool:
    """Replay one thing or all; says what became of each. True when all of it was done."""
    names = [one.name for one in await put_aside(hub)] if wanted == "all" else [wanted]
    done = [await _replay_one(hub, name) for name in names]
    sys.stdout.write(f"\n  {sum(done)} / {len(names)} rejoués · replayed\n")
    return all(done)


async def _replay_one(hub: Hub, name: str) -> bool:
    sort, _, number = name.partition("-")
    refusal = await (_replay_payload(hub, int(number)) if sort == "payload" else _replay_event(hub, int(number)))
    if refusal is not None:
        sys.stdout.write(f"  ✗ {name}: {refusal}\n")
    return refusal is None


async def _replay_event(hub: Hub, row: int) -> str | None:
    """Give it three more attempts; why not, when it cannot be."""
    async with UnitOfWork(hub.engine) as work:
        found = await inbox.replay(work.connection, row, now=hub.clock.now())
        await work.commit()
    return None if found else "n’est pas en quarantaine · is not in quarantine"


async def _replay_payload(hub: Hub, row: int) -> str | None:
    """Take it in as if it came now, once its signature proves its origin; why not, when it does not."""
    async with UnitOfWork(hub.engine) as work:
        kept = await rejected.take(work.connection, row)
        if kept is None:
            return "n’est pas gardé · is not kept"
        try:
            raw = wire.decode_raw(hub.keyring.open(Purpose.RAW, kept.sealed))
            hub.channels.of(kept.account_id).channel.verify(raw)
            async with GroupCommit(hub.url, lanes=1) as store:
                await hub.ingest(store).store(kept.account_id, raw)
        except (SignatureInvalid, UnknownAccount, Unsealable, DatabaseAway) as refusal:
            return str(refusal)
        # A crash here keeps a payload that is stored already: replayed again, it is a repeat.
        await rejected.remove(work.connection, row)
        await work.commit()
    return None


def _numbers(hour: Hour) -> list[int]:
    return [getattr(hour, column) for column in _COLUMNS]


def _line(first: str, cells: Sequence[object]) -> str:
    return f"  {first:<17}" + "".join(f"{cell:>{_WIDTH}}" for cell in cells)


def _hours(word: str) -> int:
    hours = int(word) if word.isascii() and word.isdigit() else 0
    if not 1 <= hours <= MOST_HOURS:
        raise argparse.ArgumentTypeError(f"{word!r}: give hours from 1 to {MOST_HOURS}")
    return hours


def _wanted(word: str) -> str:
    """`all`, `event-12`, `payload-3`; a bare number is an event."""
    name = f"event-{word}" if word.isdigit() else word
    if name != "all" and not re.fullmatch(r"(event|payload)-[0-9]{1,18}", name):
        raise argparse.ArgumentTypeError(f"{word!r}: give event-12, payload-3 or all")
    return name
