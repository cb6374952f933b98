"""Which clauses of a rule its tests have seen both true and false."""

from dataclasses import dataclass
from typing import Literal

from tocsin.logic.facts import Facts
from tocsin.logic.proofs.connectives import Truth
from tocsin.proving.clauses import Clause, Clauses
from tocsin.proving.tweets import timeline
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Unseen:
    """A clause, and what no test has seen it be."""

    clause: Clause
    never: Literal["true", "false", "true or false"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many clauses there are, and those that were not seen both true and false."""

    clauses: int
    unseen: tuple[Unseen, ...]

    @property
    def seen(self) -> int:
        """How many clauses were seen both true and false."""
        return self.clauses - len(self.unseen)


def coverage_of(rule: Rule, clauses: Clauses) -> Coverage:
    """Return what a rule's tests see of it; an exception is looked at whether or not the rule matched."""
    facts = [Facts(seen.tweet.data) for case in rule.cases for seen in timeline(case.given)]
    unseen: list[Unseen] = []
    for clause in clauses.all:
        truths = clauses.truths(clause, facts)
        if not {True, False} <= truths:
            unseen.append(Unseen(clause, _never(truths)))
    return Coverage(len(clauses.all), tuple(unseen))


def _never(truths: set[Truth]) -> Literal["true", "false", "true or false"]:
    if True in truths:
        return "false"
    return "true" if False in truths else "true or false"
