"""The valve: so many alerts in a period, of all rules together, and the rest in one digest for each destination."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from tocsin.alerting.alarms import AT_ONCE
from tocsin.alerting.ledger import Ledger, Record
from tocsin.alerting.pile import Pile
from tocsin.alerting.record import from_microseconds, to_microseconds
from tocsin.alerting.release import Admission, Hold, Release, digest_of
from tocsin.model import Alert, AlertId, DestinationName, Severity
from tocsin.rules.flood import Rate, parse_rate

STAGE: Final = "valve"


@dataclass(slots=True, kw_only=True)
class _Period:
    """The period that the first alert began, and how many went out since."""

    rate: Rate
    opened_at: datetime
    ends_at: datetime
    passed: int = 0


class Valve:
    """Counts what goes out. Critical alerts are counted, and pass whatever the count."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._period: _Period | None = None
        self._piles: dict[DestinationName, Pile] = {}

    def admit(self, rate: Rate, alert: Alert, destinations: Sequence[DestinationName], now: datetime) -> Admission:
        """Return the alert, or why it is held back from its destinations."""
        period = self._period or _Period(rate=rate, opened_at=now, ends_at=now + rate.period)
        if period.passed < period.rate.limit or alert.severity is Severity.CRITICAL:
            period.passed += 1
            self._put(period)
            return Admission(alert=alert)
        releases: list[Release] = []
        for name in destinations:
            pile = self._piles.setdefault(name, self._pile(name))
            pile.add(alert)
            if pile.is_full:
                releases.append(self._release(name, period, now, "it holds as many as a digest can"))
        reason = f"valve: {period.rate} have gone out; told in a digest"
        return Admission(alert=Hold(reason=reason, until=period.ends_at, held_in=STAGE), releases=tuple(releases))

    def next_at(self) -> datetime | None:
        """Return when the period ends; None while nothing was let through."""
        return None if self._period is None else self._period.ends_at

    def end_next(self, now: datetime) -> list[Release]:
        """End the period; return a digest of what was held back for each destination."""
        period, self._period = self._period, None
        self._ledger.drop(STAGE)
        if period is None:
            return []
        reason = f"the valve's {period.rate.unit} is over"
        releases: dict[AlertId, Release] = {}
        for name in list(self._piles):
            release = self._release(name, period, now, reason)
            # What goes to several destinations alike is one digest.
            same = releases.get(release.alert.id)
            merged = release if same is None else replace(same, destinations=(*same.destinations, name))
            releases[release.alert.id] = merged
        return list(releases.values())

    def settle(self, rate: Rate | None) -> None:
        """Let the period end at once if this is no longer its rate."""
        if self._period is not None and rate != self._period.rate:
            self._period.ends_at = AT_ONCE

    def shift(self, by: timedelta) -> None:
        """Move the period: the clock was set, and as much of it is left as before."""
        if self._period is not None:
            self._period.opened_at += by
            if self._period.ends_at != AT_ONCE:
                self._period.ends_at += by
            self._put(self._period)

    def restore(self, period: Record | None, piles: Mapping[str, Mapping[int, Record]], now: datetime) -> None:
        """Take back what an earlier run left. A period that would begin later than now begins now."""
        if period is None:
            return
        rate, opened_at = parse_rate(period["rate"]), min(from_microseconds(period["opened_at"]), now)
        self._period = _Period(rate=rate, opened_at=opened_at, ends_at=opened_at + rate.period, passed=period["passed"])
        for name, records in piles.items():
            destination = DestinationName(name.removeprefix(f"{STAGE}/"))
            self._piles[destination] = self._pile(destination)
            self._piles[destination].restore(records)

    def _pile(self, destination: DestinationName) -> Pile:
        return Pile(f"{STAGE}/{destination}", self._ledger)

    def _release(self, name: DestinationName, period: _Period, now: datetime, reason: str) -> Release:
        alert = digest_of(self._piles.pop(name).take(), lambda count: f"{count} past the valve of {period.rate}", now)
        return Release(alert=alert, rule_id=alert.rule_id, by=STAGE, held_in=STAGE, reason=reason, destinations=(name,))

    def _put(self, period: _Period) -> None:
        self._period = period
        self._ledger.put(
            STAGE,
            {
                "rate": str(period.rate),
                "opened_at": to_microseconds(period.opened_at),
                "passed": period.passed,
            },
        )
