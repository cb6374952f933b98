"""The clauses of a rule: the terms under `and`, `or`, `not` and `if` that are each true or false of a tweet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.compile import TermFailed, compile_condition, compile_value
from tocsin.logic.facts import Facts
from tocsin.logic.printing import to_json
from tocsin.logic.text import TEXT_OPERATORS
from tocsin.logic.verdict import Matched, NotMatched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.diagnostics import Span
from tocsin.rules.ruleset import Rule

Truth: TypeAlias = bool | None
"""Of a clause on a tweet; None where it couldn't be evaluated."""

_PATTERNS_MAX: Final = 3
_SHOWN_MAX: Final = 80
_CONNECTIVES: Final = frozenset({"and", "or", "!", "!!", "if"})


@dataclass(frozen=True, slots=True)
class Clause:
    """A term that stands by itself; `exception` is the id of the exception that it belongs to, if any."""

    expr: Expr
    span: Span
    exception: str = ""

    @property
    def words(self) -> str:
        """The clause in a few words, and whether it is an exception's."""
        words = clause_words(self.expr)
        return f"{words} (except {self.exception})" if self.exception else words


@dataclass(frozen=True, slots=True)
class Observed:
    """What a clause came to on one tweet, with the values that it looked at."""

    clause: Clause
    truth: Truth
    values: tuple[tuple[str, Any], ...]


class Clauses:
    """The clauses of one rule, compiled."""

    def __init__(self, rule: Rule, vocabulary: Vocabulary) -> None:
        self._rule = rule
        self._vocabulary = vocabulary
        # By identity: 1 and true are equal in Python, and trees are deep.
        self._tests: dict[int, Callable[[Facts], Truth]] = {}
        self.all = tuple(_clauses(rule))

    def truth(self, expr: Expr, facts: Facts) -> Truth:
        """Return whether a part of the rule, not a copy of it, is true of a tweet."""
        test = self._tests.get(id(expr))
        if test is None:
            condition = compile_condition(expr, self._vocabulary)
            test = self._tests[id(expr)] = lambda facts: _truth(condition.evaluate(facts))
        return test(facts)

    def deciding(self, facts: Facts, now: datetime) -> list[Observed]:
        """Return the clauses that make the rule what it is of this tweet; no other clause could outvote them.

        Where it is false: of an `and` those that are false, of an `or` all. Where it is true, the other way round, and
        where an exception in force then holds it back, that exception's alone.
        """
        condition, exception = self._rule.condition, ""
        if self.truth(condition, facts):
            for one in self._rule.exceptions:
                if one.holds_at(now) and self.truth(one.condition, facts):
                    condition, exception = one.condition, one.id
                    break
        exprs = list(self._deciding(condition, facts))
        own = [clause for clause in self.all if clause.exception == exception]
        return [self._observed(clause, facts) for clause in own if any(clause.expr is expr for expr in exprs)]

    def _deciding(self, expr: Expr, facts: Facts) -> Iterator[Expr]:
        truth = self.truth(expr, facts)
        match expr:
            case Call("and" | "or" as op, args):
                decisive = op == "or"
                for arg in args:
                    if truth is not decisive or self.truth(arg, facts) is decisive:
                        yield from self._deciding(arg, facts)
            case Call("!" | "!!", (inner,)):
                yield from self._deciding(inner, facts)
            case Call("if", args):
                for arg in args:
                    yield from self._deciding(arg, facts)
            case Literal():
                return
            case _:
                yield expr

    def _observed(self, clause: Clause, facts: Facts) -> Observed:
        values = tuple((_name(field), _value(field, facts, self._vocabulary)) for field in _looked_at(clause.expr))
        return Observed(clause, self.truth(clause.expr, facts), values)


def leaves(expr: Expr) -> Iterator[Expr]:
    """Yield the terms of a condition that are no `and`, `or`, `not` or `if` themselves; constants are none."""
    match expr:
        case Call(op, args) if op in _CONNECTIVES:
            for arg in args:
                yield from leaves(arg)
        case Literal():
            return
        case _:
            yield expr


def clause_words(expr: Expr) -> str:
    """Return a term in a few words: `word 'down', 'outage' (22 in all) in text`."""
    match expr:
        case Call(op, (subject, *patterns)) if op in TEXT_OPERATORS:
            texts = [f"'{pattern.value}'" for pattern in patterns if isinstance(pattern, Literal)]
            shown = ", ".join(texts[:_PATTERNS_MAX])
            more = f", … ({len(texts)})" if len(texts) > _PATTERNS_MAX else ""
            return f"{op} {shown}{more} in {_name(subject)}"
        case Call("and" | "or" as op, args):
            return f" {op} ".join(f"({clause_words(arg)})" for arg in args)
        case Call("!", (inner,)):
            return f"not {clause_words(inner)}"
        case Call(op, (left, right)) if not isinstance(left, Array) and not isinstance(right, Array):
            return f"{_name(left)} {op} {_name(right)}"
        case Call(op, (low, middle, high)) if op in {"<", "<="}:
            return f"{_name(low)} {op} {_name(middle)} {op} {_name(high)}"
        case _:
            return _name(expr)


def _clauses(rule: Rule) -> Iterator[Clause]:
    for expr in leaves(rule.condition):
        yield Clause(expr, rule.places.get(expr.at, rule.span))
    for exception in rule.exceptions:
        for expr in leaves(exception.condition):
            yield Clause(expr, rule.places.get(expr.at, exception.span), exception.id)


def _truth(verdict: object) -> Truth:
    match verdict:
        case Matched():
            return True
        case NotMatched():
            return False
        case _:
            return None


def _looked_at(expr: Expr) -> Iterator[Var]:
    match expr:
        case Var():
            yield expr
        case Call("map" | "filter" | "reduce" | "all" | "some" | "none", (source, *_)):
            yield from _looked_at(source)
        case Call(_, args):
            for arg in args:
                yield from _looked_at(arg)
        case Array(items):
            for item in items:
                yield from _looked_at(item)


def _value(expr: Expr, facts: Facts, vocabulary: Vocabulary) -> Any:
    try:
        return compile_value(expr, vocabulary)(facts)
    except TermFailed:
        return None


def _name(expr: Expr) -> str:
    match expr:
        case Var(Literal(path)):
            return str(path) or "the tweet"
        case Literal(value):
            return f"'{value}'" if isinstance(value, str) else str(to_json(expr)) if value is not None else "null"
        case Call("+" | "-" | "*" | "/" | "%" as op, args) if len(args) > 1:
            return f" {op} ".join(_name(arg) for arg in args)
        case _:
            text = str(to_json(expr))
            return text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"
