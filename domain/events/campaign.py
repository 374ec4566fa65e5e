"""Campaigns and what came of them."""

from dataclasses import dataclass
from typing import ClassVar

from domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStepSent(Event):
    """A step went to a person: once for ever per (member, step, anchor). `tracked`: with consent."""

    type: ClassVar[str] = "campaign.step_sent"
    step: str
    channel: str
    tracked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignResult(Event):
    """delivered, bounced, opened (consenting), clicked, unsubscribed, complained, replied or converted."""

    type: ClassVar[str] = "campaign.result"
    step: str
    result: str
