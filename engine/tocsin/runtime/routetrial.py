"""Who would be told of an alert at a certain time, and why: what `tocsin route test` shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never

from tocsin.alerting.facts import alert_facts, facts_of
from tocsin.alerting.holding import Drop, Hold, verdict
from tocsin.alerting.inhibition import Inhibition, Inhibitions, Inhibitor, Raised
from tocsin.alerting.limit import Limit
from tocsin.alerting.routes import Asked, Router
from tocsin.alerting.silences import Silence, Silences
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Matched
from tocsin.model import Alert, AlertId, Delivery, DestinationName, RichText, Tweet, TweetId
from tocsin.rules.ruleset import Rule
from tocsin.runtime.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A destination that would hear of the alert at `at`; `escalation` if only where nobody acknowledges it before.

    `held_by` says what would hold the message back then, and `held_until` until when (None: it would be dropped); both
    are None if nothing does. `limit` is how many messages the destination gets, as its configuration says.
    """

    destination: DestinationName
    at: datetime
    escalation: bool = False
    held_by: str | None = None
    held_until: datetime | None = None
    limit: Limit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibiting:
    """An inhibition that withholds such alerts while its source is fresh; `raised` is the alert that does so now."""

    inhibition: Inhibition
    raised: Raised | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What would become of an alert. `routes` are those that were asked, with what each said.

    `silences` are those that it falls under at that time, `inhibited` the inhibitions that may withhold it. `is_match`
    says whether the rule is true of the tweet; None where there is no tweet.
    """

    rule: Rule
    key: str
    at: datetime
    routes: tuple[Asked, ...]
    told: tuple[Told, ...]
    silences: tuple[Silence, ...] = ()
    inhibited: tuple[Inhibiting, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    is_match: bool | None = None

    @property
    def withheld(self) -> str | None:
        """Why nobody would be told, in words; None if somebody would, or if there is simply nobody to tell."""
        if not self.rule.enabled:
            return "the rule is disabled"
        if self.rule.stage == "shadow":
            return "the rule is in stage shadow: nothing is sent"
        if self.silences:
            first = self.silences[0]
            return f"silence {first.id} by {first.by}: {first.why}"
        raised = next((each.raised for each in self.inhibited if each.raised is not None), None)
        return None if raised is None else f"inhibited by alert {raised.alert_id} of rule {raised.rule_id!r}"


def route_trial(
    project: Project,
    rule: Rule,
    *,
    key: str,
    at: datetime,
    tweet: Tweet | None,
    silences: Silences,
    raised: Iterable[Alert],
) -> Trial:
    """Return what would become of an alert of a rule at a time.

    `silences` are those there are, `raised` alerts that may inhibit. Without a tweet, conditions about one see none.
    """
    data: Mapping[str, Any] = {} if tweet is None else tweet.data
    facts = alert_facts(rule.id, rule.severity, rule.labels, key, data)
    routed = Router(project.settings.routes, project.vocabulary).destinations(rule, key, data)
    alert = _alert(rule, key, at, tweet)
    told = [_told(project, alert, name, at) for name in routed.destinations]
    told += [replace(_told(project, alert, name, at + after), escalation=True) for name, after in routed.later]
    return Trial(
        rule=rule,
        key=key,
        at=at,
        routes=routed.asked,
        told=tuple(told),
        silences=silences.every(facts, at),
        inhibited=_inhibited(project, rule, facts, at, raised),
        problems=routed.problems,
        is_match=None if tweet is None else _is_match(project, rule, tweet),
    )


def _alert(rule: Rule, key: str, at: datetime, tweet: Tweet | None) -> Alert:
    """Return the alert as far as its severity and rule go; nobody gets to see it."""
    return Alert(
        id=AlertId("trial"),
        rule_id=rule.id,
        key=key,
        severity=rule.severity,
        at=at,
        title=RichText(()),
        body=RichText(()),
        labels=rule.labels,
        tweet=tweet or Tweet(id=TweetId(""), data={}, source="", received_at=at),
    )


def _told(project: Project, alert: Alert, name: DestinationName, at: datetime) -> Told:
    """Return when a destination hears of an alert that is due there at a time, and what holds it back."""
    settings = project.settings.destinations.get(name)
    if settings is None:
        return Told(destination=name, at=at)
    held = verdict(Delivery(alert=alert, destination=name, due_at=at), settings.quiet, settings.digest, at)
    match held:
        case Hold():
            return Told(destination=name, at=at, held_by=held.reason, held_until=held.until, limit=settings.limit)
        case Drop():
            return Told(destination=name, at=at, held_by=held.reason, limit=settings.limit)
        case None:
            return Told(destination=name, at=at, limit=settings.limit)
        case _:
            assert_never(held)


def _is_match(project: Project, rule: Rule, tweet: Tweet) -> bool:
    condition = compile_condition(rule.condition, project.vocabulary)
    return isinstance(condition.evaluate(Facts(tweet.data)), Matched)


def _inhibited(
    project: Project, rule: Rule, facts: Facts, at: datetime, raised: Iterable[Alert]
) -> tuple[Inhibiting, ...]:
    """Return the inhibitions that such an alert may fall under, with what each is for at that time."""
    alerts = list(raised)
    found: list[Inhibiting] = []
    for inhibition in project.settings.inhibitions:
        alone = Inhibitor(Inhibitions([inhibition], project.vocabulary))
        if not alone.would_mute(rule.id, facts):
            continue
        for alert in alerts:
            alone.note(Raised(alert.at, alert.rule_id, alert.id), facts_of(alert))
        found.append(Inhibiting(inhibition=inhibition, raised=alone.of(rule.id, facts, at).source))
    return tuple(found)
