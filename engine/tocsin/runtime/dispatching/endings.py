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
    """How a send ended: what becomes of its deliveries, and what is written together with that.

    Deliveries that were first tried at `expired`, or before, are given up though the others are tried again.
    """

    step: NextStep
    entries: list[Entry]
    expired: datetime | None = None
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
        match step:
            case GiveUp(reason):
                self._give_up(ending, message, message.deliveries, reason, now)
            case RetryAt(_, reason) if message.is_bundle:
                ending.expired = now - retry_for
                over = tuple(d for d in message.deliveries if (d.first_tried_at or now) <= ending.expired)
                self._give_up(ending, message, over, reason, now)
        return ending

    def _give_up(
        self, ending: Ending, message: Message, deliveries: tuple[Delivery, ...], reason: str, now: datetime
    ) -> None:
        if not deliveries:
            return
        name = message.destination
        settings = self._settings.get(name)
        ending.add(Step(entries=tuple(_gave_up(delivery, reason, now) for delivery in deliveries)))
        if settings is not None and not deliveries[0].problem:
            ending.add(_passed_on(deliveries, settings.fallback, reason, now))
        if message.alert.rule_id != SENDER:
            # Of what is lost of our own words about losses we say nothing.
            standing = self._standings.of(name)
            self._standings.put(name, replace(standing, untold=standing.untold + len(deliveries)))
        ending.add(self._told(name, reason, now))

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
    """Return how a send is journalled: itself, and each alert that it settled."""
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
        # A message that is tried again and again must not be told 1,000 times each.
        bundle = message.alert.id
        entries += [
            replace(sent, alert_id=delivery.alert.id, alerts=1, bundle=bundle) for delivery in message.deliveries
        ]
    return entries


def _gave_up(delivery: Delivery, reason: str, now: datetime) -> GaveUp:
    return GaveUp(at=now, alert_id=delivery.alert.id, destination=delivery.destination, reason=reason)


def _passed_on(deliveries: tuple[Delivery, ...], to: DestinationName | None, reason: str, now: datetime) -> Step:
    """Return the deliveries to the fallback of what its destination will not take, and how they are journalled."""
    if to is None:
        return Step()
    name = deliveries[0].destination
    note = f"This was for {name!r}, which did not take it: {reason}"
    given = [delivery.alert for delivery in deliveries if not delivery.passed_on]
    return Step(
        deliveries=tuple(Delivery(alert=alert, destination=to, due_at=now, note=note) for alert in given),
        entries=tuple(FellBack(at=now, alert_id=alert.id, destination=name, to=to, reason=reason) for alert in given),
    )
