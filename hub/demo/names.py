"""Names that sound right together, and addresses made from them. Nobody real is meant."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from domain.triage import Language
from hub.demo.dice import Dice

#: Reserved for examples (RFC 2606): no mail ever leaves for them.
MAIL_DOMAINS = ("mail.example", "courriel.example", "poste.example", "inbox.example", "webmail.example")
_PATTERNS = (
    "{first}.{last}",
    "{first}.{last}",
    "{first}{last}",
    "{initial}.{last}",
    "{first}_{last}",
    "{last}.{first}",
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where names come from, and the language that its people write to us in by default."""

    share: float
    language: Language
    women: tuple[str, ...]
    men: tuple[str, ...]
    family: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name. `woman` is for grammar alone."""

    first: str
    last: str
    woman: bool

    @property
    def full(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


class Names:
    """Gives names, and addresses that nobody else has."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._taken: set[str] = set()
        self._origins = origins()
        self._shares = tuple(origin.share for origin in self._origins)

    def origin(self) -> Origin:
        """An origin, as frequent as it is among volunteers."""
        return self._dice.weighted(self._origins, self._shares)

    def name(self, origin: Origin, *, last: str | None = None, woman: bool | None = None) -> Name:
        """A name; `last` and `woman` when they are settled."""
        woman = self._dice.chance(0.52) if woman is None else woman
        first = self._dice.pick(origin.women if woman else origin.men)
        return Name(first, last or self._dice.pick(origin.family), woman)

    def address(self, name: Name, *, domain: str | None = None) -> str:
        """An address for this person that was not given before."""
        first, last = slug(name.first), slug(name.last)
        pattern = self._dice.pick(_PATTERNS)
        local = pattern.format(first=first, last=last, initial=first[0])
        chosen = domain or self._dice.pick(MAIL_DOMAINS)
        address = f"{local}@{chosen}"
        while address in self._taken:
            address = f"{local}{self._dice.whole(2, 999)}@{chosen}"
        self._taken.add(address)
        return address

    def reserve(self, address: str) -> str:
        """Keep an address that is settled from being given again."""
        self._taken.add(address)
        return address


@cache
def origins() -> tuple[Origin, ...]:
    """Every origin. Reads a file."""
    source = resources.files(__package__) / "data" / "names.toml"
    data = tomllib.loads(source.read_text(encoding="utf-8"))["origins"]
    return tuple(_origin(one) for one in data.values())


def slug(text: str) -> str:
    """The text in small ASCII letters and digits, as in an address."""
    plain = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("ł", "l")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", plain.lower())


def _origin(data: Mapping[str, Any]) -> Origin:
    return Origin(
        share=data["share"],
        language=Language(data["language"]),
        women=tuple(data["women"]),
        men=tuple(data["men"]),
        family=tuple(data["family"]),
    )
