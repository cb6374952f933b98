"""What a rule says of one tweet, its exceptions included, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from tocsin.logic.facts import Facts
from tocsin.logic.proofs.proof import Explanation, Proof, Prover
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.ruleset import Rule, RuleException

Decision: TypeAlias = Literal["match", "no_match", "failed", "excepted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExplanation:
    """The decision on a tweet and its explanation.

    `exception` is the one that holds, whether or not the condition is true, with the proof of it.
    """

    rule: Rule
    decision: Decision
    explanation: Explanation
    exception: RuleException | None = None
    exception_proof: Proof | None = None


class RuleExplainer:
    """Explains one rule on any number of tweets."""

    def __init__(self, rule: Rule, vocabulary: Vocabulary) -> None:
        self._rule = rule
        self._prover = Prover(rule.condition, vocabulary)
        self._exceptions = [(entry, Prover(entry.condition, vocabulary)) for entry in rule.exceptions]

    def explain(self, facts: Facts, now: datetime) -> RuleExplanation:
        """Return what the rule says of a tweet at a time: exceptions past their end don't count."""
        explanation = self._prover.explain(facts)
        exception, proof = self._exception(facts, now)
        return RuleExplanation(
            rule=self._rule,
            decision=_decision(explanation, exception),
            explanation=explanation,
            exception=exception,
            exception_proof=proof,
        )

    def _exception(self, facts: Facts, now: datetime) -> tuple[RuleException | None, Proof | None]:
        for entry, prover in self._exceptions:
            if entry.holds_at(now):
                found = prover.explain(facts)
                if isinstance(found, Proof):
                    return entry, found
        return None, None


def _decision(explanation: Explanation, exception: RuleException | None) -> Decision:
    if isinstance(explanation, Proof):
        return "match" if exception is None else "excepted"
    return "failed" if explanation.failed else "no_match"
