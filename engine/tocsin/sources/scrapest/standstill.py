"""Whether we stood still: a process that was suspended reads what came meanwhile, and none of it is news."""

from typing import Final

TURN_S: Final = 1.0
"""Somebody must say that we are at work at least so often."""

_LATE_S: Final = 1.0
"""So late it may be said without meaning anything: the machine has other work."""

_CAUGHT_UP_S: Final = 5.0
"""After a standstill, whatever the system kept for us has been read by then, and an end of the connection noticed."""


class Standstill:
    """Tells for some time after a standstill that what is read may be old; all in monotonic seconds."""

    def __init__(self, now_s: float) -> None:
        self._turned_s = now_s
        self._behind_until_s = now_s

    def is_behind(self, now_s: float) -> bool:
        """Take note that we are at work, and return whether what is read now may have come during a standstill."""
        if now_s - self._turned_s > TURN_S + _LATE_S:
            self._behind_until_s = now_s + _CAUGHT_UP_S
        self._turned_s = now_s
        return now_s < self._behind_until_s
