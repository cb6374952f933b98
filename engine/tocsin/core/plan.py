"""Everything that a decision depends on, swapped whole when the rules change."""

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.alerting.exceptions import Exceptions
from tocsin.alerting.inhibition import Inhibition, Inhibitions
from tocsin.alerting.occasions import Occasions
from tocsin.alerting.provers import Provers
from tocsin.alerting.routes import Route, Router
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching.compiled import compile_rules
from tocsin.matching.index import make_presearch
from tocsin.matching.matcher import Matcher
from tocsin.rules.ruleset import RuleSet


@dataclass(frozen=True, slots=True)
class Plan:
    """Rules ready to run, routes and inhibitions; `revision` names the rule set, `rule_count` counts those enabled."""

    matcher: Matcher
    exceptions: Exceptions
    occasions: Occasions
    provers: Provers
    router: Router
    inhibitions: Inhibitions
    vocabulary: Vocabulary
    revision: str
    rule_count: int


def make_plan(
    ruleset: RuleSet, routes: Iterable[Route], vocabulary: Vocabulary, inhibitions: Iterable[Inhibition] = ()
) -> Plan:
    """Compile the rules, the routes and the inhibitions."""
    compiled = compile_rules(ruleset.rules.values(), vocabulary)
    return Plan(
        matcher=Matcher(make_presearch(compiled, vocabulary)),
        exceptions=Exceptions(ruleset.enabled, vocabulary),
        occasions=Occasions(ruleset.enabled, vocabulary),
        provers=Provers(ruleset.enabled, vocabulary),
        router=Router(routes, vocabulary),
        inhibitions=Inhibitions(inhibitions, vocabulary),
        vocabulary=vocabulary,
        revision=ruleset.revision,
        rule_count=len(compiled),
    )
