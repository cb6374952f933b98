"""What the engine decided, as values to be committed in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.journal import Entry
from tocsin.model import Alert, Delivery


@dataclass(frozen=True, slots=True)
class Step:
    """Alerts, their deliveries, and the journal of why; each in the order in which it was decided.

    `shadowed` are alerts of rules in stage shadow: to be looked at, never stored or sent.
    """

    alerts: tuple[Alert, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    entries: tuple[Entry, ...] = ()
    shadowed: tuple[Alert, ...] = ()

    @classmethod
    def joined(cls, steps: Iterable["Step"]) -> "Step":
        """Return one step that stands for all of them, in order."""
        alerts: list[Alert] = []
        deliveries: list[Delivery] = []
        entries: list[Entry] = []
        shadowed: list[Alert] = []
        for step in steps:
            alerts += step.alerts
            deliveries += step.deliveries
            entries += step.entries
            shadowed += step.shadowed
        return cls(tuple(alerts), tuple(deliveries), tuple(entries), tuple(shadowed))
