"""What the doctor found at one place: how it is, in words, and what to do. French, then English."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is. LOOK: it works, and a person should look at it."""

    WELL = "well"
    LOOK = "look"
    WRONG = "wrong"


SIGNS = {State.WELL: "✓", State.LOOK: "!", State.WRONG: "✗"}


@dataclass(frozen=True, slots=True)
class Words:
    """The same thing in French and in English."""

    fr: str
    en: str

    def __str__(self) -> str:
        return self.fr if self.fr == self.en else f"{self.fr} · {self.en}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `check` names it for machines; `do` is there unless it is well."""

    check: str
    state: State
    what: Words
    do: Words | None = None

    @property
    def sign(self) -> str:
        """✓, ! or ✗."""
        return SIGNS[self.state]


def well(check: str, fr: str, en: str) -> Finding:
    """Nothing to do."""
    return Finding(check, State.WELL, Words(fr, en))


def look(check: str, what: Words, *, do: Words) -> Finding:
    """It works, but somebody should look."""
    return Finding(check, State.LOOK, what, do)


def wrong(check: str, what: Words, *, do: Words) -> Finding:
    """It does not work, or something waits for a person."""
    return Finding(check, State.WRONG, what, do)


def is_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing is wrong; what should be looked at does not count."""
    return all(finding.state is not State.WRONG for finding in findings)
