"""A rule without sugar, as a rule file: no macros, lists, shorthand, defaults or overlays, nothing left to look up."""

from typing import Any

from tocsin.logic.printing import to_json
from tocsin.model import Json
from tocsin.rules.printing import throttle_as_json
from tocsin.rules.ruleset import Rule, RuleException
from tocsin.rules.templates import DEFAULT_BODY, DEFAULT_TITLE

FORMAT_VERSION = 1


def expansion(rule: Rule) -> dict[str, Json]:
    """Return a rule file that holds the rule alone, and reads as a rule with equal conditions and words.

    `match` is folded into `when`, so nothing in it tells the stream what to send. What has its built-in value is left
    out, except for the severity; so are the tests, which stay with the rule and may use lists and fixtures of its file.
    """
    written: dict[str, Any] = {
        "title": rule.title.source if rule.title.source != DEFAULT_TITLE else None,
        "body": rule.body.source if rule.body.source != DEFAULT_BODY else None,
        "description": rule.description or None,
        "severity": rule.severity.value,
        "labels": dict(rule.labels) or None,
        "enabled": None if rule.enabled else False,
        "stage": None if rule.stage == "live" else rule.stage,
        "when": to_json(rule.condition),
        "except": [_exception(entry) for entry in rule.exceptions] or None,
        "once_per": None if rule.once_per is None else to_json(rule.once_per),
        "throttle": None if rule.throttle is None else throttle_as_json(rule.throttle),
        "budget": None if rule.budget is None else str(rule.budget),
        "notify": [str(name) for name in rule.notify] or None,
    }
    kept = {key: value for key, value in written.items() if value is not None}
    return {"tocsin": FORMAT_VERSION, "rules": {str(rule.id): kept}}


def _exception(entry: RuleException) -> dict[str, Json]:
    until: dict[str, Json] = {} if entry.until is None else {"until": entry.until.isoformat()}
    return {"id": entry.id, "why": entry.why, **until, "when": to_json(entry.condition)}
