"""The exceptions of rules, ready to run: which of them a match falls under."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tocsin.logic.evaluation.compile import Condition, compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import RuleId
from tocsin.rules.ruleset import Rule, RuleException


@dataclass(frozen=True, slots=True)
class Excepted:
    """The exception that a match falls under, None if none; `problems` are (where, error) of those that failed."""

    by: RuleException | None
    problems: tuple[tuple[str, str], ...] = ()


class Exceptions:
    """Looks through a rule's exceptions in their order, once its condition is true."""

    def __init__(self, rules: Iterable[Rule], vocabulary: Vocabulary) -> None:
        self._by_rule: dict[RuleId, list[tuple[RuleException, Condition]]] = {
            rule.id: [(entry, compile_condition(entry.condition, vocabulary)) for entry in rule.exceptions]
            for rule in rules
            if rule.exceptions
        }

    def of(self, rule_id: RuleId, facts: Facts, now: datetime) -> Excepted:
        """Return what the rule's exceptions say; one past its `until`, or that fails, withholds nothing."""
        problems: list[tuple[str, str]] = []
        for entry, condition in self._by_rule.get(rule_id, ()):
            if not entry.holds_at(now):
                continue
            verdict = condition.evaluate(facts)
            if isinstance(verdict, Failed):
                problems.append((f"except.{entry.id}", verdict.error))
            elif isinstance(verdict, Matched):
                return Excepted(entry, tuple(problems))
        return Excepted(None, tuple(problems))
