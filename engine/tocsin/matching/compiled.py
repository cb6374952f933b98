"""A rule together with its condition in a form that runs."""

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.logic.evaluation.compile import Condition, compile_condition
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule whose condition can be evaluated."""

    rule: Rule
    condition: Condition


def compile_rules(rules: Iterable[Rule], vocabulary: Vocabulary) -> tuple[CompiledRule, ...]:
    """Return the enabled rules, compiled, in the order given."""
    return tuple(CompiledRule(rule, compile_condition(rule.condition, vocabulary)) for rule in rules if rule.enabled)
