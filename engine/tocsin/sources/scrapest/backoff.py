"""How long to wait between attempts to connect."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential backoff with full jitter: clients that lost a server together must not come back together."""

    first: timedelta = timedelta(seconds=1)
    factor: float = 2.0
    cap: timedelta = timedelta(seconds=30)

    def pause(self, attempt: int, rng: Random) -> timedelta:
        """Return the wait before an attempt: evenly spread over `[0, ceiling]`.

        `attempt` counts from 1. The ceiling is `first` for it, grows by `factor` with each and stops at `cap`.

        Source: the stream's specification, "Best Practices" 1.

        Raises:
            ValueError: `attempt` is below 1.
        """
        return self.ceiling(attempt) * rng.random()

    def ceiling(self, attempt: int) -> timedelta:
        """Return the longest wait before an attempt.

        Raises:
            ValueError: `attempt` is below 1.
        """
        if attempt < 1:
            raise ValueError(f"attempt counts from 1, got {attempt}")
        # The exponent is bounded since outages can be long, and 2.0 ** 1024 is no float.
        return min(self.cap, self.first * self.factor ** min(attempt - 1, 30))
