"""The clock's port: nothing below hub reads the time, it is given a Clock or an instant."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; adapters live in hub.clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...
