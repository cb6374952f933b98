"""Throttles that can never hold anything back."""

from collections.abc import Iterator

from tocsin.logic.printing import to_json
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.lint.subject import Subject, warning
from tocsin.rules.ruleset import Rule

_TWEET = {"var": "id"}


def throttle_findings(subject: Subject) -> Iterator[Diagnostic]:
    """Yield each throttle of a rule's own whose keys come once and never again."""
    for rule in subject.rules:
        origin, why = rule.origins.get("throttle"), _why_idle(rule)
        # What defaults say is meant for other rules too.
        if why and origin is not None and origin.span is not None and origin.teller in ("rule", "overlay"):
            message = f"the throttle of rule {rule.id!r} can never hold anything back: {why}"
            hint = "name what many tweets have in common, as in `per: .user.id`, or take it out"
            yield warning("idle-throttle", origin.span, message, hint)


def _why_idle(rule: Rule) -> str:
    if rule.throttle is None or rule.throttle.per is None:
        return ""
    per = to_json(rule.throttle.per)
    if per == _TWEET:
        return "each tweet has an id of its own, and is told once anyway"
    if rule.once_per is not None and per == to_json(rule.once_per):
        return "`once_per` tells each value of it only once anyway"
    return ""
