"""Everything that a decision depends on, swapped whole when the rules change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tocsin.alerting.bounds import Bounds, make_bounds
from tocsin.alerting.exceptions import Exceptions
from tocsin.alerting.inhibition import Inhibition, Inhibitions
from tocsin.alerting.occasions import Occasions
from tocsin.alerting.provers import Provers
from tocsin.alerting.routes import Route, Router
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching.compiled import CompiledRule, compile_rules
from tocsin.matching.index import make_presearch
from tocsin.matching.matcher import Matcher
from tocsin.model import RuleId
from tocsin.rules.flood import Rate
from tocsin.rules.ruleset import Rule, RuleSet


@dataclass(frozen=True, slots=True)
class Plan:
    """Rules ready to run, routes and inhibitions; `revision` names the rule set, `rule_count` counts those enabled.

    `rules` are the enabled ones, `compiled` the same in a form that runs.
    """

    matcher: Matcher
    exceptions: Exceptions
    occasions: Occasions
    provers: Provers
    bounds: Bounds
    router: Router
    inhibitions: Inhibitions
    vocabulary: Vocabulary
    revision: str
    rule_count: int
    rules: Mapping[RuleId, Rule]
    compiled: tuple[CompiledRule, ...]


def make_plan(
    ruleset: RuleSet,
    routes: Iterable[Route],
    vocabulary: Vocabulary,
    inhibitions: Iterable[Inhibition] = (),
    *,
    valve: Rate | None = None,
    limited: bool = True,
    before: Plan | None = None,
) -> Plan:
    """Compile the rules, the routes and the inhibitions.

    Without `limited`, throttles and budgets are as if they were not there. What `before` has of the very same rules is
    used again.
    """
    if before is not None and before.vocabulary is not vocabulary:
        before = None
    compiled = compile_rules(ruleset.rules.values(), vocabulary, () if before is None else before.compiled)
    return Plan(
        matcher=Matcher(make_presearch(compiled, vocabulary)),
        exceptions=Exceptions(ruleset.enabled, vocabulary),
        occasions=Occasions(ruleset.enabled, vocabulary),
        provers=Provers(ruleset.enabled, vocabulary, None if before is None else before.provers),
        bounds=make_bounds(ruleset.enabled if limited else (), valve, vocabulary),
        router=Router(routes, vocabulary),
        inhibitions=Inhibitions(inhibitions, vocabulary),
        vocabulary=vocabulary,
        revision=ruleset.revision,
        rule_count=len(compiled),
        rules={rule.id: rule for rule in ruleset.enabled},
        compiled=compiled,
    )
