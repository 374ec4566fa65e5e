"""What people say of our service when asked."""

from dataclasses import dataclass
from typing import ClassVar

from domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveySent(Event):
    """A question about our service went out."""

    type: ClassVar[str] = "survey.sent"
    survey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(Event):
    """A mark came back: CSAT 1-5, NPS 0-10, CES 1-7 or FCR 0-1, as `scale` says."""

    type: ClassVar[str] = "survey.answered"
    survey: str
    scale: str
    score: int
