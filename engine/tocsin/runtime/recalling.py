"""What the engine knew before this start, from the store."""

from datetime import datetime

from tocsin.alerting.inhibition import Inhibitions
from tocsin.model import Alert
from tocsin.store.store import Store

_LOOKED_THROUGH = 10_000
"""Alerts looked through, newest first, for those that conditions of inhibitions are true of: about 0.2 s."""


def inhibiting_alerts(store: Store, inhibitions: Inhibitions, now: datetime) -> list[Alert]:
    """Return the stored alerts that may inhibit others still."""
    found: list[Alert] = []
    by_condition = [each.lasts for each in inhibitions if not isinstance(each.source, str)]
    if by_condition:
        found += store.alerts(limit=_LOOKED_THROUGH, since=now - max(by_condition))
    for rule_id in {each.source for each in inhibitions if isinstance(each.source, str)}:
        found += store.alerts(limit=1, rule_id=rule_id)
    return found
