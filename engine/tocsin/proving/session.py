"""All rules put to their tests."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tocsin.logic.vocabulary import Vocabulary
from tocsin.proving.clauses import Clauses
from tocsin.proving.coverage import Coverage, coverage_of
from tocsin.proving.mutation import Mutation, mutate
from tocsin.proving.suggestions import Suggestion, suggestions
from tocsin.proving.trial import Outcome, Trial, run_case
from tocsin.rules.places import SourceMap
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Mutated:
    """What the tests of one rule make of its mutants, and what to add to them.

    `mutation` is None where tests of the rule fail: then nothing can be told from a failing test.
    """

    rule: Rule
    mutation: Mutation | None
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no mutant survives."""
        return self.mutation is not None and not self.mutation.survivors


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


def prove(
    rules: Iterable[Rule], vocabulary: Vocabulary, places: SourceMap, advance: Callable[[], None] = lambda: None
) -> list[Proved]:
    """Run the tests of every rule, in the order given; `advance` is called after each rule."""
    found: list[Proved] = []
    for rule in rules:
        found.append(_proved(rule, vocabulary, places))
        advance()
    return found


def mutate_all(
    proved: Iterable[Proved], vocabulary: Vocabulary, places: SourceMap, advance: Callable[[], None] = lambda: None
) -> list[Mutated]:
    """Put the mutants of every rule to the rule's tests, in the order given; `advance` is called after each rule."""
    found: list[Mutated] = []
    for one in proved:
        found.append(_mutated(one, vocabulary, places))
        advance()
    return found


def _mutated(one: Proved, vocabulary: Vocabulary, places: SourceMap) -> Mutated:
    if not one.passed:
        return Mutated(one.rule, None)
    mutation = mutate(one.rule, vocabulary, places)
    # Without a test, nothing is noticed, and one line says all there is to say.
    wanted = suggestions(one.rule, mutation.survivors, vocabulary, places) if one.rule.cases else []
    return Mutated(one.rule, mutation, tuple(wanted))


def _proved(rule: Rule, vocabulary: Vocabulary, places: SourceMap) -> Proved:
    trial = Trial(rule, vocabulary)
    clauses = Clauses(rule, vocabulary, places)
    outcomes = tuple(run_case(rule, case, trial, clauses) for case in rule.cases)
    return Proved(rule, outcomes, coverage_of(rule, clauses))
