"""The clauses of a rule: the terms under `and`, `or`, `not` and `if` that are each true or false of a tweet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from tocsin.logic.ast import Call, Expr, Literal
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.proofs.connectives import Truth, taken_apart
from tocsin.logic.proofs.english import claim
from tocsin.logic.proofs.proof import Leaf, Prover, WhyNot
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.places import SourceMap
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Clause:
    """A term that stands by itself; `exception` is the id of the exception that it belongs to, if any."""

    expr: Expr
    span: Span
    exception: str = ""

    @property
    def words(self) -> str:
        """The clause in plain words, and whether it is an exception's."""
        words = clause_words(self.expr)
        return f"{words} (except {self.exception})" if self.exception else words


@dataclass(frozen=True, slots=True)
class Observed:
    """What a clause came to on one tweet, with the values that it looked at."""

    clause: Clause
    truth: Truth
    values: tuple[tuple[str, Any], ...]


class Clauses:
    """The clauses of one rule, those of its exceptions included; leaves that say the same are one."""

    def __init__(self, rule: Rule, vocabulary: Vocabulary, places: SourceMap) -> None:
        self._rule = rule
        self._vocabulary = vocabulary
        self._places = places

    @cached_property
    def all(self) -> tuple[Clause, ...]:
        """Every clause, in the order of the rule."""
        return tuple(self._clauses())

    def truths(self, clause: Clause, tweets: list[Facts]) -> set[Truth]:
        """Return what a clause comes to on some tweets."""
        condition = compile_condition(clause.expr, self._vocabulary)
        verdicts = [condition.evaluate(facts) for facts in tweets]
        return {None if isinstance(verdict, Failed) else isinstance(verdict, Matched) for verdict in verdicts}

    def deciding(self, facts: Facts, now: datetime) -> list[Observed]:
        """Return the clauses that make the rule what it is of this tweet.

        Where it is true, those that keep it so; where an exception in force then holds it back, that exception's.
        Where it is not, those that keep it from being true, and those that would have to be otherwise at least.
        """
        explanation = Prover(self._rule.condition, self._vocabulary).explain(facts)
        if isinstance(explanation, WhyNot):
            needed = [missing.leaf for change in explanation.nearest[:1] for missing in change.missing]
            return [self._observed(leaf) for leaf in _distinct([*explanation.leaves, *needed])]
        for exception in self._rule.exceptions:
            reason = Prover(exception.condition, self._vocabulary).explain(facts)
            if exception.holds_at(now) and not isinstance(reason, WhyNot):
                return [self._observed(leaf, exception.id) for leaf in reason.leaves]
        return [self._observed(leaf) for leaf in explanation.leaves]

    def _clauses(self) -> Iterator[Clause]:
        conditions = [("", self._rule.condition)]
        conditions += [(exception.id, exception.condition) for exception in self._rule.exceptions]
        for exception_id, condition in conditions:
            for expr in taken_apart(condition)[1]:
                yield self._clause(expr, exception_id)

    def _clause(self, expr: Expr, exception: str) -> Clause:
        return Clause(expr, self._places.span(expr.at) or self._rule.span, exception)

    def _observed(self, leaf: Leaf, exception: str = "") -> Observed:
        return Observed(
            self._clause(leaf.expr, exception), leaf.truth, tuple((seen.name, seen.value) for seen in leaf.seen)
        )


def clause_words(expr: Expr) -> str:
    """Return a condition in plain words on one line."""
    match expr:
        case Call("and" | "or" as op, args):
            return f" {op} ".join(f"({clause_words(arg)})" for arg in args)
        case Call("!", (Call("and" | "or" | "!" | "if") as inner,)):
            return f"not ({clause_words(inner)})"
        case Call("!", (inner,)):
            return claim(inner, holds=False)
        case Call("!!", (inner,)):
            return clause_words(inner)
        case Literal(bool() as value):
            return "always" if value else "never"
        case _:
            return claim(expr, holds=True)


def _distinct(leaves: list[Leaf]) -> list[Leaf]:
    """Return leaves without those that stand there before, in the order in which they are written."""
    by_place = {(leaf.expr.at, repr(leaf.expr)): leaf for leaf in leaves}
    return list(by_place.values())
