"""The assistant, and what people did without us."""

from dataclasses import dataclass
from typing import ClassVar

from domain.events.event import Event
from domain.triage import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class BotStarted(Event):
    """The assistant took up a conversation."""

    type: ClassVar[str] = "bot.started"


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAnswered(Event):
    """The assistant gave an answer (`understood`) or had to ask again."""

    type: ClassVar[str] = "bot.answered"
    kind: Kind | None
    understood: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BotHandedOver(Event):
    """The assistant called a person."""

    type: ClassVar[str] = "bot.handed_over"
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotEnded(Event):
    """The conversation with the assistant ended: answered or left."""

    type: ClassVar[str] = "bot.ended"
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfServiceCompleted(Event):
    """Somebody who meant to contact us found what they needed alone."""

    type: ClassVar[str] = "self_service.completed"
    kind: Kind
