"""What follows from the end of a send: journal entries, the fallback, and word to people about dead letters."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tocsin.config.settings import DestinationSettings
from tocsin.core.step import Step
from tocsin.journal import Attempted, Entry, FellBack, GaveUp
from tocsin.model import AlertId, Delivered, Delivery, DestinationName, Outcome, RuleId, Severity, alert_id
from tocsin.notify.retry import GiveUp, NextStep, RetryAt
from tocsin.runtime.dispatching.message import Message
from tocsin.runtime.notice import system_alert
from tocsin.store.store import Standing

SENDER: Final = RuleId("tocsin.outbox")
"""Who tells of dead letters; no rule's id has a dot."""

NOTICES_EVERY: Final = timedelta(minutes=10)
"""Nobody hears more often of the dead letters of one destination."""


def entries_of(message: Message, outcome: Outcome, step: NextStep, now: datetime) -> list[Entry]:
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


def passed_on(message: Message, to: DestinationName | None, reason: str, now: datetime) -> Step:
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


def told(
    name: DestinationName, standing: Standing, reason: str, to: DestinationName | None, now: datetime
) -> tuple[Standing, Step]:
    """Return how a destination stands once somebody was told of its dead letters, and the message.

    Nothing is said where nobody is to be told, there is nothing untold, or the last time is not long enough ago.
    """
    is_early = standing.noticed_at is not None and timedelta() <= now - standing.noticed_at < NOTICES_EVERY
    if to is None or standing.untold == 0 or is_early:
        return standing, Step()
    count = "1 alert" if standing.untold == 1 else f"{standing.untold:,} alerts"
    title = f"tocsin: {count} could not be delivered to {name!r}"
    why = f"{reason}. " if reason else ""
    body = f"{why}`tocsin outbox list --state dead --to {name}` shows them, `tocsin outbox retry` sends them again."
    step = _with_id(system_alert(SENDER, title, body, Severity.HIGH, to, now), alert_id(SENDER, name, now.isoformat()))
    return replace(standing, noticed_at=now, untold=0), step


def _with_id(step: Step, identity: AlertId) -> Step:
    """Return the message under an id that tells apart what is said of two destinations at the same moment."""
    alert = replace(step.alerts[0], id=identity)
    return Step(alerts=(alert,), deliveries=tuple(replace(delivery, alert=alert) for delivery in step.deliveries))


def who_hears(
    name: DestinationName,
    settings: Mapping[DestinationName, DestinationSettings],
    notices: DestinationName | None,
) -> DestinationName | None:
    """Return who is told of the dead letters of a destination: its fallback, else `notices`, never itself."""
    entry = settings.get(name)
    to = entry.fallback if entry is not None and entry.fallback is not None else notices
    return None if to == name else to
