"""Calendars of opening hours, and time counted in them.

Minutes are real minutes: on the day the clocks change, a day round the clock has 23 or 25 hours. Public holidays are
data that the caller brings. Instants that go in are aware, instants that come out are in UTC.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.period import Period, in_utc, outside, union

_WEEK = frozenset(range(7))
_MIDNIGHT = time(0)
_DAY = timedelta(days=1)


class ImpossibleCalendar(ValueError):  # noqa: N818 - named for what is wrong
    """Hours that no desk can keep; the text names the calendar and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """One slot a day on given weekdays (0 = Monday), `[opens, closes)` in local time; None closes at midnight.

    A time that occurs twice, when clocks go back, means its first occurrence; one that is skipped, when they go
    forward, means the moment of the jump. Raises ImpossibleCalendar.
    """

    name: str
    zone: ZoneInfo
    days: frozenset[int]
    opens: time
    closes: time | None
    holidays: frozenset[date] = field(default=frozenset(), repr=False)

    def __post_init__(self) -> None:
        if not self.days or not self.days <= _WEEK:
            raise ImpossibleCalendar(
                f"calendar {self.name}: days must be some of 0 (Monday) to 6, not {set(self.days)}"
            )
        if self.opens.tzinfo is not None or (self.closes is not None and self.closes.tzinfo is not None):
            raise ImpossibleCalendar(f"calendar {self.name}: its hours are local and have no offset of their own")
        if self.closes is not None and self.closes <= self.opens:
            raise ImpossibleCalendar(f"calendar {self.name}: closes ({self.closes}) before it opens ({self.opens})")

    def is_open(self, at: datetime) -> bool:
        """Whether the instant falls into the hours: opening time is open, closing time is closed."""
        at = in_utc(at)
        return any(True for _ in self._slots(since=at, until=at + datetime.resolution))

    def elapsed(self, *, since: datetime, until: datetime, pauses: Iterable[Period] = ()) -> timedelta:
        """The open time in [since, until) outside every pause; none when `until` is not after `since`."""
        paused = union(pauses)
        return sum(
            (
                end - start
                for opens, closes in self._slots(since=in_utc(since), until=in_utc(until))
                for start, end in outside(paused, start=opens, end=closes)
            ),
            timedelta(),
        )

    def after(self, target: timedelta, *, since: datetime, pauses: Iterable[Period] = ()) -> datetime | None:
        """The first instant at which `target` of open time has passed since `since` outside every pause.

        A target reached exactly at closing is reached at closing, not at the next opening. None when a pause without
        end comes first. Raises ValueError for a negative target, OverflowError beyond the year 9999.
        """
        if target < timedelta():
            raise ValueError(f"a target cannot be negative ({target})")
        since, paused = in_utc(since), union(pauses)
        if not target:
            return since
        for opens, closes in self._slots(since=since, until=_standstill(paused)):
            for start, end in outside(paused, start=opens, end=closes):
                if target <= end - start:
                    return start + target
                target -= end - start
        return None

    def _slots(self, *, since: datetime, until: datetime | None) -> Iterator[tuple[datetime, datetime]]:
        """The slots in order, cut to [since, until); without `until` they never end."""
        day = since.astimezone(self.zone).date()
        while until is None or self._instant(day, _MIDNIGHT) < until:
            if day.weekday() in self.days and day not in self.holidays:
                opens = max(since, self._instant(day, self.opens))
                closes = self._closing(day) if until is None else min(until, self._closing(day))
                if opens < closes:
                    yield opens, closes
            day += _DAY

    def _closing(self, day: date) -> datetime:
        return self._instant(day + _DAY, _MIDNIGHT) if self.closes is None else self._instant(day, self.closes)

    def _instant(self, day: date, at: time) -> datetime:
        local = datetime.combine(day, at, tzinfo=self.zone)
        instant = local.astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) == local.replace(tzinfo=None):
            return instant
        return self._jump(before=local.replace(fold=1).astimezone(UTC), after=instant)

    def _jump(self, *, before: datetime, after: datetime) -> datetime:
        """The moment between the two at which the clocks go forward."""
        offset = after.astimezone(self.zone).utcoffset()
        while after - before > datetime.resolution:
            middle = before + (after - before) // 2
            if middle.astimezone(self.zone).utcoffset() == offset:
                after = middle
            else:
                before = middle
        return after


def _standstill(pauses: tuple[Period, ...]) -> datetime | None:
    """Where a pause without end begins, if there is one."""
    return pauses[-1].start if pauses and pauses[-1].end is None else None
