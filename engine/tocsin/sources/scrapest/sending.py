"""Keeps what we send below the limit that a client of the stream may reach."""

from collections import deque
from typing import Final

MESSAGES: Final = 10
PERIOD_S: Final = 1.1
"""Ten messages a second at the server, where delays on the way can push some closer together."""


class SendLimit:
    """Gives each message its moment; holds across connections, since the provider counts by key."""

    def __init__(self, messages: int = MESSAGES, period_s: float = PERIOD_S) -> None:
        self._period_s = period_s
        self._moments: deque[float] = deque(maxlen=messages)

    def book(self, now_s: float) -> float:
        """Return the seconds to wait before sending a message, which is taken as sent then.

        `now_s` is monotonic time, in seconds.
        """
        moment = now_s
        if len(self._moments) == self._moments.maxlen:
            moment = max(now_s, self._moments[0] + self._period_s)
        self._moments.append(moment)
        return moment - now_s
