"""Which destinations hear of an alert."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.logic.ast import Expr
from tocsin.logic.evaluation.compile import Condition, compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import Alert, DestinationName, RuleId, Severity
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where alerts of rules without `notify` go; `when` is over the alert (`.severity .rule .labels .key`).

    `proceed` (`continue:` in the file) lets the routes after this one speak as well.
    """

    when: Expr | None
    notify: tuple[DestinationName, ...]
    proceed: bool = False


@dataclass(frozen=True, slots=True)
class Routed:
    """Where an alert goes, each destination once, in order; `problems` are (route, error) for those that failed."""

    destinations: tuple[DestinationName, ...]
    problems: tuple[tuple[str, str], ...] = ()


class Router:
    """Names destinations: the rule's own if it has any, else those of the first route that is true, and so on."""

    def __init__(self, routes: Iterable[Route], vocabulary: Vocabulary) -> None:
        self._routes: list[tuple[Condition | None, Route]] = [
            (None if route.when is None else compile_condition(route.when, vocabulary), route) for route in routes
        ]

    def destinations(self, rule: Rule, key: str) -> Routed:
        """Return where an alert of `rule` goes; a route that can't be evaluated counts as true: nobody misses out."""
        if rule.notify:
            return Routed(rule.notify)
        return self._routed(alert_facts(rule.id, rule.severity, rule.labels, key))

    def of_alert(self, alert: Alert) -> Routed:
        """Return where an alert goes by the routes alone, as where its rule is no more."""
        return self._routed(alert_facts(alert.rule_id, alert.severity, alert.labels, alert.key))

    def _routed(self, about: Mapping[str, Any]) -> Routed:
        facts = Facts(about)
        chosen: dict[DestinationName, None] = {}
        problems: list[tuple[str, str]] = []
        for number, (condition, route) in enumerate(self._routes, start=1):
            verdict = Matched() if condition is None else condition.evaluate(facts)
            if isinstance(verdict, Failed):
                problems.append((f"routes.{number}", verdict.error))
            elif not isinstance(verdict, Matched):
                continue
            chosen |= dict.fromkeys(route.notify)
            if not route.proceed:
                break
        return Routed(tuple(chosen), tuple(problems))


def alert_facts(rule_id: RuleId, severity: Severity, labels: Mapping[str, str], key: str) -> dict[str, Any]:
    """Return what conditions about alerts see."""
    return {"rule": str(rule_id), "severity": severity.value, "labels": dict(labels), "key": key}
