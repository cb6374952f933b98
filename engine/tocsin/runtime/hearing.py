"""Where alerts of each rule go, as far as the configuration decides it beforehand."""

from collections.abc import Iterator, Mapping

from tocsin.alerting.routes import Router
from tocsin.config.settings import Settings
from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import DestinationName, RuleId
from tocsin.rules.ruleset import RuleSet


def destinations_by_rule(
    settings: Settings, ruleset: RuleSet, vocabulary: Vocabulary
) -> Mapping[RuleId, frozenset[DestinationName]]:
    """Return the destinations of each rule's alerts; of rules whose alerts routes tell apart by key, nothing."""
    router = Router(settings.routes, vocabulary)
    # A rule's id, severity and labels are the same in all its alerts; their key is not.
    decided = not any(_reads_key(route.when) for route in settings.routes if route.when is not None)
    return {
        rule.id: frozenset(router.destinations(rule, key="").destinations)
        for rule in ruleset.rules.values()
        if rule.notify or decided
    }


def _reads_key(expr: Expr) -> bool:
    """Whether a condition may look at more of an alert than its rule, severity and labels."""
    return any(not (isinstance(part.path, Literal) and _is_fixed(str(part.path.value))) for part in _variables(expr))


def _is_fixed(name: str) -> bool:
    return name in {"rule", "severity"} or name.startswith("labels.")


def _variables(expr: Expr) -> Iterator[Var]:
    match expr:
        case Literal():
            return
        case Var():
            yield expr
        case Array(items) | Call(_, items):
            for item in items:
                yield from _variables(item)
