"""The feed of Business France, the registry it makes, and figures measured elsewhere."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationReceived(Event):
    """A feed event arrived from Business France."""

    type: ClassVar[str] = "affiliation.received"
    feed_event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationEligible(Event):
    """The beneficiary can use the cover from now."""

    type: ClassVar[str] = "affiliation.eligible"
    feed_event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryCounted(Event):
    """How many the registry held on a day (of Paris): the only denominator of a rate per 1,000 members."""

    type: ClassVar[str] = "registry.counted"
    on: date
    members: int
    dependants: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureImported(Event):
    """A commitment measured elsewhere (automation, refund time, top-ups) was imported."""

    type: ClassVar[str] = "figure.imported"
    metric: str
    period_start: date
    value: float
    n: int
