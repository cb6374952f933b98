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
    """An alert that tells of what a stage held back; `reason` says in words why now.

    `destinations` are those that it goes to; empty where its rule decides.
    """

    alert: Alert
    rule_id: RuleId
    by: Stage
    reason: str
    destinations: tuple[DestinationName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Eviction:
    """A key was forgotten before its period was over, for want of room; what it held back is released beside it."""

    rule_id: RuleId
    by: Stage
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What a stage makes of an alert: `alert` is what goes on, None where it is held back, `withheld` says why.

    `releases` and `evictions` come of it too, first.
    """

    alert: Alert | None = None
    withheld: str = ""
    releases: tuple[Release, ...] = ()
    evictions: tuple[Eviction, ...] = ()


def digest_of(alerts: Sequence[Alert], title: Callable[[str], str], now: datetime) -> Alert:
    """Return the digest of some alerts; `title` makes its title of how many matches it tells of, in words."""
    count = sum(matches_told(alert) for alert in alerts)
    return fold(alerts, title=title("1 alert" if count == 1 else f"{count:,} alerts"), now=now)


def utc(at: datetime) -> str:
    """Return an instant in words."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
