"""Conditions as formulas: `and` and `or` over terms that are wanted true or false, negation pushed down to the terms.

A formula is true of exactly those tweets of which its condition is. Pushing negation down keeps that, since a term that
fails makes both itself and its negation fail, and `and` and `or` are Kleene's.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias

from tocsin.logic.ast import Array, Call, Expr, Literal, Path, Var
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.printing import to_json

Scalar: TypeAlias = None | bool | int | float | str

_OPPOSITE: Final[Mapping[str, str]] = MappingProxyType({"!=": "==", "!==": "==="})
_TURNED: Final[Mapping[str, str]] = MappingProxyType({">": "<", ">=": "<="})
_COMPARISONS: Final = frozenset({"==", "===", "<", "<=", "in"})


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a condition that holds or doesn't; two terms are the same if their `key` is.

    `subject` is the one thing that it looks at, None where there are several or none. `op` is a comparison (never
    `!=`, `!==`, `>` or `>=`, which are others negated or turned round), a text operator with its `patterns`, or empty
    for the truth of the subject itself.
    """

    key: str
    expr: Expr = field(compare=False)
    op: str = field(default="", compare=False)
    subject: Expr | None = field(default=None, compare=False)
    subject_key: str = field(default="", compare=False)
    patterns: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """True or false, whatever the tweet."""

    value: bool
    at: Path = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Holds:
    """A term that must be true or, if not `wanted`, false: one that fails is neither."""

    term: Term
    wanted: bool
    at: Path = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    """All parts are true. `at` is where the clause that this stands for was written, as in every formula."""

    parts: tuple["Formula", ...]
    at: Path = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part at least is true."""

    parts: tuple["Formula", ...]
    at: Path = field(default=(), compare=False)


Formula: TypeAlias = Known | Holds | AllOf | AnyOf


def formula_of(expr: Expr, *, wanted: bool = True, at: Path = ()) -> Formula:
    """Return the formula of a condition, or of its negation; `at` is where the condition was written."""
    match expr:
        case Literal(value):
            return Known(bool(value) is wanted, at)
        case Array(items) if all(isinstance(item, Literal) for item in items):
            return Known(bool(items) is wanted, at)
        case Call("!", (inner,)):
            return formula_of(inner, wanted=not wanted, at=at)
        case Call("!!", (inner,)):
            return formula_of(inner, wanted=wanted, at=at)
        case Call("and" | "or" as op, args):
            parts = tuple(
                formula_of(arg, wanted=wanted, at=place_of(expr, index, arg)) for index, arg in enumerate(args)
            )
            if len(parts) == 1:
                return parts[0]
            return AllOf(parts, at) if (op == "and") is wanted else AnyOf(parts, at)
        case Call(op, args, place) if op in _OPPOSITE:
            return Holds(_term(Call(_OPPOSITE[op], args, place)), not wanted, at)
        case Call(op, (left, right), place) if op in _TURNED:
            return Holds(_term(Call(_TURNED[op], (right, left), place)), wanted, at)
        case _:
            return Holds(_term(expr), wanted, at)


def negated(formula: Formula) -> Formula:
    """Return what is true where the formula is false; where it fails, neither is."""
    match formula:
        case Known(value, at):
            return Known(not value, at)
        case Holds(term, wanted, at):
            return Holds(term, not wanted, at)
        case AllOf(parts, at):
            return AnyOf(tuple(map(negated, parts)), at)
        case AnyOf(parts, at):
            return AllOf(tuple(map(negated, parts)), at)


def leaves(formula: Formula) -> Iterator[Holds]:
    """Yield the terms of a formula with what is wanted of each, in order."""
    match formula:
        case Holds():
            yield formula
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Known():
            return


def conjuncts(formula: Formula) -> Iterator[Formula]:
    """Yield the parts that must all be true, nested ones taken out."""
    if isinstance(formula, AllOf):
        for part in formula.parts:
            yield from conjuncts(part)
    else:
        yield formula


def place_of(call: Call, index: int, arg: Expr) -> Path:
    """Return where an argument was written: where it stands in the call, also if a macro stands for it there."""
    depth = len(call.at)
    return arg.at[: depth + 1] if len(arg.at) > depth and arg.at[:depth] == call.at else (*call.at, index)


def literals(expr: Expr) -> Iterator[Scalar]:
    """Yield the constants in a comparison beside its subject, those of lists one by one."""
    match expr:
        case Literal(value):
            yield value
        case Array(items) | Call(_, items):
            for item in items:
                yield from literals(item)
        case Var():
            return


def key_of(expr: Expr) -> str:
    """Return a text that is the same for the same condition wherever it stands, and for no other."""
    return json.dumps(to_json(expr))


def _term(expr: Expr) -> Term:
    key = key_of(expr)
    match expr:
        case Call(op, (subject, *patterns)) if op in TEXT_OPERATORS:
            texts = tuple(str(pattern.value) for pattern in patterns if isinstance(pattern, Literal))
            return Term(key, expr, op, subject, key_of(subject), texts)
        case Call(op, args) if op in _COMPARISONS:
            subjects = [arg for arg in args if not _is_constant(arg)]
            if len(subjects) == 1:
                return Term(key, expr, op, subjects[0], key_of(subjects[0]))
            return Term(key, expr)
        case Var():
            return Term(key, expr, "", expr, key)
        case _:
            return Term(key, expr)


def _is_constant(expr: Expr) -> bool:
    return isinstance(expr, Literal) or (
        isinstance(expr, Array) and all(isinstance(item, Literal) for item in expr.items)
    )
