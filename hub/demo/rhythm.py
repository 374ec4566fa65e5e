"""When people write and when the desk answers: waking hours there, opening hours here."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.business_hours import Calendar
from domain.triage import Urgency
from hub.demo.dice import Dice
from routing.matrix import Matrix
from routing.targets import Target

#: How far back the demo's requests go.
DAYS = 90
#: Relative number of messages: Monday to Sunday, and hour by hour where the writer lives.
_WEEK = (125, 118, 108, 104, 92, 46, 40)
_DAY = (3, 2, 1, 1, 1, 2, 6, 18, 38, 52, 56, 54, 60, 58, 48, 46, 44, 46, 50, 52, 50, 44, 30, 12)
_WAKES, _SLEEPS = 7, 23
_OFFICE = "default"
_HURRIES = (Urgency.P1, Urgency.P2)
#: How much of its target a first answer takes, in time and late, and how often it is late.
_EARLY = {Urgency.P1: (0.25, 0.95), Urgency.P2: (0.08, 0.92), Urgency.P3: (0.03, 0.9), Urgency.P4: (0.02, 0.8)}
_LATE = {Urgency.P1: 0.16, Urgency.P2: 0.09, Urgency.P3: 0.09, Urgency.P4: 0.05}


class Rhythm:
    """Throws instants. Everything is in UTC outside."""

    def __init__(self, *, dice: Dice, matrix: Matrix, as_of: datetime) -> None:
        self._dice, self._matrix, self._as_of = dice, matrix, as_of
        days = [as_of.date() - timedelta(days=back) for back in range(DAYS)]
        self._days = tuple(days)
        self._weights = tuple(_WEEK[day.weekday()] for day in days)
        self._office: Calendar = matrix.calendar(_OFFICE)

    def day(self) -> datetime:
        """The noon of a day on which somebody writes."""
        return _noon(self._dice.weighted(self._days, self._weights))

    def moment_on(self, day: datetime, zone: str) -> datetime:
        """An instant of that day, by the clock of the writer; never after the demo's own day."""
        for _ in range(20):
            hour = self._dice.weighted(range(24), _DAY)
            local = datetime.combine(day.date(), time(hour), ZoneInfo(zone))
            moment = local.astimezone(UTC) + self._dice.between(0, 3600) * timedelta(seconds=1)
            if moment < self._as_of - timedelta(minutes=2):
                return moment
        return self._as_of - self._dice.between(3, 180) * timedelta(minutes=1)

    def first_answer(self, *, asked_at: datetime, target: Target, urgency: Urgency) -> datetime:
        """When a person first answers: mostly in time."""
        late = self._dice.chance(_LATE[urgency])
        share = self._dice.between(1.04, 1.7) if late else self._dice.between(*_EARLY[urgency])
        calendar = self._matrix.calendar(target.calendar_name)
        return self._after(calendar, asked_at, target.minutes * share)

    def next_answer(self, *, asked_at: datetime, urgency: Urgency) -> datetime:
        """When the desk writes again."""
        if urgency in _HURRIES:
            return asked_at + timedelta(minutes=self._dice.around(9, spread=0.7))
        return self._after(self._office, asked_at, min(self._dice.around(130), 1900))

    def result(self, *, since: datetime, urgency: Urgency) -> datetime:
        """When the desk has the result of its work."""
        median = 420 if urgency in _HURRIES else 900
        return self._after(self._office, since, min(self._dice.around(median), 4300))

    def next_question(self, *, answered_at: datetime, urgency: Urgency, zone: str) -> datetime:
        """When the asker writes again: soon in danger, else when there is time for it."""
        if urgency is Urgency.P1:
            return answered_at + timedelta(minutes=self._dice.around(5, spread=0.6))
        if urgency is Urgency.P2:
            return answered_at + timedelta(minutes=self._dice.around(24, spread=0.9))
        return self._awake(answered_at + timedelta(hours=min(self._dice.around(7, spread=1.1), 120)), zone)

    def late_question(self, *, zone: str, after: datetime, median_hours: float = 22) -> datetime:
        """When somebody wrote whom nobody has answered yet: between `after` and now."""
        back = timedelta(hours=min(self._dice.around(median_hours, spread=1.1), 150))
        moment = self._awake(self._as_of - back, zone)
        if after < moment < self._as_of:
            return moment
        return after + (self._as_of - after) * self._dice.between(0.1, 0.9)

    def _awake(self, moment: datetime, zone: str) -> datetime:
        local = moment.astimezone(ZoneInfo(zone))
        if _WAKES <= local.hour < _SLEEPS:
            return moment
        morning = local.date() if local.hour < _WAKES else local.date() + timedelta(days=1)
        opens = datetime.combine(morning, time(_WAKES), ZoneInfo(zone))
        return opens.astimezone(UTC) + timedelta(minutes=self._dice.between(5, 150))

    def _after(self, calendar: Calendar, since: datetime, minutes: float) -> datetime:
        moment = calendar.after(timedelta(minutes=minutes), since=since)
        if moment is None:
            raise ValueError(f"the calendar {calendar.name} never opens")
        return moment + timedelta(seconds=self._dice.between(0, 40)) if calendar is self._office else moment


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
