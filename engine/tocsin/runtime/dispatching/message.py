"""What is handed to a destination: one alert, or one that stands for several."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.alerting.digest import fold
from tocsin.model import Alert, Delivery, DestinationName, Fragment, RichText

_NAMED_RULES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The deliveries that one send is about, and the alert that tells of them. `attempt` counts from 1.

    `first_tried_at` is when the last of them was tried for the first time.
    """

    deliveries: tuple[Delivery, ...]
    alert: Alert
    attempt: int
    first_tried_at: datetime

    @property
    def destination(self) -> DestinationName:
        """Where it goes."""
        return self.deliveries[0].destination

    @property
    def is_bundle(self) -> bool:
        """Whether it has an id of its own."""
        return self.deliveries[0].bundle is not None


def message_of(deliveries: Sequence[Delivery], now: datetime) -> Message:
    """Return the message for deliveries that were claimed together."""
    first = deliveries[0]
    tried = [delivery.first_tried_at or now for delivery in deliveries]
    alert = first.alert
    if first.bundle is not None:
        alerts = [delivery.alert for delivery in deliveries]
        alert = replace(fold(alerts, title=_title(alerts), now=min(tried)), id=first.bundle)
    notes = list(dict.fromkeys(delivery.note for delivery in deliveries if delivery.note))
    return Message(
        deliveries=tuple(deliveries),
        alert=_noted(alert, notes[0]) if notes else alert,
        attempt=max(delivery.attempts for delivery in deliveries),
        first_tried_at=max(tried),
    )


def _title(alerts: Sequence[Alert]) -> str:
    counts = Counter(alert.rule_id for alert in alerts).most_common()
    loudest = max((alert.severity for alert in alerts), key=lambda severity: severity.rank)
    loud = sum(alert.severity is loudest for alert in alerts)
    loudly = f", {loud:,} of them {loudest}" if loud < len(alerts) else ""
    named = [f"{rule} {count}" for rule, count in counts[:_NAMED_RULES]]
    more = len(counts) - len(named)
    return f"{len(alerts):,} alerts{loudly}: {', '.join(named)}{f' and {more} more rules' if more else ''}"


def _noted(alert: Alert, note: str) -> Alert:
    # The note may quote what a service answered.
    return replace(alert, body=RichText((Fragment(f"{note}\n", trusted=False), *alert.body.fragments)))
