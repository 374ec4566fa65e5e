"""How the fake provider treats its callers, changed while it runs."""

from dataclasses import dataclass, fields
from typing import Any

import msgspec

_TROUBLE_STATUS = range(300, 600)


class BehaviourInvalid(ValueError):  # noqa: N818 - named as in CONVENTIONS
    """Nobody can behave so; the text says which word is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The trouble that calls meet. A provider without trouble takes every call and answers at once.

    status: answer so (300 to 599) and take nothing; None takes the call · retry_after_seconds: said with it
    loses_answers: hang up instead of answering, after the call was taken
    delay_seconds: wait before answering, after the call was taken
    every: only each so-manieth call meets the trouble · calls: trouble is over after so many, None never
    honours_keys: a key that was taken is answered alike and not taken again; this is no trouble and always holds
    """

    status: int | None = None
    retry_after_seconds: int | None = None
    loses_answers: bool = False
    delay_seconds: float = 0.0
    every: int = 1
    calls: int | None = None
    honours_keys: bool = True

    def __post_init__(self) -> None:
        if self.status is not None and self.status not in _TROUBLE_STATUS:
            raise BehaviourInvalid(f"status is {self.status}: give one from 300 to 599")
        if self.every < 1 or self.delay_seconds < 0 or (self.calls or 0) < 0 or (self.retry_after_seconds or 0) < 0:
            raise BehaviourInvalid("every must be 1 or more; calls, delay_seconds, retry_after_seconds 0 or more")


def read_behaviour(body: bytes) -> Behaviour:
    """Read a behaviour from JSON; what is not said is without trouble. Raises BehaviourInvalid."""
    try:
        said = msgspec.json.decode(body, type=dict[str, Any])
        unknown = set(said) - {field.name for field in fields(Behaviour)}
        if unknown:
            raise BehaviourInvalid(f"unknown: {', '.join(sorted(unknown))}")
        return msgspec.convert(said, type=Behaviour)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BehaviourInvalid(str(error)) from error
