"""A rule together with its condition in a form that runs."""

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.logic.evaluation.compile import Condition, compile_of
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule whose condition can be evaluated."""

    rule: Rule
    condition: Condition


def compile_rules(
    rules: Iterable[Rule], vocabulary: Vocabulary, known: Iterable[CompiledRule] = ()
) -> tuple[CompiledRule, ...]:
    """Return the enabled rules, compiled, in the order given; those in `known` as they are there.

    `known` must have been compiled with the same vocabulary; it is of use only for the very same objects.
    """
    by_rule = {id(compiled.rule): compiled for compiled in known}
    return tuple(
        by_rule.get(id(rule)) or CompiledRule(rule, compile_of(rule, vocabulary)) for rule in rules if rule.enabled
    )
