"""Notices when the wall clock was set: it and the monotonic one then no longer go together."""

from datetime import datetime, timedelta

from tocsin.clock import Clock

TOLERANCE = timedelta(seconds=2)
"""What the two may differ from one look to the next: corrections of a second, and a look that took its time."""


class ClockWatch:
    """Compares the two clocks at each look; what a pause of the machine takes counts as having been set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._difference = self._look()

    def change(self) -> timedelta:
        """Return by how much the wall clock was set since the last call; zero if it wasn't."""
        difference = self._look()
        change, self._difference = difference - self._difference, difference
        return change if abs(change) > TOLERANCE else timedelta()

    def _look(self) -> timedelta:
        return self._clock.now() - _START - timedelta(seconds=self._clock.monotonic())


_START = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
