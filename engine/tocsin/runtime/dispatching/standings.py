"""How each destination stands: its failures in a row, its rest, and what it was sent of late.

Rests count by the monotonic clock, since the wall clock may jump; what is kept for a restart is by the wall clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import assert_never

from tocsin.alerting.limit import Limit, within
from tocsin.clock import Clock
from tocsin.model import Delivered, DestinationName, Outcome, Refused, Unreachable
from tocsin.notify.retry import RETRY_AFTER_MAX, pause
from tocsin.store.store import Standing

_BLANK = Standing()
_JUST_NOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Rest:
    """Until when a destination rests, by the monotonic clock, and why."""

    until: float
    reason: str


class Standings:
    """Belongs to the event loop; what it is told of it only remembers, whoever tells writes it down."""

    def __init__(self, clock: Clock, rng: Random) -> None:
        self._clock = clock
        self._rng = rng
        self._standings: dict[DestinationName, Standing] = {}
        self._rests: dict[DestinationName, _Rest] = {}

    def restore(self, kept: Mapping[DestinationName, Standing], now: datetime) -> None:
        """Take up what an earlier run left: rests go on, for what is left of them."""
        for name, standing in kept.items():
            self._standings.setdefault(name, standing)
            left = _left(standing, now)
            if left > timedelta() and name not in self._rests:
                self._rests[name] = _Rest(self._clock.monotonic() + left.total_seconds(), "")

    def forget(self, name: DestinationName) -> None:
        """Let a destination that is another one now begin anew; what it was sent still counts."""
        self._rests.pop(name, None)
        if name in self._standings:
            standing = self._standings[name]
            self._standings[name] = replace(
                standing, failures=0, failing_since=None, rested_at=None, resting_until=None
            )

    def of(self, name: DestinationName) -> Standing:
        """Return how a destination stands."""
        return self._standings.get(name, _BLANK)

    def put(self, name: DestinationName, standing: Standing) -> None:
        """Remember how a destination stands."""
        self._standings[name] = standing

    def untold(self) -> list[DestinationName]:
        """Return the destinations with dead letters that nobody was told of."""
        return [name for name, standing in self._standings.items() if standing.untold]

    def resting(self) -> dict[DestinationName, float]:
        """Return who rests, and for how many seconds still."""
        monotonic = self._clock.monotonic()
        return {name: rest.until - monotonic for name, rest in self._rests.items() if rest.until > monotonic}

    def failing(self, now: datetime, since: timedelta) -> dict[DestinationName, str]:
        """Return who has failed all the time for at least that long, until just now, with words about it.

        While anything waits, a try follows each rest at once: a rest that was over long ago tells of another time.
        """
        return {
            name: self._words(standing.failing_since, name)
            for name, standing in self._standings.items()
            if standing.failing_since is not None
            and standing.resting_until is not None
            and now - standing.failing_since >= since
            and now - standing.resting_until <= _JUST_NOW
        }

    def after(self, name: DestinationName, outcome: Outcome, limit: Limit | None, now: datetime) -> Standing:
        """Return, and remember, how a destination stands after a send that ended so."""
        standing = self.of(name)
        match outcome:
            case Delivered():
                self._rests.pop(name, None)
                sent = within(limit, (*standing.sent, now), now) if limit is not None else ()
                standing = Standing(sent=sent, noticed_at=standing.noticed_at, untold=standing.untold)
            case Refused():
                # It answers: what it refused was refused for itself.
                self._rests.pop(name, None)
                standing = replace(standing, failures=0, failing_since=None, rested_at=None, resting_until=None)
            case Unreachable(reason, _, retry_after):
                failures = standing.failures + 1
                rest = max(pause(failures, self._rng), min(retry_after or timedelta(), RETRY_AFTER_MAX))
                self._rests[name] = _Rest(self._clock.monotonic() + rest.total_seconds(), reason)
                since = standing.failing_since or now
                standing = replace(
                    standing, failures=failures, failing_since=since, rested_at=now, resting_until=now + rest
                )
            case _:
                assert_never(outcome)
        self._standings[name] = standing
        return standing

    def _words(self, since: datetime, name: DestinationName) -> str:
        rest = self._rests.get(name)
        reason = f": {rest.reason}" if rest is not None and rest.reason else ""
        return f"{name!r}, which has not been reached since {since:%Y-%m-%d %H:%M} UTC{reason}"


def _left(standing: Standing, now: datetime) -> timedelta:
    """Return how much is left of a rest; never more than all of it, should the clock have been set back."""
    if standing.rested_at is None or standing.resting_until is None:
        return timedelta()
    return min(standing.resting_until - now, standing.resting_until - standing.rested_at)
