"""The countries of the demo: how many beneficiaries live there, in which cities, and what things are called."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from domain.triage import Language

#: Marks a figure that is kept as it is (the ten largest countries, ruling 8); the others share what is left.
_EXACT = "="


@dataclass(frozen=True, slots=True)
class City:
    """A city with its own time zone. `weight`: how many of the country's beneficiaries, relatively."""

    names: Mapping[Language, str]
    zone: str
    weight: float


@dataclass(frozen=True, slots=True)
class Country:
    """A country. `tongue` names its hospitals' language; `rate` is the local currency for one euro, roughly."""

    iso2: str
    in_fr: str
    names: Mapping[Language, str]
    exact: int | None
    volume: float
    tongue: str
    currency: str
    rate: float
    cities: tuple[City, ...]


@cache
def countries() -> tuple[Country, ...]:
    """Every country of the demo, the ten named ones first. Reads a file."""
    source = resources.files(__package__) / "data" / "countries.tsv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(_country(row) for row in rows)


def spread(total: int) -> Mapping[str, int]:
    """How many of `total` beneficiaries live in each country: exact figures kept, the rest by largest remainder."""
    kept = {country.iso2: country.exact for country in countries() if country.exact is not None}
    others = [country for country in countries() if country.exact is None]
    rest = total - sum(kept.values()) - len(others)  # nobody's country is left empty
    share = rest / sum(country.volume for country in others)
    parts = {country.iso2: country.volume * share for country in others}
    shared = {iso2: 1 + int(part) for iso2, part in parts.items()}
    missing = total - sum(kept.values()) - sum(shared.values())
    for iso2 in sorted(parts, key=lambda one: (int(parts[one]) - parts[one], one))[:missing]:
        shared[iso2] += 1
    return kept | shared


def _country(row: Mapping[str, str]) -> Country:
    exact = row["volume"].startswith(_EXACT)
    return Country(
        iso2=row["iso2"],
        in_fr=row["in_fr"],
        names={
            Language.FR: _bare(row["in_fr"]),
            Language.EN: row["name_en"],
            Language.ES: row["name_es"],
        },
        exact=int(row["volume"].lstrip(_EXACT)) if exact else None,
        volume=float(row["volume"].lstrip(_EXACT)),
        tongue=row["tongue"],
        currency=row["currency"],
        rate=float(row["rate"]),
        cities=tuple(_city(text, zone=row["zone"]) for text in row["cities"].split(";")),
    )


def _city(text: str, *, zone: str) -> City:
    """`Bruxelles/Brussels/Bruselas@Zone*weight`: one name is for all languages, the zone may be the country's."""
    named, _, weight = text.partition("*")
    written, _, own_zone = named.partition("@")
    names: Sequence[str] = written.split("/") if "/" in written else (written, written, written)
    languages = (Language.FR, Language.EN, Language.ES)
    return City(names=dict(zip(languages, names, strict=True)), zone=own_zone or zone, weight=float(weight))


def _bare(in_fr: str) -> str:
    """« aux États-Unis » without its preposition."""
    return in_fr.partition(" ")[2]
