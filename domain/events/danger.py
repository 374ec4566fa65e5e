"""Danger: what the rules said, and what a person thought of it."""

from dataclasses import dataclass
from typing import ClassVar

from domain.events.event import Event
from domain.triage import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerDetected(Event):
    """A danger rule matched; the words themselves stay with the message."""

    type: ClassVar[str] = "danger.detected"
    kind: Kind
    rule: str
    rules_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerReviewed(Event):
    """A person judged a verdict: `confirmed`, `false_alarm`, `none` (rightly calm) or `missed`, a safety event."""

    type: ClassVar[str] = "danger.reviewed"
    verdict: str
