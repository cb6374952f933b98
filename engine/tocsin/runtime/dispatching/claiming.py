"""One look at the outbox: what is set aside, what goes to fallbacks, and what is sent next, in a single store call."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tocsin.config.settings import DestinationSettings
from tocsin.journal import Entry
from tocsin.model import Delivery, DestinationName
from tocsin.runtime.dispatching.sorting import set_aside
from tocsin.store.bundle import BUNDLE_MAX
from tocsin.store.store import Store

FALLS_BACK_AFTER: Final = timedelta(minutes=5)
"""So long a destination must have failed, without one success, until what waits there goes to its fallback too."""

_LOOKS_FOR_FALLBACK_EVERY = timedelta(seconds=10)
_CLAIMED_AT_ONCE = 64
_PASSED_ON_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is to be sent, by destination; what was journalled; and whether to look again at once."""

    messages: Mapping[DestinationName, Sequence[Delivery]]
    entries: Sequence[Entry]
    is_unfinished: bool


@dataclass(slots=True)
class Claiming:
    """Looks at the outbox; for one store call at a time, in whatever thread."""

    store: Store
    _released: list[DestinationName] = field(default_factory=list)
    _passed_on_at: dict[DestinationName, datetime] = field(default_factory=dict)
    _passed_on_to: dict[DestinationName, datetime] = field(default_factory=dict)

    def release_at(self, names: Iterable[DestinationName]) -> None:
        """Let what is held back at these destinations be looked at anew."""
        self._released = [*self._released, *names]

    def claim(
        self,
        now: datetime,
        settings: Mapping[DestinationName, DestinationSettings],
        unavailable: Collection[DestinationName],
        free: Mapping[DestinationName, int],
        failing: Mapping[DestinationName, str],
    ) -> Claimed:
        """Return what to send now.

        `free` says of each destination with a limit how many messages it may get; where more is due they are folded
        into one. `failing` are those that have not been reached for some time, with words about it.

        Raises:
            StoreError: the store can't be used.
        """
        self._release(now)
        entries = self._pass_on(now, settings, failing)
        aside = set_aside(self.store, settings, now, unavailable)
        entries += aside.entries
        excluding = {*unavailable, *aside.unfinished}
        bundling = {
            name: BUNDLE_MAX
            for name, count in free.items()
            if name not in excluding and self.store.count_due(name, now, count + 1) > count
        }
        messages: dict[DestinationName, list[Delivery]] = {}
        for delivery in self.store.claim_due(now, _CLAIMED_AT_ONCE, excluding=excluding, bundling=bundling):
            messages.setdefault(delivery.destination, []).append(delivery)
        return Claimed(messages, entries, bool(aside.unfinished or self._passed_on_to))

    def _release(self, now: datetime) -> None:
        while self._released:
            self.store.release(self._released[0], now)
            self._released = self._released[1:]

    def _pass_on(
        self,
        now: datetime,
        settings: Mapping[DestinationName, DestinationSettings],
        failing: Mapping[DestinationName, str],
    ) -> list[Entry]:
        entries: list[Entry] = []
        for name, words in failing.items():
            entry = settings.get(name)
            last = self._passed_on_at.get(name)
            is_early = last is not None and timedelta() <= now - last < _LOOKS_FOR_FALLBACK_EVERY
            if entry is None or entry.fallback is None or is_early:
                continue
            given, reached = self.store.pass_on(
                name,
                entry.fallback,
                now,
                f"This was for {words}",
                limit=_PASSED_ON_AT_ONCE,
                after=self._passed_on_to.get(name),
            )
            if reached is None:
                # All is given for now: later everything is looked at again, since what is held may be due by then.
                self._passed_on_at[name] = now
                self._passed_on_to.pop(name, None)
            else:
                self._passed_on_to[name] = reached
            entries += given
        return entries
