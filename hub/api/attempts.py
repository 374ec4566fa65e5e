"""How often somebody may try to sign in: after a few wrong passwords the same address and place must wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

#: Wrong passwords for one address from one place, and how long they are remembered.
MOST, WITHIN = 5, timedelta(minutes=5)
#: Pairs remembered at most: a stranger must not fill the memory.
_MOST_PAIRS = 10_000


class TooManyAttempts(Exception):  # noqa: N818 - named for what is wrong
    """Too many wrong passwords; `retry_after` says how long to wait."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("too many wrong passwords: wait before the next one")
        self.retry_after = retry_after


@dataclass(slots=True)
class _Failures:
    count: int
    until: datetime


class Attempts:
    """Counts wrong passwords by address and place, in this process alone."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], _Failures] = {}

    def require(self, *, email: str, place: str, now: datetime) -> None:
        """Raise TooManyAttempts while this pair must wait."""
        failures = self._failures.get(_pair(email, place))
        if failures is not None and failures.count >= MOST and failures.until > now:
            raise TooManyAttempts(failures.until - now)

    def failed(self, *, email: str, place: str, now: datetime) -> None:
        """One more wrong password."""
        pair = _pair(email, place)
        before = self._failures.pop(pair, None)
        count = before.count if before is not None and before.until > now else 0
        self._failures[pair] = _Failures(count + 1, now + WITHIN)
        while len(self._failures) > _MOST_PAIRS:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, *, email: str, place: str) -> None:
        """The password was right: nothing is held against this pair any more."""
        self._failures.pop(_pair(email, place), None)


def _pair(email: str, place: str) -> tuple[str, str]:
    return email.strip().lower(), place
