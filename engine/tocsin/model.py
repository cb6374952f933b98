"""The values that everything else passes around: frozen, slotted, no behaviour past derived values.

Instants end in `_at`, are aware and in UTC; durations are `timedelta`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Literal, NewType, TypeAlias

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"

TweetId = NewType("TweetId", str)
RuleId = NewType("RuleId", str)
AlertId = NewType("AlertId", str)
DestinationName = NewType("DestinationName", str)

Held: TypeAlias = Literal["", "quiet", "digest"]


class Severity(StrEnum):
    """How loud an alert is."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def is_loud(self) -> bool:
        """Whether somebody should know that such an alert was hidden from them."""
        return self in (Severity.HIGH, Severity.CRITICAL)

    @property
    def rank(self) -> int:
        """Where it stands among the others, the quietest at 0."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tweet:
    """One tweet in the canonical shape of the stream's specification.

    `data` is the JSON that rules see; it is shared and must not be changed. `source` names where it came from.
    `created_at` is None where the stream gave none or one that can't be read.
    """

    id: TweetId
    data: Mapping[str, Any]
    source: str
    received_at: datetime
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of rendered text; `trusted` only if the rule's author wrote it, false if a tweet did."""

    text: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class RichText:
    """A rendered template before any destination escaped it: what the author wrote and what tweets filled in."""

    fragments: tuple[Fragment, ...]

    def plain(self) -> str:
        """Return the text as it stands, escaped for nothing; never send it to a service that reads markup."""
        return "".join(fragment.text for fragment in self.fragments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A rule's match that somebody should hear of.

    `key` tells apart alerts of one rule (empty when the rule has no key). `because` names what made the rule true,
    one short line each. `held_back` counts matches held back since `held_since`, which this alert tells of beside its
    own. `folded` are the ids of the alerts that it stands for, oldest first; empty where it stands for itself.
    """

    id: AlertId
    rule_id: RuleId
    key: str
    severity: Severity
    at: datetime
    title: RichText
    body: RichText
    labels: Mapping[str, str]
    tweet: Tweet
    because: tuple[str, ...] = ()
    held_back: int = 0
    held_since: datetime | None = None
    folded: tuple[AlertId, ...] = ()


def alert_id(rule_id: RuleId, key: str, occasion: str) -> AlertId:
    """Return the idempotency key of an alert: the same rule, key and occasion always give the same id.

    `occasion` is the tweet's id or, for a window, its start. 16 hexadecimal digits: among a million alerts two
    share an id with a chance of about 1 in 37 million.
    """
    name = f"{rule_id}\x1f{key}\x1f{occasion}"
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8)
    return AlertId(digest.hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert on its way to one destination. `attempts` counts the sends that were begun.

    `bundle` is the id of the message that tells of this alert together with others, None while there is none; `held`
    says for what it was held back (`quiet` or `digest`). `note` stands at the top of the message: why it comes to this
    destination instead of another. `passed_on` is true once the alert was also given to the fallback. Where `problem`
    isn't empty the stored alert can't be read, and `alert` holds little more than its id.

    `escalation` is None for those who hear of the alert in any case; for the others it is how long after the alert they
    do, unless it is acknowledged before.
    """

    alert: Alert
    destination: DestinationName
    due_at: datetime
    attempts: int = 0
    first_tried_at: datetime | None = None
    bundle: AlertId | None = None
    held: Held = ""
    note: str = ""
    passed_on: bool = False
    problem: str = ""
    escalation: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The service took the alert. `detail` is its answer in a few words."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The service answered that it won't take this; trying again can't help."""

    reason: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No usable answer; a later attempt may succeed, not before `retry_after` if the service named one."""

    reason: str
    status: int | None = None
    retry_after: timedelta | None = None


Outcome: TypeAlias = Delivered | Refused | Unreachable


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time in which the stream was not seen; `until` is None while it lasts."""

    since: datetime
    until: datetime | None
    cause: str
