"""Forgetting: the state file stays bounded, however long tocsin runs."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import anyio
import anyio.lowlevel

from tocsin.clock import Clock
from tocsin.config.settings import RetentionSettings
from tocsin.errors import StoreError
from tocsin.runtime.serial import Serial
from tocsin.store.store import Store

KNOWN = 1_000_000
"""The alert ids that are always known, so that no tweet is told twice, across restarts too."""

KNOWN_KEPT = timedelta(hours=49)
"""How long all ids are known, however many there are: 24 hours, also where the clock was set a day on."""

_EVERY_TWEETS = ("seen", "dropped", "unusable", "failed")

EVERY = timedelta(minutes=10)
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Retention:
    """Takes out of the store what is older than need be, a short transaction at a time.

    What waits or was given up on stays until somebody decides. Entries that every tweet makes have a shorter time of
    their own: at 100 tweets a second they are nearly nine million a day.
    """

    store: Store
    in_store: Serial
    clock: Clock
    settings: Callable[[], RetentionSettings] = RetentionSettings

    async def run(self) -> None:
        """Forget now and then, until cancelled; a store that can't be written at the moment is tried again later."""
        while True:
            # Whoever commits reports a store that can't be written; there is nothing to lose here.
            with suppress(StoreError):
                await self.forget()
            await anyio.sleep(EVERY.total_seconds())

    async def forget(self) -> None:
        """Take out everything that is old enough.

        Raises:
            StoreError: the store can't be written.
        """
        now, kept = self.clock.now(), self.settings()
        while await self.in_store(lambda: self.store.prune(now - kept.seen, kinds=_EVERY_TWEETS, limit=_BATCH)):
            await anyio.lowlevel.checkpoint()
        while await self.in_store(lambda: self.store.prune(now - kept.journal, limit=_BATCH)):
            await anyio.lowlevel.checkpoint()
        known_since = now - KNOWN_KEPT
        while await self.in_store(lambda: self.store.forget_alerts(known_since, keep=KNOWN, limit=_BATCH)):
            await anyio.lowlevel.checkpoint()
