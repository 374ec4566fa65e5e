"""The clocks: the system's, and a fixed one for tests and recorded cases."""

from datetime import UTC, datetime, timedelta


class SystemClock:
    """Tells the machine's time. The only place where the product reads it."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """Tells the time it was given, until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """The instant this clock stands at."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock on."""
        self._now += by
