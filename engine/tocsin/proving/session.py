"""All rules put to their tests."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tocsin.logic.vocabulary import Vocabulary
from tocsin.proving.clauses import Clauses
from tocsin.proving.coverage import Coverage, coverage_of
from tocsin.proving.trial import Outcome, Trial, run_case
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Proved:
    """What the tests of one rule say of it."""

    rule: Rule
    outcomes: tuple[Outcome, ...]
    coverage: Coverage

    @property
    def passed(self) -> bool:
        """Whether no test failed; a rule without tests passes."""
        return all(outcome.passed for outcome in self.outcomes)


def prove(rules: Iterable[Rule], vocabulary: Vocabulary, advance: Callable[[], None]) -> list[Proved]:
    """Run the tests of every rule, in the order given; `advance` is called after each rule."""
    found: list[Proved] = []
    for rule in rules:
        found.append(_proved(rule, vocabulary))
        advance()
    return found


def _proved(rule: Rule, vocabulary: Vocabulary) -> Proved:
    trial = Trial(rule, vocabulary)
    clauses = Clauses(rule, vocabulary)
    outcomes = tuple(run_case(rule, case, trial, clauses) for case in rule.cases)
    return Proved(rule, outcomes, coverage_of(rule, clauses))
