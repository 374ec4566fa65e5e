"""What the contributors of the demo share: chance, ids, the reader of texts, and the rows that they leave."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from domain.events import Event
from domain.ids import AttachmentId, UserId
from hub.demo.dice import Dice, Minter
from hub.demo.people import Person
from hub.demo.residents import Resident
from routing.matrix import Matrix
from storage.account.reads import AccountRow
from storage.keys import Keyring
from storage.message.writes import NewMessage
from understanding.port import DangerRules


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person at a desk, with the id that their account has."""

    id: UserId
    person: Person


@dataclass(slots=True)
class World:
    """Everything that is made, in memory, before any of it is stored.

    Contributors read what earlier ones left and add rows, events and files. `dice` and `minter` are asked for by name,
    so that a new contributor changes nothing of what the others make. `users`: accounts that are there already, by
    address; `inbox_ids`: numbers that were set aside for rows of the inbox.
    """

    seed: int
    as_of: datetime
    account: AccountRow
    keyring: Keyring
    matrix: Matrix
    danger: DangerRules
    users: Mapping[str, UserId]
    inbox_ids: tuple[int, ...]
    colleagues: tuple[Colleague, ...] = ()
    residents: list[Resident] = field(default_factory=list)
    messages: list[NewMessage] = field(default_factory=list)
    rows: dict[Table, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    events: list[Event] = field(default_factory=list)
    files: list[tuple[AttachmentId, bytes]] = field(default_factory=list)

    def dice(self, purpose: str) -> Dice:
        """Chance for one purpose."""
        return Dice(self.seed, self.as_of.isoformat(), purpose)

    def minter(self, purpose: str) -> Minter:
        """Ids for one purpose."""
        return Minter(self.dice(f"{purpose} ids"))


@dataclass(frozen=True, slots=True)
class Contributor:
    """A part of the demo: what it is called at the terminal, and what makes it."""

    label: str
    contribute: Callable[[World], None]
