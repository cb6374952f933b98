"""Where alerts of each rule go, as far as the configuration decides it beforehand."""

from collections.abc import Mapping

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
    match expr:
        case Literal():
            return False
        case Var(Literal(str() as name), None):
            return name not in {"rule", "severity"} and not name.startswith("labels.")
        case Var() | Call("missing" | "missing_some"):
            return True
        case Array(items) | Call(_, items):
            return any(map(_reads_key, items))
