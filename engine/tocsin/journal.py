"""What happened and why, as values: the entries that the engine, the runtime and the dispatcher record.

Every entry has `at` (when, UTC) and a `kind` for storage. Nothing here holds a secret or a tweet's text.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Final, Literal, TypeAlias, get_args

from tocsin.model import AlertId, DestinationName, RuleId, Severity, TweetId


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A tweet reached the engine."""

    kind: ClassVar[str] = "seen"
    at: datetime
    tweet_id: TweetId
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A tweet was left out before the rules saw it; `by` names the plugin or stage."""

    kind: ClassVar[str] = "dropped"
    at: datetime
    tweet_id: TweetId
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shed:
    """Messages given up unread because the queue was full: oldest first, `count` of them."""

    kind: ClassVar[str] = "shed"
    at: datetime
    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A message of the stream that is no tweet or can't be read."""

    kind: ClassVar[str] = "unusable"
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A rule was true of a tweet and an alert came of it; of one in stage `shadow`, one that is not sent."""

    kind: ClassVar[str] = "matched"
    at: datetime
    tweet_id: TweetId
    rule_id: RuleId
    alert_id: AlertId
    stage: Literal["live", "shadow"] = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A rule's condition couldn't be evaluated on a tweet; `where` is the path of the term."""

    kind: ClassVar[str] = "failed"
    at: datetime
    tweet_id: TweetId
    rule_id: RuleId
    where: str
    error: str


Cause: TypeAlias = Literal[
    "repeat",
    "exception",
    "shadow",
    "no-destination",
    "silence",
    "inhibition",
    "throttle",
    "budget",
    "valve",
    "quiet",
    "other",
]
"""What holds an alert back, of a small fixed set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """An alert, or one of its deliveries, was held back, and why.

    `alert_id` is the id that the alert has, or would have had. `cause` says what held it back, `reason` the same in
    words. `exception` is the id of the rule's exception, None where something else did; `silence` is the same for a
    silence. `severity` is that of the alert. Where it is to be told later, `until` says when at the latest it is
    decided how, and `held_in` is the same as in the `Released` that tells of it.
    """

    kind: ClassVar[str] = "withheld"
    at: datetime
    alert_id: AlertId
    rule_id: RuleId
    tweet_id: TweetId
    reason: str
    cause: Cause = "other"
    exception: str | None = None
    until: datetime | None = None
    held_in: str | None = None
    silence: str | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """A silence was added, ended by somebody, or expired: `event` is added, ended or expired, `by` who did it.

    `hidden` counts the alerts that it withheld until then, `loud` those of severity high or critical among them.
    """

    kind: ClassVar[str] = "silenced"
    at: datetime
    silence: str
    event: Literal["added", "ended", "expired"]
    by: str
    why: str
    until: datetime
    hidden: int = 0
    loud: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """Somebody took on an alert; `stopped` are the destinations that would have heard of it later."""

    kind: ClassVar[str] = "acknowledged"
    at: datetime
    alert_id: AlertId
    by: str
    note: str
    stopped: tuple[DestinationName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What was held back is told after all, by the alert `alert_id`: `by` is throttle, budget or valve.

    `matches` is how many that were held back it tells of: as a count, its own among them or not, or by the ids in
    `folded`. Where something holds that alert back in turn, an entry behind this one says so.
    """

    kind: ClassVar[str] = "released"
    at: datetime
    alert_id: AlertId
    rule_id: RuleId
    by: str
    held_in: str
    matches: int
    folded: tuple[AlertId, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evicted:
    """A key of a throttle was forgotten too early, since too many are open; `held` matches of it are told at once."""

    kind: ClassVar[str] = "evicted"
    at: datetime
    rule_id: RuleId
    by: str
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """One send to one destination and how it ended: `outcome` is delivered, refused or unreachable.

    `attempt` counts from 1; `next_at` is the next try, None when there is none. A message that stands for several
    alerts has an id of its own, and `alerts` says for how many. Once it is delivered, refused or given up, each of them
    has an entry too, with that id as `bundle`.
    """

    kind: ClassVar[str] = "attempted"
    at: datetime
    alert_id: AlertId
    destination: DestinationName
    attempt: int
    outcome: str
    detail: str
    next_at: datetime | None
    alerts: int = 1
    bundle: AlertId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A delivery waits: for the end of quiet hours, or of a digest's period."""

    kind: ClassVar[str] = "held"
    at: datetime
    alert_id: AlertId
    destination: DestinationName
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """One message was made of several alerts: `alert_id` is its own id, under which each send of it is journalled."""

    kind: ClassVar[str] = "folded"
    at: datetime
    alert_id: AlertId
    destination: DestinationName
    alert_ids: tuple[AlertId, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FellBack:
    """An alert was given to the fallback of a destination, `to`, as well."""

    kind: ClassVar[str] = "fell-back"
    at: datetime
    alert_id: AlertId
    destination: DestinationName
    to: DestinationName
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GaveUp:
    """A delivery became a dead letter."""

    kind: ClassVar[str] = "gave-up"
    at: datetime
    alert_id: AlertId
    destination: DestinationName
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A gap closed: the stream was not seen from `since` to `until`."""

    kind: ClassVar[str] = "gap"
    at: datetime
    since: datetime
    until: datetime
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The stream's connection changed: `state` is connected, disconnected, or refused for good."""

    kind: ClassVar[str] = "connection"
    at: datetime
    state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFailed:
    """A plugin raised, overran its budget or gave rubbish; it was contained."""

    kind: ClassVar[str] = "plugin-failed"
    at: datetime
    plugin: str
    hook: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """tocsin started or stopped: `event` is started or stopped."""

    kind: ClassVar[str] = "lifecycle"
    at: datetime
    event: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """Another plan came into force: tweets journalled after this were evaluated under `revision`, all before not.

    `added`, `changed` and `removed` count rules; `detail` names the removed ones and what else changed.
    """

    kind: ClassVar[str] = "reloaded"
    at: datetime
    revision: str
    previous: str
    added: int
    changed: int
    removed: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadFailed:
    """Changed files were not put in force; `revision` stays. `problem` says how many errors, and the first of them."""

    kind: ClassVar[str] = "reload-failed"
    at: datetime
    revision: str
    errors: int
    problem: str


Entry: TypeAlias = (
    Seen
    | Dropped
    | Shed
    | Unusable
    | Matched
    | Failed
    | Withheld
    | Released
    | Evicted
    | Silenced
    | Acknowledged
    | Attempted
    | Held
    | Folded
    | FellBack
    | GaveUp
    | Unseen
    | Connection
    | PluginFailed
    | Lifecycle
    | Reloaded
    | ReloadFailed
)


def as_record(entry: Entry) -> dict[str, Any]:
    """Return the entry as a JSON object: `kind`, then its fields, instants as ISO 8601 text."""
    record: dict[str, Any] = {"kind": entry.kind}
    for name in _NAMES[entry.kind]:
        value = getattr(entry, name)
        if type(value) is not str:
            if isinstance(value, datetime):
                value = value.isoformat()
            elif isinstance(value, Enum):
                value = value.value
            elif isinstance(value, tuple):
                value = list(value)
        record[name] = value
    return record


_NAMES: Final = {kind.kind: tuple(field.name for field in fields(kind)) for kind in get_args(Entry)}
