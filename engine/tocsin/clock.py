"""The only reader of the time: everything else is handed a `Clock` or a `now`."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC; it may jump."""
        ...

    def monotonic(self) -> float:
        """Return seconds since some fixed point; it never goes back."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the wall-clock time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the one place

    def monotonic(self) -> float:
        """Return the machine's monotonic clock, in seconds."""
        return time.monotonic()  # noqa: TID251 - this is the one place
