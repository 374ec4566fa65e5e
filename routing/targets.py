"""First-response targets as dated rows (ruling 34): by class of urgency and family of channels."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources

MESSAGING = "messaging"
FAMILIES = ("email", MESSAGING, "voice")


class NoTarget(LookupError):  # noqa: N818 - named for what is missing
    """No target holds for a class, family and day; the text names them."""


@dataclass(frozen=True, slots=True)
class Target:
    """Answer within `minutes` (may be fractional) counted in the calendar of that name."""

    minutes: float
    calendar_name: str


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target with the day it came into force and where it comes from."""

    target_class: str
    family: str
    target: Target
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Targets:
    """All targets. `classes` says which sentence of the matrix means which class."""

    version: str
    classes: Mapping[str, str]
    families: Mapping[str, str]
    rows: tuple[TargetRow, ...]

    def family_of(self, channel: str) -> str:
        """The family of a channel: `email`, `voice`, or `messaging` for every other one."""
        return self.families.get(channel, MESSAGING)

    def target(self, *, target_class: str, channel: str, on: date) -> Target:
        """The newest target in force on that day. Raises NoTarget."""
        family = self.family_of(channel)
        held = [
            row
            for row in self.rows
            if (row.target_class, row.family) == (target_class, family) and row.valid_from <= on
        ]
        if not held:
            raise NoTarget(f"no first-response target for class {target_class}, {family}, on {on}")
        return max(held, key=lambda row: row.valid_from).target


def read_targets() -> Targets:
    """The targets shipped with the product. Reads a file."""
    data = tomllib.loads((resources.files(__package__) / "data" / "targets.toml").read_text(encoding="utf-8"))
    return Targets(
        version=data["version"],
        classes={sentence: name for name, sentence in data["classes"].items()},
        families={channel: family for family, channels in data["families"].items() for channel in channels},
        rows=tuple(
            TargetRow(
                target_class=row["class"],
                family=row["family"],
                target=Target(minutes=row["seconds"] / 60, calendar_name=row["calendar"]),
                valid_from=row["valid_from"],
                source=row["source"],
            )
            for row in data["targets"]
        ),
    )
