"""The beat of the event loop: how late it is, and whether it turns at all, also as another thread sees it."""

from datetime import timedelta
from typing import Final

import anyio

from tocsin.clock import Clock
from tocsin.telemetry.metrics import Metrics

EVERY: Final = timedelta(milliseconds=500)

STUCK_AFTER: Final = timedelta(seconds=10)
"""A loop that has not turned for so long is stuck: nothing that we do on it takes a tenth of that."""


class Pulse:
    """Beats while the event loop turns. `stuck_for` may be asked from any thread."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._beat_s = clock.monotonic()

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            began_s = self._clock.monotonic()
            await anyio.sleep(EVERY.total_seconds())
            self._beat_s = self._clock.monotonic()
            self._metrics.loop_lag.observe(max(self._beat_s - began_s - EVERY.total_seconds(), 0.0))

    def stuck_for(self) -> timedelta | None:
        """Return how long the event loop has not turned, None while it does."""
        late = timedelta(seconds=self._clock.monotonic() - self._beat_s)
        return late if late >= STUCK_AFTER else None
