"""When to stop calling something that keeps failing, and when to try it again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

FAILURES: Final = 5
"""So many failures, or calls over budget, in a row open the breaker."""

REST: Final = timedelta(minutes=1)
"""How long it stays open after failures."""

QUARANTINE: Final = timedelta(minutes=10)
"""How long it stays open after calls that took too long: those hold up every tweet."""


@dataclass(slots=True)
class Breaker:
    """Closed while all is well; open (`allows` is false) for a time after too many strikes in a row; then one try.

    Times are seconds of a monotonic clock. Not safe for use by several threads.
    """

    strikes: int = 0
    _closed_again_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the last thing it did was to open: skipping calls, or about to let one try through."""
        return self._closed_again_at is not None

    def allows(self, now: float) -> bool:
        """Return whether a call may be made: true while closed, and for the try after the rest."""
        return self._closed_again_at is None or now >= self._closed_again_at

    def succeeded(self) -> None:
        """Close: the row of strikes is broken."""
        self.strikes = 0
        self._closed_again_at = None

    def failed(self, now: float, rest: timedelta = REST) -> bool:
        """Count a strike; return whether this one opened it for `rest`, counted from `now`.

        The try after a rest needs no row: one more failure opens it again.
        """
        self.strikes += 1
        if self.strikes < FAILURES:
            return False
        self._closed_again_at = now + rest.total_seconds()
        return True
