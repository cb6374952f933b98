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
        draft = Draft()
        for step in steps:
            if isinstance(step, Seen):
                draft.entries.append(step)
            else:
                draft.add(step)
        return draft.step()

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


class Draft:
    """A step in the making: what is decided first comes first."""

    __slots__ = ("alerts", "deliveries", "entries", "remembered", "shadowed", "state")

    def __init__(self) -> None:
        self.alerts: list[Alert] = []
        self.deliveries: list[Delivery] = []
        self.entries: list[Entry] = []
        self.shadowed: list[Alert] = []
        self.state: dict[str, Record | None] = {}
        self.remembered: list[tuple[AlertId, datetime]] = []

    def add(self, step: Step) -> None:
        """Put all that a step has behind what there is."""
        self.alerts += step.alerts
        self.deliveries += step.deliveries
        self.entries += step.entries
        self.remembered += step.remembered
        if step.shadowed:
            self.shadowed += step.shadowed
        if step.state:
            self.state |= step.state

    def step(self) -> Step:
        """Return it as a step."""
        return Step(
            tuple(self.alerts),
            tuple(self.deliveries),
            tuple(self.entries),
            tuple(self.shadowed),
            self.state,
            tuple(self.remembered),
        )


Decision: TypeAlias = Step | Seen
"""What follows from a tweet: of nearly every one there is no more to say than that it was seen."""
