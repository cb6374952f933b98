"""Everything that a decision depends on, swapped whole when the rules change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tocsin.alerting.bounds import Bounds, make_bounds
from tocsin.alerting.exceptions import Exceptions
from tocsin.alerting.forms import AlertForms
from tocsin.alerting.inhibition import Inhibition, Inhibitions
from tocsin.alerting.keys import Keys
from tocsin.alerting.occasions import Occasions
from tocsin.alerting.provers import Provers
from tocsin.alerting.routes import Route, Router
from tocsin.core.shortcuts import Shortcuts
from tocsin.logic.rarity import BUILT_IN
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching.compiled import CompiledRule, compile_rules
from tocsin.matching.delta import DeltaIndex, delta_index
from tocsin.matching.matcher import Matcher
from tocsin.matching.sample import Sample
from tocsin.model import RuleId
from tocsin.rules.edits import Edits, Patched
from tocsin.rules.flood import Rate
from tocsin.rules.ruleset import Rule, RuleSet

MOST_CHANGES: Final = 100
"""So many rules may differ from those that were indexed together before all are to be indexed anew: 4 ms a change."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Rules ready to run, routes and inhibitions; `revision` names the rule set, `rule_count` counts those enabled.

    `rules` are the enabled ones, in no order; `index` has them in a form that runs.
    """

    matcher: Matcher
    index: DeltaIndex
    exceptions: Exceptions
    occasions: Occasions
    provers: Provers
    forms: AlertForms
    bounds: Bounds
    router: Router
    inhibitions: Inhibitions
    vocabulary: Vocabulary
    revision: str
    rules: Mapping[RuleId, Rule]
    shortcuts: Shortcuts

    @property
    def rule_count(self) -> int:
        """How many rules run."""
        return len(self.rules)

    @property
    def compiled(self) -> tuple[CompiledRule, ...]:
        """The rules in a form that runs, in order of their ids."""
        return self.index.rules

    @property
    def is_worn(self) -> bool:
        """Whether all rules should be indexed together again: much has changed, or what is rare is now known."""
        return self.index.changes > MOST_CHANGES or (self.index.rarity is BUILT_IN and self.matcher.sample.is_enough)


def make_plan(
    ruleset: RuleSet,
    routes: Iterable[Route],
    vocabulary: Vocabulary,
    inhibitions: Iterable[Inhibition] = (),
    *,
    valve: Rate | None = None,
    limited: bool = True,
    known: Iterable[CompiledRule] = (),
    sample: Sample | None = None,
) -> Plan:
    """Compile the rules, the routes and the inhibitions.

    Without `limited`, throttles and budgets are as if they were not there. `known` are rules that have been compiled
    with the same vocabulary; the very same ones are not compiled again. `sample` says what is common in the stream,
    and is counted on.
    """
    enabled = ruleset.enabled
    rarity = BUILT_IN if sample is None else sample.rarity()
    index = delta_index(compile_rules(enabled, vocabulary, known), vocabulary, rarity)
    provers, forms = Provers(vocabulary), AlertForms()
    bounds = make_bounds(enabled if limited else (), valve, Keys(vocabulary))
    router = Router(routes, vocabulary)
    return Plan(
        matcher=Matcher(index, sample),
        index=index,
        exceptions=Exceptions(vocabulary),
        occasions=Occasions(vocabulary),
        provers=provers,
        forms=forms,
        bounds=bounds,
        router=router,
        inhibitions=Inhibitions(inhibitions, vocabulary),
        vocabulary=vocabulary,
        revision=ruleset.revision,
        rules={rule.id: rule for rule in enabled},
        shortcuts=Shortcuts(bounds, router, provers, forms),
    )


def changed_plan(
    before: Plan,
    ruleset: RuleSet,
    edits: Edits,
    routes: Iterable[Route],
    inhibitions: Iterable[Inhibition] = (),
    *,
    valve: Rate | None = None,
) -> Plan:
    """Return what `make_plan` returns, at the cost of what differs from a plan that was made with limits.

    `edits` lead from the rules of that plan to the new ones; see `edits_between`.
    """
    edits = edits.among_enabled()
    index = before.index.changed(compile_rules(edits.put.values(), before.vocabulary), edits.gone)
    bounds, router = before.bounds.changed(edits, valve), Router(routes, before.vocabulary)
    return replace(
        before,
        matcher=Matcher(index, before.matcher.sample),
        index=index,
        bounds=bounds,
        router=router,
        inhibitions=Inhibitions(inhibitions, before.vocabulary),
        revision=ruleset.revision,
        rules=Patched(before.rules, edits.put, edits.gone),
        shortcuts=Shortcuts(bounds, router, before.provers, before.forms),
    )
