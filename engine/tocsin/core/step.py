"""What the engine decided, as values to be committed in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from tocsin.alerting.ledger import NOTHING, Record
from tocsin.journal import Entry, Seen
from tocsin.model import Alert, AlertId, Delivery


@dataclass(frozen=True, slots=True)
class Step:
    """Alerts, their deliveries, and the journal of why; each in the order in which it was decided.

    `shadowed` are alerts of rules in stage shadow: to be looked at, never stored or sent. `state` are the records that
    changed of what is held, by name, None for those to be forgotten. `remembered` are the ids of
    matches that were told or held back, and when: not to be told again.
    """

    alerts: tuple[Alert, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    entries: tuple[Entry, ...] = ()
    shadowed: tuple[Alert, ...] = ()
    state: Mapping[str, Record | None] = field(default_factory=lambda: NOTHING)
    remembered: tuple[tuple[AlertId, datetime], ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self.alerts or self.entries or self.state)

    @classmethod
    def joined(cls, steps: Iterable["Decision"]) -> "Step":
        """Return one step that stands for all of them, in order."""
        alerts: list[Alert] = []
        deliveries: list[Delivery] = []
        entries: list[Entry] = []
        shadowed: list[Alert] = []
        state: dict[str, Record | None] = {}
        remembered: list[tuple[AlertId, datetime]] = []
        for step in steps:
            if isinstance(step, Seen):
                entries.append(step)
                continue
            alerts += step.alerts
            deliveries += step.deliveries
            entries += step.entries
            shadowed += step.shadowed
            state |= step.state
            remembered += step.remembered
        return cls(tuple(alerts), tuple(deliveries), tuple(entries), tuple(shadowed), state, tuple(remembered))

    def due_later(self, by: timedelta) -> "Step":
        """Return the step with its deliveries due so much later (earlier, if it is below zero)."""
        if not by:
            return self
        moved = tuple(replace(delivery, due_at=delivery.due_at + by) for delivery in self.deliveries)
        return replace(self, deliveries=moved)

    def remembering(self, identity: AlertId, at: datetime) -> "Step":
        """Return the step with a match that is not to be told again."""
        return Step(self.alerts, self.deliveries, self.entries, self.shadowed, self.state, ((identity, at),))

    def behind(self, entries: tuple[Entry, ...]) -> "Step":
        """Return the step with entries in front of its own."""
        return self if not entries else replace(self, entries=(*entries, *self.entries))


Decision: TypeAlias = Step | Seen
"""What follows from a tweet: of nearly every one there is no more to say than that it was seen."""
