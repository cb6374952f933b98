"""From a match to an alert: its words."""

from datetime import datetime
from typing import Any

from tocsin.logic.facts import Facts
from tocsin.logic.fields import DERIVED
from tocsin.model import Alert, AlertId, Tweet
from tocsin.rules.ruleset import Rule


def make_alert(
    identity: AlertId, rule: Rule, tweet: Tweet, facts: Facts, now: datetime, because: tuple[str, ...]
) -> Alert:
    """Return the alert of a rule that is true of a tweet, under the id that the caller chose.

    `because` is what made the rule's condition true.
    """
    key = ""
    context = _template_context(rule, facts, key, because)
    return Alert(
        id=identity,
        rule_id=rule.id,
        key=key,
        severity=rule.severity,
        at=now,
        title=rule.title.render(context),
        body=rule.body.render(context),
        labels=rule.labels,
        tweet=tweet,
        because=because,
    )


def _template_context(rule: Rule, facts: Facts, key: str, because: tuple[str, ...]) -> dict[str, Any]:
    # What tocsin itself says comes last: a tweet that brings a field called `severity` must not pass for the rule's.
    return {
        **facts.data,
        **{name: facts.derived(name) for name in DERIVED if name in rule.title.names or name in rule.body.names},
        "rule": str(rule.id),
        "severity": rule.severity.value,
        "labels": dict(rule.labels),
        "key": key,
        "because": list(because),
    }
