"""Everything that a decision depends on, swapped whole when the rules change."""

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.alerting.routes import Route, Router
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching.compiled import compile_rules
from tocsin.matching.matcher import Matcher
from tocsin.matching.presearch import MatchAll
from tocsin.rules.ruleset import RuleSet


@dataclass(frozen=True, slots=True)
class Plan:
    """A rule set ready to run, and the routes; `revision` names it, `rule_count` counts the enabled rules."""

    matcher: Matcher
    router: Router
    vocabulary: Vocabulary
    revision: str
    rule_count: int


def make_plan(ruleset: RuleSet, routes: Iterable[Route], vocabulary: Vocabulary) -> Plan:
    """Compile the rules and the routes."""
    compiled = compile_rules(ruleset.rules.values(), vocabulary)
    return Plan(Matcher(MatchAll(compiled)), Router(routes, vocabulary), vocabulary, ruleset.revision, len(compiled))
