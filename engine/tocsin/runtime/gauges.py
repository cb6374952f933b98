"""Measures now and then what no journal entry tells: queues, the outbox, the state file."""

import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import anyio

from tocsin.clock import Clock
from tocsin.errors import StoreError
from tocsin.runtime.reloading.reload import Turns
from tocsin.runtime.serial import Serial
from tocsin.store.store import Store
from tocsin.telemetry.metrics import Metrics, Queue

EVERY: Final = timedelta(seconds=10)

SHARE: Final = 500
"""At most one part in so many of the time goes into measuring: to count 100,000 that wait takes the store 75 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """Keeps the gauges up to date. `destinations` are those in force, `state` is the database, None without a file."""

    metrics: Metrics
    store: Store
    in_store: Serial
    clock: Clock
    destinations: Callable[[], Iterable[str]]
    state: Path | None

    async def run(self, turns: Turns) -> None:
        """Measure until cancelled."""
        while True:
            began_s = self.clock.monotonic()
            # Whoever commits reports a store that can't be used; the gauges then stay as they were.
            with suppress(StoreError, OSError):
                await self.measure()
            took_s = self.clock.monotonic() - began_s
            await anyio.sleep(max(EVERY.total_seconds(), took_s * SHARE))

    async def measure(self) -> None:
        """Measure once.

        Raises:
            StoreError: the store can't be read.
            OSError: the state file can't be looked at.
        """
        backlog = await self.in_store(self.store.backlog)
        queues = {
            str(each.destination): Queue(waiting=each.waiting, dead=each.dead, oldest_at=each.oldest_at)
            for each in backlog
        }
        self.metrics.outbox(queues, self.destinations(), self.clock.now())
        if self.state is not None:
            self.metrics.state_bytes.set(size_of(self.state))
            self.metrics.disk_free.set(shutil.disk_usage(self.state.parent).free)


def size_of(state: Path) -> int:
    """Return how many bytes a state database takes, its write-ahead log included.

    Raises:
        OSError: there is none.
    """
    log = state.with_name(f"{state.name}-wal")
    return state.stat().st_size + (log.stat().st_size if log.exists() else 0)
