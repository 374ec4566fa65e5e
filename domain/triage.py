"""Words of triage: what a message is about and how much it hurries.

Kinds, risks and owners are ids of the routing matrix (data, not code).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

Kind = NewType("Kind", str)
Risk = NewType("Risk", str)
Owner = NewType("Owner", str)


class Urgency(StrEnum):
    """P1 life or safety in danger now; P2 within the hour; P3 normal; P4 information."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"

    @property
    def rank(self) -> int:
        """0 for the most urgent."""
        return int(self[1]) - 1


class Language(StrEnum):
    """Languages the programme answers in, and the two words for the rest."""

    FR = "fr"
    EN = "en"
    ES = "es"
    OTHER = "other"
    UND = "und"


class MedicalLevel(StrEnum):
    """How medical a kind is: `high` is for the medical service only, `yes` for cleared advisers too."""

    NONE = "none"
    INDIRECT = "indirect"
    YES = "yes"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Danger:
    """A verdict of the danger rules: the P1 kind, and the words and rule that caused it."""

    kind: Kind
    words: tuple[str, ...]
    rule: str
    rules_version: str


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """A language and how sure we are of it, 0 to 1."""

    language: Language
    confidence: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a text seems to be about; `confidence` 0 to 1, `alternatives` best first."""

    kind: Kind
    confidence: float
    alternatives: tuple[tuple[Kind, float], ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """Where a ticket goes and why, with the version of the matrix that said so."""

    kind: Kind
    risk: Risk
    owner: Owner
    urgency: Urgency
    medical: MedicalLevel
    reason: str
    matrix_version: str
