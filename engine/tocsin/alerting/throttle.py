"""Throttles: of all alerts of one key, one in every stretch of time, and the others counted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from tocsin.alerting.alarms import AT_ONCE, Alarms
from tocsin.alerting.ledger import Ledger, Record
from tocsin.alerting.pile import Pile, matches_told, merged
from tocsin.alerting.record import from_microseconds, to_microseconds
from tocsin.alerting.release import Admission, Eviction, Hold, Release, digest_of
from tocsin.model import Alert, RuleId
from tocsin.rules.duration import duration_text
from tocsin.rules.flood import Then

STAGE: Final = "throttle"

MOST_KEYS = 20_000
"""Keys with an open period, or with matches still to be told; past it the oldest is forgotten, and told first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A rule's throttle: `text` is the same for throttles that mean the same, `words` say what it does."""

    text: str
    words: str
    every: timedelta
    then: Then


@dataclass(slots=True, kw_only=True)
class _Period:
    """The time since a key's last alert. Once over, it is kept only while what it held back is still to be told."""

    rule_id: RuleId
    clause: Clause
    opened_at: datetime
    pile: Pile
    is_over: bool = False
    is_dead: bool = False

    @property
    def ends_at(self) -> datetime:
        return self.opened_at + self.clause.every


class Throttles:
    """The periods of all keys. What it decides follows from what it is given, and from nothing else."""

    def __init__(self, ledger: Ledger, *, capacity: int) -> None:
        self._ledger = ledger
        self._capacity = capacity
        # Oldest first: a period that begins anew goes to the end.
        self._periods: dict[str, _Period] = {}
        self._alarms = Alarms()

    def __len__(self) -> int:
        return len(self._periods)

    def admit(self, rule_id: RuleId, clause: Clause, key: str, alert: Alert, now: datetime) -> Admission:
        """Return the alert, telling of what was held back before it, or why it is held back."""
        name = _name(rule_id, key)
        period = self._periods.get(name)
        if period is None:
            releases, evictions = self._make_room(now)
            self._open(name, _Period(rule_id=rule_id, clause=clause, opened_at=now, pile=Pile(name, self._ledger)))
            return Admission(alert=alert, releases=releases, evictions=evictions)
        if period.is_over:
            told = merged([*period.pile.take(), alert])
            self._open(name, period, at=now)
            return Admission(alert=told, told=told.held_back - alert.held_back, held_in=name)
        return self._hold(name, period, alert, now)

    def next_at(self) -> datetime | None:
        """Return when the next period ends."""
        return self._alarms.next_at()

    def end_next(self, now: datetime) -> list[Release]:
        """End the period that ends next; return what is to be told of it."""
        name, at = self._alarms.pop()
        period = self._periods[name]
        if not period.pile:
            self._forget(name)
            return []
        if period.is_dead:
            self._forget(name)
            return [self._release(name, period, now, "its throttle has changed or its rule is gone")]
        if period.clause.then == "count":
            period.is_over = True
            self._write(name, period)
            return []
        release = self._release(name, period, now, f"the throttle's {duration_text(period.clause.every)} are over")
        # It is an alert of this key: the next comes no sooner than `every` after it, however late we were.
        self._open(name, period, at=at)
        return [release]

    def settle(self, clauses: Mapping[RuleId, Clause]) -> None:
        """Let the periods of throttles that are no longer among these end at once."""
        for name, period in self._periods.items():
            clause = clauses.get(period.rule_id)
            if clause is None or clause.text != period.clause.text:
                period.is_dead = True
                self._alarms.set(name, AT_ONCE)
            else:
                period.clause = clause

    def shift(self, by: timedelta) -> None:
        """Move all periods: the clock was set, and as much of each is left as before."""
        for name, period in self._periods.items():
            period.opened_at += by
            self._write(name, period)
        self._alarms.shift(by)

    def restore(self, periods: Mapping[str, Record], piles: Mapping[str, Mapping[int, Record]], now: datetime) -> None:
        """Take back what an earlier run left. A period that would begin later than now begins now."""
        for name, record in sorted(periods.items(), key=lambda item: item[1]["opened_at"]):
            every = timedelta(microseconds=record["every"])
            clause = Clause(text=record["clause"], words=record["words"], every=every, then=record["then"])
            period = _Period(
                rule_id=RuleId(record["rule"]),
                clause=clause,
                opened_at=min(from_microseconds(record["opened_at"]), now),
                pile=Pile(name, self._ledger),
                is_over=record["is_over"],
            )
            period.pile.restore(piles.get(name, {}))
            self._periods[name] = period
            if not period.is_over:
                self._alarms.set(name, period.ends_at)

    def _hold(self, name: str, period: _Period, alert: Alert, now: datetime) -> Admission:
        then = period.clause.then
        if then == "digest":
            period.pile.add(alert)
        else:
            period.pile.merge(alert)
        how = {"count": "counted for the next alert", "update": "told at the end", "digest": "told in a digest"}
        hold = Hold(reason=f"throttle: {period.clause.words}; {how[then]}", until=period.ends_at, held_in=name)
        full = period.pile.is_full
        releases = [self._release(name, period, now, "it holds as many as a digest can")] if full else []
        return Admission(alert=hold, releases=tuple(releases))

    def _release(self, name: str, period: _Period, now: datetime, reason: str) -> Release:
        if period.clause.then == "digest":
            alerts = period.pile.take()
            first = min(alert.held_since or alert.at for alert in alerts)
            alert = digest_of(alerts, lambda count: f"{period.rule_id}: {count} held back since {first:%H:%M} UTC", now)
        else:
            alert = replace(merged(period.pile.take()), at=now)
        return Release(alert=alert, rule_id=period.rule_id, by=STAGE, held_in=name, reason=reason)

    def _make_room(self, now: datetime) -> tuple[tuple[Release, ...], tuple[Eviction, ...]]:
        releases: list[Release] = []
        evictions: list[Eviction] = []
        while len(self._periods) >= self._capacity:
            name, period = next(iter(self._periods.items()))
            released = [self._release(name, period, now, "too many keys are throttled at once")] if period.pile else []
            held = sum(matches_told(release.alert) for release in released)
            evictions.append(Eviction(rule_id=period.rule_id, by=STAGE, held=held))
            releases += released
            self._forget(name)
        return tuple(releases), tuple(evictions)

    def _open(self, name: str, period: _Period, *, at: datetime | None = None) -> None:
        period.opened_at = at or period.opened_at
        period.is_over = False
        self._periods.pop(name, None)
        self._periods[name] = period
        self._alarms.set(name, period.ends_at)
        self._write(name, period)

    def _forget(self, name: str) -> None:
        del self._periods[name]
        self._alarms.cancel(name)
        self._ledger.drop(name)

    def _write(self, name: str, period: _Period) -> None:
        clause = period.clause
        self._ledger.put(
            name,
            {
                "rule": period.rule_id,
                "clause": clause.text,
                "words": clause.words,
                "every": clause.every // timedelta(microseconds=1),
                "then": clause.then,
                "opened_at": to_microseconds(period.opened_at),
                "is_over": period.is_over,
            },
        )


def _name(rule_id: RuleId, key: str) -> str:
    # A key may be a tweet's text: it is told apart by what it hashes to, and kept nowhere.
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{STAGE}/{rule_id}/{digest}"
