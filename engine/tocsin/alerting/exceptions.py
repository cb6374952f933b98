"""The exceptions of rules, ready to run: which of them a match falls under."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tocsin.alerting.madeonce import MadeOnce
from tocsin.logic.evaluation.compile import Condition, compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.ruleset import Rule, RuleException


@dataclass(frozen=True, slots=True)
class Excepted:
    """The exception that a match falls under, None if none; `problems` are (where, error) of those that failed."""

    by: RuleException | None
    problems: tuple[tuple[str, str], ...] = ()


_NOT_EXCEPTED: Final = Excepted(None)


class Exceptions:
    """Looks through a rule's exceptions in their order, once its condition is true."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        def compiled(rule: Rule) -> list[tuple[RuleException, Condition]]:
            return [(entry, compile_condition(entry.condition, vocabulary)) for entry in rule.exceptions]

        self._made = MadeOnce(compiled)

    def of(self, rule: Rule, facts: Facts, now: datetime) -> Excepted:
        """Return what the rule's exceptions say; one past its `until`, or that fails, withholds nothing."""
        if not rule.exceptions:
            return _NOT_EXCEPTED
        problems: list[tuple[str, str]] = []
        for entry, condition in self._made.of(rule):
            if not entry.holds_at(now):
                continue
            verdict = condition.evaluate(facts)
            if isinstance(verdict, Failed):
                problems.append((f"except.{entry.id}", verdict.error))
            elif isinstance(verdict, Matched):
                return Excepted(entry, tuple(problems))
        return Excepted(None, tuple(problems))
