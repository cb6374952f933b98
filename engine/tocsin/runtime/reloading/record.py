"""What is in force, as plain JSON: kept in the state database, and compared with what files would put there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tocsin.alerting.inhibition import Inhibition
from tocsin.alerting.routes import Route
from tocsin.config.settings import Settings, Subscription
from tocsin.logic.printing import to_json
from tocsin.model import Json
from tocsin.rules.diff import KeyChange, RuleChanges, Snapshot, changed_keys, changes_between, snapshot_of
from tocsin.rules.ruleset import RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Rules, and of the settings what a reload can change: the subscription, the routes, the destinations' names.

    Destinations' addresses are secret, so a change of one doesn't show.
    """

    revision: str = ""
    rules: Snapshot = field(default_factory=dict)
    settings: Mapping[str, Json] = field(default_factory=dict)

    @classmethod
    def of(cls, ruleset: RuleSet, subscription: Iterable[Subscription], settings: Settings | None = None) -> "Record":
        """Return the record of a rule set; without `settings`, of rules alone and what they ask the stream for."""
        written = settings_record(subscription, settings)
        return cls(revision=ruleset.revision, rules=snapshot_of(ruleset), settings=written)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Record":
        """Return the record of what a store has in force."""
        return cls(revision=document["revision"], rules=document["rules"], settings=document["settings"])


def settings_record(subscription: Iterable[Subscription], settings: Settings | None = None) -> dict[str, Json]:
    """Return what a record has of the settings; without them, only what the stream is asked for."""
    written: dict[str, Json] = {"subscription": [_subscription(each) for each in subscription]}
    if settings is not None:
        written["routes"] = [_route(route) for route in settings.routes]
        if settings.inhibitions:
            written["inhibit"] = [_inhibition(each) for each in settings.inhibitions]
        written["destinations"] = [str(name) for name in sorted(settings.destinations)]
        written |= {} if settings.valve is None else {"valve": str(settings.valve)}
    return written


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a reload would change."""

    rules: RuleChanges
    settings: tuple[KeyChange, ...]

    def __bool__(self) -> bool:
        """Whether it would change anything."""
        return bool(self.rules or self.settings)


def planned(before: Record, after: Record) -> Planned:
    """Return what leads from one record to the other."""
    return Planned(
        rules=changes_between(before.rules, after.rules), settings=changed_keys(before.settings, after.settings)
    )


def _subscription(subscription: Subscription) -> dict[str, Json]:
    every: dict[str, Json] = {
        "keywords": list(subscription.keywords),
        "users": list(subscription.users),
        "language": subscription.language,
        "min_retweets": subscription.min_retweets,
    }
    return {key: value for key, value in every.items() if value}


def _route(route: Route) -> dict[str, Json]:
    written: dict[str, Json] = {} if route.when is None else {"when": to_json(route.when)}
    written["notify"] = [str(name) for name in route.notify]
    if route.escalate is not None:
        to: list[Json] = [str(name) for name in route.escalate.to]
        written["escalate"] = {"after": _seconds(route.escalate.after), "unless": "acked", "to": to}
    return written | ({"continue": True} if route.proceed else {})


def _inhibition(inhibition: Inhibition) -> dict[str, Json]:
    source = inhibition.source
    return {
        "if": str(source) if isinstance(source, str) else to_json(source),
        "mutes": to_json(inhibition.mutes),
        "for": _seconds(inhibition.lasts),
    }


def _seconds(duration: timedelta) -> str:
    return f"{duration.total_seconds():g}s"
