"""A stretch of time, half-open: its start belongs to it, its end does not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


class ImpossiblePeriod(ValueError):  # noqa: N818 - named for what is wrong
    """A period that ends before it starts; the text gives both instants."""


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end), kept in UTC; an `end` of None has not come yet.

    Raises ImpossiblePeriod when it ends before it starts, ValueError for a naive time.
    """

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", in_utc(self.start))
        if self.end is not None:
            object.__setattr__(self, "end", in_utc(self.end))
            if self.end < self.start:
                raise ImpossiblePeriod(f"a period cannot end ({self.end}) before it starts ({self.start})")


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC: two times of one zone would be compared by their clock faces. ValueError when naive."""
    if instant.tzinfo is None:
        raise ValueError(f"naive time {instant!r}: give it a zone")
    return instant.astimezone(UTC)


def union(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The time that lies in at least one period: in order, apart from one another, none of them empty."""
    apart: list[Period] = []
    for period in sorted(periods, key=lambda one: one.start):
        if period.start == period.end:
            continue
        last = apart[-1] if apart else None
        if last is None or (last.end is not None and last.end < period.start):
            apart.append(period)
        elif last.end is not None and (period.end is None or period.end > last.end):
            apart[-1] = Period(last.start, period.end)
    return tuple(apart)


def outside(periods: Iterable[Period], *, start: datetime, end: datetime) -> Iterable[tuple[datetime, datetime]]:
    """The parts of [start, end) that lie in none of `periods`, which are as `union` gives them."""
    for period in periods:
        if period.start >= end:
            break
        if period.end is not None and period.end <= start:
            continue
        if start < period.start:
            yield start, period.start
        if period.end is None or period.end >= end:
            return
        start = period.end
    if start < end:
        yield start, end
