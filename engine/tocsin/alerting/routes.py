"""Which destinations hear of an alert."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from tocsin.alerting.escalation import Escalation, escalated
from tocsin.alerting.facts import alert_facts, facts_of
from tocsin.logic.ast import Expr
from tocsin.logic.evaluation.compile import Condition, compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import Alert, DestinationName
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.ruleset import Rule

Answer: TypeAlias = Literal["true", "false", "failed"]

_NO_TWEET: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where alerts of rules without `notify` go; `when` is over the alert and its tweet.

    `proceed` (`continue:` in the file) lets the routes after this one speak as well. `span` is where it stands.
    """

    when: Expr | None
    notify: tuple[DestinationName, ...]
    proceed: bool = False
    escalate: Escalation | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A route that was asked: `number` counts from 1; `error` says why it couldn't be evaluated."""

    number: int
    route: Route
    answer: Answer
    error: str = ""


@dataclass(frozen=True, slots=True)
class Routed:
    """Where an alert goes, each destination once, in order; `problems` are (route, error) for those that failed.

    `later` are those that hear of it later unless it is acknowledged, and how much later. `asked` are the routes that
    were asked, none where the rule says itself where its alerts go.
    """

    destinations: tuple[DestinationName, ...]
    problems: tuple[tuple[str, str], ...] = ()
    later: tuple[tuple[DestinationName, timedelta], ...] = ()
    asked: tuple[Asked, ...] = ()


class Router:
    """Names destinations: the rule's own if it has any, else those of the first route that is true, and so on."""

    def __init__(self, routes: Iterable[Route], vocabulary: Vocabulary) -> None:
        self._routes: list[tuple[Condition | None, Route]] = [
            (None if route.when is None else compile_condition(route.when, vocabulary), route) for route in routes
        ]
        # Where no route has a condition, all alerts go the same way.
        self._always = self._routed(Facts({})) if all(route[0] is None for route in self._routes) else None

    def destinations(
        self, rule: Rule, key: str, tweet: Mapping[str, Any] = _NO_TWEET, because: Sequence[str] = ()
    ) -> Routed:
        """Return where an alert of `rule` goes; a route that can't be evaluated counts as true: nobody misses out."""
        fixed = self.fixed(rule)
        if fixed is not None:
            return fixed
        return self._routed(alert_facts(rule.id, rule.severity, rule.labels, key, tweet, because))

    def fixed(self, rule: Rule) -> Routed | None:
        """Return where all alerts of `rule` go, None where a route has to look at each."""
        return Routed(rule.notify) if rule.notify else self._always

    def of_alert(self, alert: Alert) -> Routed:
        """Return where an alert goes by the routes alone, as where its rule is no more."""
        return self._routed(facts_of(alert))

    def _routed(self, facts: Facts) -> Routed:
        asked = self._ask(facts)
        told = [each for each in asked if each.answer != "false"]
        destinations = tuple(dict.fromkeys(name for each in told for name in each.route.notify))
        problems = tuple((f"routes.{each.number}", each.error) for each in told if each.answer == "failed")
        escalations = [each.route.escalate for each in told if each.route.escalate is not None]
        return Routed(destinations, problems, escalated(escalations, destinations), asked)

    def _ask(self, facts: Facts) -> tuple[Asked, ...]:
        """Return the routes up to the one that ends the search, with what each says."""
        asked: list[Asked] = []
        for number, (condition, route) in enumerate(self._routes, start=1):
            verdict = Matched() if condition is None else condition.evaluate(facts)
            if isinstance(verdict, Failed):
                asked.append(Asked(number, route, "failed", verdict.error))
            else:
                asked.append(Asked(number, route, "true" if isinstance(verdict, Matched) else "false"))
            if asked[-1].answer != "false" and not route.proceed:
                break
        return tuple(asked)
