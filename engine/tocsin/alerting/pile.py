"""Alerts put aside, to be told later: bounded, whatever comes, and no id among them is lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tocsin.alerting.digest import LISTED, fold
from tocsin.alerting.ledger import Ledger, Record
from tocsin.alerting.record import alert_of, alert_record
from tocsin.model import Alert

MOST_IDS = 10_000
"""As many alerts as one digest stands for; a pile with so many is told at once, and a new one begun."""

_WHOLE = 2 * LISTED
"""Alerts kept whole; past it the older half becomes one digest, of which only the ids and the count still matter."""


class Pile:
    """Alerts under one name of the ledger, oldest first."""

    def __init__(self, name: str, ledger: Ledger) -> None:
        self._name = name
        self._ledger = ledger
        self._alerts: dict[int, Alert] = {}
        self._next = 0
        self._count = 0

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return bool(self._alerts)

    @property
    def is_full(self) -> bool:
        """Whether it has to be told before anything else is added."""
        return self._count >= MOST_IDS

    def add(self, alert: Alert) -> None:
        """Put an alert on it."""
        if len(self._alerts) >= _WHOLE:
            self._compact()
        self._append(alert)

    def merge(self, alert: Alert) -> None:
        """Put an alert in the place of what is there, which it then tells of as held back."""
        self._append(merged([*self.take(), alert]))

    def take(self) -> list[Alert]:
        """Return what is in it, and empty it."""
        alerts = list(self._alerts.values())
        for number in self._alerts:
            self._ledger.drop(f"{self._name}/{number}")
        self._alerts.clear()
        self._next = self._count = 0
        return alerts

    def restore(self, records: Mapping[int, Record]) -> None:
        """Take back what an earlier run left, by number."""
        for number, record in sorted(records.items()):
            alert = alert_of(record)
            self._alerts[number] = alert
            self._count += len(alert.folded) or 1
            self._next = number + 1

    def _append(self, alert: Alert) -> None:
        self._alerts[self._next] = alert
        self._ledger.put(f"{self._name}/{self._next}", alert_record(alert))
        self._next += 1
        self._count += len(alert.folded) or 1

    def _compact(self) -> None:
        numbers = list(self._alerts)[:LISTED]
        alerts = [self._alerts.pop(number) for number in numbers]
        # As of the first: a pile says since when it has held back.
        older = fold(alerts, title="", now=alerts[0].at)
        for number in numbers[:-1]:
            self._ledger.drop(f"{self._name}/{number}")
        last = numbers[-1]
        self._alerts = {last: older, **self._alerts}
        self._ledger.put(f"{self._name}/{last}", alert_record(older))


def merged(alerts: Sequence[Alert]) -> Alert:
    """Return the last alert as it tells of those before it, which were held back, and of what they tell of.

    Raises:
        ValueError: there are no alerts.
    """
    if not alerts:
        raise ValueError("nothing to tell of")
    *earlier, newest = alerts
    since = [alert.held_since for alert in alerts if alert.held_since is not None] + [alert.at for alert in earlier]
    count = sum(map(matches_told, earlier))
    return replace(newest, held_back=newest.held_back + count, held_since=min(since, default=None))


def matches_told(alert: Alert) -> int:
    """Return how many matches an alert tells of, its own included."""
    return (len(alert.folded) or 1) + alert.held_back


def matches_held(records: Iterable[Record]) -> int:
    """Return how many matches are held, by the records that are kept of them."""
    return sum(matches_told(alert_of(record)) for record in records if is_alert(record))


def is_alert(record: Record) -> bool:
    """Whether a record is of an alert on a pile, and not of the period that the pile belongs to."""
    return "tweet" in record
