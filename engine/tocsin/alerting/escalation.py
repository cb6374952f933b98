"""Escalation: who hears of an alert later, unless somebody acknowledges it before."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from tocsin.model import DestinationName


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """`escalate:` of a route: `to` hear of its alerts `after` they were raised, unless they are acknowledged."""

    after: timedelta
    to: tuple[DestinationName, ...]


def escalated(
    escalations: Iterable[Escalation], told: Collection[DestinationName]
) -> tuple[tuple[DestinationName, timedelta], ...]:
    """Return each destination that is to hear of an alert later, and how much later; the soonest first.

    Those `told` at once are not told again, and one that several escalations name hears of it at the first of them.
    """
    soonest: dict[DestinationName, timedelta] = {}
    for escalation in escalations:
        for name in escalation.to:
            if name not in told:
                soonest[name] = min(escalation.after, soonest.get(name, escalation.after))
    return tuple(sorted(soonest.items(), key=lambda item: item[1]))
