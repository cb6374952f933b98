"""What the engine knew before this start, from the store."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tocsin.alerting.inhibition import Inhibitions
from tocsin.core.engine import Engine
from tocsin.errors import StoreDamaged
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


def take_back(engine: Engine, records: Mapping[str, Any], now: datetime) -> None:
    """Have the engine take back what an earlier run left.

    Raises:
        StoreDamaged: it can't be read.
    """
    try:
        engine.restore(records, now)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise StoreDamaged(
            f"what the state database holds back can't be read ({error!r}): restore it from a backup, or move it away "
            "to start with an empty one (what waited in it is then not sent)"
        ) from error
