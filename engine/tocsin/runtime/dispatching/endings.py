"""What follows from the end of a send: the next try, journal entries, the fallback, and word of dead letters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from tocsin.config.settings import DestinationSettings
from tocsin.core.step import Step
from tocsin.journal import Attempted, Entry, FellBack, GaveUp
from tocsin.model import Alert, Delivered, Delivery, DestinationName, Outcome
from tocsin.notify.retry import GiveUp, NextStep, RetryAt, next_step
from tocsin.runtime.dispatching.deadletters import SENDER, told, who_hears
from tocsin.runtime.dispatching.message import Message
from tocsin.runtime.dispatching.pacing import limit_of
from tocsin.runtime.dispatching.standings import Standings
from tocsin.store.store import Aftermath

_RETRY_FOR = timedelta(hours=72)


@dataclass(slots=True)
class Ending:
    """How a send ended: what becomes of its deliveries, and what is written together with that."""

    step: NextStep
    entries: list[Entry]
    alerts: list[Alert] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def add(self, step: Step) -> None:
        """Take what else follows."""
        self.entries += step.entries
        self.alerts += step.alerts
        self.deliveries += step.deliveries


class Endings:
    """Knows where alerts go that a destination will not take, and who is told; belongs to the event loop."""

    def __init__(
        self,
        settings: Mapping[DestinationName, DestinationSettings],
        notices: DestinationName | None,
        standings: Standings,
        rng: Random,
    ) -> None:
        self._standings = standings
        self._rng = rng
        self.replace(settings, notices)

    def replace(self, settings: Mapping[DestinationName, DestinationSettings], notices: DestinationName | None) -> None:
        """Go by other settings from now on."""
        self._settings = settings
        self._notices = notices

    def after(self, message: Message, outcome: Outcome, now: datetime) -> Ending:
        """Return what follows from a send; how its destination stands then is remembered in the standings."""
        name = message.destination
        settings = self._settings.get(name)
        self._standings.after(name, outcome, limit_of(settings), now)
        retry_for = settings.retry_for if settings is not None else _RETRY_FOR
        step = next_step(outcome, message.attempt, message.first_tried_at, now, self._rng, retry_for)
        ending = Ending(step, _entries(message, outcome, step, now))
        if not isinstance(step, GiveUp):
            return ending
        if settings is not None and not message.deliveries[0].problem:
            ending.add(_passed_on(message, settings.fallback, step.reason, now))
        if message.alert.rule_id != SENDER:
            # Of what is lost of our own words about losses we say nothing.
            standing = self._standings.of(name)
            self._standings.put(name, replace(standing, untold=standing.untold + len(message.deliveries)))
        ending.add(self._told(name, step.reason, now))
        return ending

    def overdue(self, now: datetime) -> Iterator[Aftermath]:
        """Yield word of dead letters that came too soon after others were told of."""
        for name in self._standings.untold():
            before = self._standings.of(name)
            step = self._told(name, "", now)
            if step.deliveries:
                standings = {name: self._standings.of(name)}
                # Should it not be written it is still untold.
                self._standings.put(name, before)
                yield Aftermath(standings=standings, alerts=step.alerts, deliveries=step.deliveries)

    def _told(self, name: DestinationName, reason: str, now: datetime) -> Step:
        to = who_hears(name, self._settings, self._notices)
        standing, step = told(name, self._standings.of(name), reason, to, now)
        self._standings.put(name, standing)
        return step


def _entries(message: Message, outcome: Outcome, step: NextStep, now: datetime) -> list[Entry]:
    """Return how a send is journalled: itself, each alert that it settled, and each that was given up."""
    sent = Attempted(
        at=now,
        alert_id=message.alert.id,
        destination=message.destination,
        attempt=message.attempt,
        outcome=type(outcome).__name__.lower(),
        detail=outcome.detail if isinstance(outcome, Delivered) else outcome.reason,
        next_at=step.at if isinstance(step, RetryAt) else None,
        alerts=len(message.deliveries),
    )
    entries: list[Entry] = [sent]
    if message.is_bundle and not isinstance(step, RetryAt):
        # A message that is tried again and again must not be told 2,000 times each.
        bundle = message.alert.id
        entries += [
            replace(sent, alert_id=delivery.alert.id, alerts=1, bundle=bundle) for delivery in message.deliveries
        ]
    if isinstance(step, GiveUp):
        entries += [
            GaveUp(at=now, alert_id=delivery.alert.id, destination=delivery.destination, reason=step.reason)
            for delivery in message.deliveries
        ]
    return entries


def _passed_on(message: Message, to: DestinationName | None, reason: str, now: datetime) -> Step:
    """Return the deliveries to the fallback of what its destination will not take, and how they are journalled."""
    if to is None:
        return Step()
    note = f"This was for {message.destination!r}, which did not take it: {reason}"
    given = tuple(
        Delivery(alert=delivery.alert, destination=to, due_at=now, note=note)
        for delivery in message.deliveries
        if not delivery.passed_on
    )
    entries = tuple(
        FellBack(at=now, alert_id=delivery.alert.id, destination=message.destination, to=to, reason=reason)
        for delivery in given
    )
    return Step(deliveries=given, entries=entries)
