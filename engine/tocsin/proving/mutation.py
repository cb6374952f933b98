"""Which mutants of a rule its tests notice."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.logic.ast import Call, Literal
from tocsin.logic.evaluation.compile import Condition, compile_condition
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import NotMatched
from tocsin.logic.vocabulary import Vocabulary, did_you_mean
from tocsin.proving.equivalence import proof_of_equivalence
from tocsin.proving.mutants import Mutant, mutants
from tocsin.proving.trial import Trial
from tocsin.proving.tweets import Seen, timeline
from tocsin.rules.cases import Case, Equivalent
from tocsin.rules.places import SourceMap
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Idle:
    """A mark of a mutant that has no effect, and why."""

    mark: Equivalent
    reason: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """What became of the mutants of one rule.

    `proved` are equivalent to the rule, each with the proof; `marked` are so by the author's word.
    """

    rule: Rule
    killed: int
    proved: tuple[tuple[Mutant, str], ...]
    marked: tuple[Mutant, ...]
    survivors: tuple[Mutant, ...]
    idle: tuple[Idle, ...]

    @property
    def count(self) -> int:
        """How many mutants there are."""
        return self.killed + len(self.proved) + len(self.marked) + len(self.survivors)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A test with its tweets, and what the rule's own condition says of each."""

    case: Case
    tweets: Sequence[Seen]
    facts: Sequence[Facts]
    verdicts: Sequence[object]


def mutate(rule: Rule, vocabulary: Vocabulary, places: SourceMap) -> Mutation:
    """Return what the tests of a rule, all of which pass, make of its mutants."""
    condition = compile_condition(rule.condition, vocabulary)
    prepared = [_prepared(case, condition) for case in rule.cases]
    marks = {mark.mutant: mark for mark in rule.equivalents}
    killed: list[Mutant] = []
    proved: list[tuple[Mutant, str]] = []
    marked: list[Mutant] = []
    survivors: list[Mutant] = []
    for mutant in mutants(rule, places):
        proof = "" if mutant.change is None else proof_of_equivalence(mutant.change)
        if proof:
            proved.append((mutant, proof))
        elif _is_noticed(mutant, prepared, vocabulary):
            killed.append(mutant)
        elif mutant.id in marks:
            marked.append(mutant)
        else:
            survivors.append(mutant)
    reasons = {mutant.id: "a test tells it from the rule" for mutant in killed}
    reasons |= {mutant.id: f"it is known to be equivalent: {proof}" for mutant, proof in proved}
    return Mutation(
        rule,
        len(killed),
        tuple(proved),
        tuple(marked),
        tuple(survivors),
        tuple(_idle(rule.equivalents, {mutant.id for mutant in marked}, reasons, survivors)),
    )


def _idle(
    marks: Sequence[Equivalent], used: Collection[str], reasons: Mapping[str, str], survivors: Sequence[Mutant]
) -> Iterator[Idle]:
    known = [*reasons, *(mutant.id for mutant in survivors)]
    for mark in marks:
        if mark.mutant not in used:
            yield Idle(mark, reasons.get(mark.mutant) or did_you_mean(mark.mutant, known, "there is no such mutant"))


def _prepared(case: Case, condition: Condition) -> _Prepared:
    tweets = timeline(case.given)
    facts = [Facts(seen.tweet.data) for seen in tweets]
    return _Prepared(case, tweets, facts, [condition.evaluate(one) for one in facts])


def _is_noticed(mutant: Mutant, prepared: Sequence[_Prepared], vocabulary: Vocabulary) -> bool:
    suspects = list(_decided_otherwise(mutant, prepared, vocabulary) if mutant.in_condition else prepared)
    if not suspects:
        return False
    trial = Trial(mutant.rule, vocabulary)
    return any(not trial.passes(one.case, one.tweets) for one in suspects)


def _decided_otherwise(mutant: Mutant, prepared: Sequence[_Prepared], vocabulary: Vocabulary) -> Iterator[_Prepared]:
    """Yield the tests that could end otherwise: all else is the same wherever the condition says the same.

    Reasons are worked out from the condition itself, so tests that expect some are always among them.
    """
    doubtful = _touched(mutant, prepared, vocabulary)
    if not doubtful:
        return
    condition = compile_condition(mutant.rule.condition, vocabulary)
    for one in doubtful:
        if one.case.expect.because or any(
            condition.evaluate(facts) != verdict for facts, verdict in zip(one.facts, one.verdicts, strict=True)
        ):
            yield one


def _touched(mutant: Mutant, prepared: Sequence[_Prepared], vocabulary: Vocabulary) -> Sequence[_Prepared]:
    """Return the tests with a tweet that the word which the mutant lacks is in; all where another thing was changed.

    Most words are in the tweets of few tests, and a list of many words takes long to compile.
    """
    change = mutant.change
    if change is None or change.word is None or not change.of_tweet:
        return prepared
    node = change.node
    if not isinstance(node, Call) or node.op not in _ANY_OF:
        return prepared
    alone = compile_condition(Call(node.op, (node.args[0], Literal(change.word))), vocabulary)
    return [
        one
        for one in prepared
        if one.case.expect.because or any(not isinstance(alone.evaluate(facts), NotMatched) for facts in one.facts)
    ]


_ANY_OF: Final = frozenset(TEXT_OPERATORS) - {"all_words"}
