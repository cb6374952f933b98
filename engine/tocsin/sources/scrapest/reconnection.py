"""When to connect again: remembers what went before, and turns each ending into a pause or a final stop."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, assert_never

from tocsin.sources.scrapest.backoff import Backoff
from tocsin.sources.scrapest.endings import BackOff, Closed, Ending, ReconnectSoon, Stop, WaitAtLeast, judge

PROVEN_AFTER: Final = timedelta(seconds=30)
"""A connection that lived this long was good: what failed before it no longer counts."""

_GRACEFUL: Final = 3
"""So many farewells in a row (1000, 1001, 1012) are answered within a second; then even they are backed off from,
since a server that says goodbye to every hello is no better than one that is down."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait this long, then connect."""

    duration: timedelta


class Reconnection:
    """Counts the attempts since the last connection that proved good."""

    def __init__(self, rng: Random, backoff: Backoff | None = None) -> None:
        self._rng = rng
        self._backoff = backoff if backoff is not None else Backoff()
        self._attempts = 0
        self._policy_closures = 0

    def after(self, ending: Ending, lived: timedelta, now: datetime) -> Pause | Stop:
        """Return what to do after a connection that lived so long (zero if it never came about) and ended so."""
        if lived >= PROVEN_AFTER:
            self._attempts = 0
            self._policy_closures = 0
        self._attempts += 1
        if isinstance(ending, Closed) and ending.code == 1008:
            self._policy_closures += 1
        verdict = judge(ending, now, policy_closures=self._policy_closures)
        match verdict:
            case Stop():
                return verdict
            case ReconnectSoon():
                return Pause(self._backoff.pause(max(self._attempts - _GRACEFUL, 1), self._rng))
            case BackOff(wait) | WaitAtLeast(wait):
                return Pause(self._no_sooner_than(wait))
            case _:
                assert_never(verdict)

    def _no_sooner_than(self, floor: timedelta) -> timedelta:
        pause = self._backoff.pause(self._attempts, self._rng)
        if not floor:
            return pause
        # Jitter on top of the floor: all who were told the same wait would return in the same instant.
        return max(pause, floor + self._backoff.first * self._rng.random())
