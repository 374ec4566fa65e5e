"""Who a ticket can belong to, when they work, and who stands in for them. Names are for screens, ids for data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from domain.triage import Language, Owner, Risk, Urgency


@dataclass(frozen=True, slots=True)
class OwnerCard:
    """An owner: its names, its role (broker, medical, compliance, partner, business_france) and its calendars."""

    id: Owner
    names: Mapping[Language, str]
    role: str
    calendar: str
    crisis_calendar: str

    def calendar_for(self, urgency: Urgency) -> str:
        """The name of the calendar that holds for a ticket of this urgency."""
        return self.crisis_calendar if urgency is Urgency.P1 else self.calendar


@dataclass(frozen=True, slots=True)
class Owners:
    """All owners, the front desk, the certainty asked of a kind (0 to 1), and who is there after hours."""

    version: str
    cards: Mapping[Owner, OwnerCard]
    front_desk: Owner
    threshold: float
    health_risks: frozenset[Risk]
    health_owner: Owner
    other_owner: Owner

    def on_duty(self, risk: Risk) -> Owner:
        """Who takes a P1 or P2 of this risk after its owner's hours (ruling 1)."""
        return self.health_owner if risk in self.health_risks else self.other_owner


def read_owners() -> Owners:
    """The owners shipped with the product. Reads a file."""
    data = tomllib.loads((resources.files(__package__) / "data" / "owners.toml").read_text(encoding="utf-8"))
    after_hours = data["after_hours"]
    return Owners(
        version=data["version"],
        cards={Owner(name): _card(Owner(name), card) for name, card in data["owners"].items()},
        front_desk=Owner(data["decision"]["front_desk"]),
        threshold=data["decision"]["threshold"],
        health_risks=frozenset(Risk(risk) for risk in after_hours["health_risks"]),
        health_owner=Owner(after_hours["health_owner"]),
        other_owner=Owner(after_hours["other_owner"]),
    )


def _card(owner: Owner, data: Mapping[str, Any]) -> OwnerCard:
    return OwnerCard(
        id=owner,
        names={language: data[language] for language in (Language.FR, Language.EN, Language.ES)},
        role=data["role"],
        calendar=data["calendar"],
        crisis_calendar=data.get("crisis_calendar", data["calendar"]),
    )
