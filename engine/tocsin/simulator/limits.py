"""What the provider allows: messages a second, connections a key."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

CONNECTIONS_A_KEY: Final = 5
"""Source: the stream's specification, "Rate Limits"."""

MESSAGES_PER_S: Final = 100
"""Source: the stream's specification, "Rate Limits"."""


@dataclass(slots=True)
class Bucket:
    """Lets `limit_per_s` messages a second pass on average, and at most `burst` more than that at once.

    Times are monotonic seconds.
    """

    limit_per_s: float
    burst: float
    _level: float = 0.0
    _seen_at: float = field(default=float("-inf"))

    def take(self, at: float) -> bool:
        """Count a message; false if it is one too many, which then isn't counted."""
        self._level = max(0.0, self._level - (at - self._seen_at) * self.limit_per_s)
        self._seen_at = at
        if self._level + 1 > self.burst:
            return False
        self._level += 1
        return True


def client_bucket(limit_per_s: float = MESSAGES_PER_S) -> Bucket:
    """Return what a client may send.

    "Sustained violations" end a connection: a client may be two seconds' worth ahead of the limit, so twice the limit
    is borne for two seconds, and a tenth above it for twenty.
    """
    return Bucket(limit_per_s, burst=2 * limit_per_s)


class KeyUse:
    """How many connections each key has open."""

    def __init__(self, limit: int = CONNECTIONS_A_KEY) -> None:
        self._limit = limit
        self._open: Counter[str] = Counter()

    def enter(self, key: str) -> bool:
        """Count a connection; false, and not counted, if the key has as many as it may."""
        if self._open[key] >= self._limit:
            return False
        self._open[key] += 1
        return True

    def leave(self, key: str) -> None:
        """Give a connection back."""
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]
