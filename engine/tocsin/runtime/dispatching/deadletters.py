"""Word to people about dead letters: nobody finds out about them by himself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tocsin.config.settings import DestinationSettings
from tocsin.core.step import Step
from tocsin.model import DestinationName, RuleId, Severity
from tocsin.runtime.notice import system_alert
from tocsin.store.store import Standing

SENDER: Final = RuleId("tocsin.outbox")
"""Who tells of dead letters; no rule's id has a dot."""

NOTICES_EVERY: Final = timedelta(minutes=10)
"""Nobody hears more often of the dead letters of one destination."""


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
    step = system_alert(SENDER, title, body, Severity.HIGH, to, now, about=name)
    return replace(standing, noticed_at=now, untold=0), step


def who_hears(
    name: DestinationName,
    settings: Mapping[DestinationName, DestinationSettings],
    notices: DestinationName | None,
) -> DestinationName | None:
    """Return who is told of the dead letters of a destination: its fallback, else `notices`, never itself."""
    entry = settings.get(name)
    to = entry.fallback if entry is not None and entry.fallback is not None else notices
    return None if to == name else to
