"""What conditions about alerts see: routes, silences and inhibitions ask the same."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tocsin.logic.facts import Facts
from tocsin.model import Alert, RuleId, Severity

_NO_TWEET: Mapping[str, Any] = MappingProxyType({})


def alert_facts(
    rule_id: RuleId,
    severity: Severity,
    labels: Mapping[str, str],
    key: str,
    tweet: Mapping[str, Any] = _NO_TWEET,
    because: Sequence[str] = (),
) -> Facts:
    """Return `.rule .severity .labels .key .because`, and the fields of the tweet where there is one."""
    # What tocsin itself says comes last: a tweet that brings a field called `severity` must not pass for the rule's.
    own = {
        "rule": str(rule_id),
        "severity": severity.value,
        "labels": dict(labels),
        "key": key,
        "because": list(because),
    }
    return Facts({**tweet, **own, "because": list(because)})


def facts_of(alert: Alert) -> Facts:
    """Return what conditions see of an alert."""
    return alert_facts(alert.rule_id, alert.severity, alert.labels, alert.key, alert.tweet.data, alert.because)
