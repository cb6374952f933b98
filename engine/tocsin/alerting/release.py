"""What the stages of flood control say of an alert: let through, or held back and until when; and what they let go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from tocsin.alerting.digest import fold
from tocsin.alerting.pile import matches_told
from tocsin.model import Alert, DestinationName, RuleId

Stage: TypeAlias = Literal["throttle", "budget", "valve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An alert that tells of what a stage held back in `held_in`; `reason` says in words why now.

    `destinations` are those that it goes to; empty where its rule decides.
    """

    alert: Alert
    rule_id: RuleId
    by: Stage
    held_in: str
    reason: str
    destinations: tuple[DestinationName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why an alert is held back, in words without the time; until when; and what it waits in."""

    reason: str
    until: datetime
    held_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Eviction:
    """A key was forgotten before its period was over, for want of room; what it held back is released beside it."""

    rule_id: RuleId
    by: Stage
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What a stage makes of an alert: it goes on as `alert`, or a `Hold` says why not.

    `releases` and `evictions` come of it too. `told` is how many that were held back the alert now tells of, `held_in`
    what they waited in.
    """

    alert: Alert | Hold
    told: int = 0
    held_in: str = ""
    releases: tuple[Release, ...] = ()
    evictions: tuple[Eviction, ...] = ()


def digest_of(alerts: Sequence[Alert], title: Callable[[str], str], now: datetime) -> Alert:
    """Return the digest of some alerts; `title` makes its title of how many matches it tells of, in words."""
    count = sum(matches_told(alert) for alert in alerts)
    return fold(alerts, title=title("1 alert" if count == 1 else f"{count:,} alerts"), now=now)
