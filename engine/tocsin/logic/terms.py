"""Necessary terms: from a condition, a set of terms at least one of which holds wherever the condition is true.

Such a set is a *cover*. An index that finds the terms that hold of a tweet need then look only at the rules whose
cover has one of them. Conditions without a cover (None) may be true of any tweet; an empty cover says of none.

With each term comes what it leaves open, the *residual*: the condition is true exactly where some term holds and its
residual is true. `word: btc` leaves nothing open; an `and` leaves its other parts, an `or` the branch that the term
stands for. So most candidates cost a comparison or nothing at all.

Only what is true counts: a condition that fails doesn't fire. Everything here follows from what
`logic.evaluation.exact` computes and errs on one side: an unknown operator, a computed needle or an unusual default
give no cover.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.atoms import Kind, Term
from tocsin.logic.evaluation.exact import as_written, build_exact
from tocsin.logic.evaluation.run import Run, TermFailed
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.facts import Facts
from tocsin.logic.folding import literals_of
from tocsin.logic.outlines import (
    NOTHING_LEFT,
    AnyOf,
    Cheapest,
    DeclaredWay,
    NumberWay,
    Outline,
    PatternWay,
    Prices,
    Rest,
    SetWay,
    SumWay,
    ValueWay,
    Way,
    is_number,
)
from tocsin.logic.rarity import BUILT_IN, Estimate
from tocsin.logic.vocabulary import Vocabulary

__all__ = ["NOTHING_LEFT", "Cover", "all_of", "cover_of", "necessary_terms", "outline_of"]

Cover: TypeAlias = Mapping[Term, Expr]
"""Terms at least one of which is necessary, and what remains to be true where each holds.

That a term leaves `NOTHING_LEFT` counts only where the field's value is of the kind that the term is about (a text, a
whole number, a list of tags); what an index names for any other value has to be evaluated whole.
"""


def necessary_terms(expr: Expr, vocabulary: Vocabulary, rarity: Estimate = BUILT_IN) -> frozenset[Term] | None:
    """Return the cheapest cover found for a condition, None if there is none.

    A tweet of which no term of the cover holds can't make the condition true; an empty cover means that no tweet can.
    """
    found = _cover_of(expr, vocabulary, rarity)
    return None if found is None else frozenset(found)


def cover_of(expr: Expr, vocabulary: Vocabulary, rarity: Estimate = BUILT_IN) -> Cover | None:
    """Return the cheapest cover found for a condition with what each term leaves open, None if there is none."""
    found = _cover_of(expr, vocabulary, rarity)
    return None if found is None else {term: rest.expr for term, rest in found.items()}


def _cover_of(expr: Expr, vocabulary: Vocabulary, rarity: Estimate) -> Mapping[Term, Rest] | None:
    values = [literal.value for literal in literals_of(expr)]
    return outline_of(expr, vocabulary).cover(values, Prices(rarity))


def outline_of(expr: Expr, vocabulary: Vocabulary) -> Outline:
    """Return the outline of a condition, which holds for all of its shape if that `is_shared`.

    What its terms leave open is told in this condition's own literals.
    """
    places = {id(literal): place for place, literal in enumerate(literals_of(expr))}
    return Outline(_Deriver(vocabulary, places).true(expr, _by_itself))


def is_shared(expr: Expr, vocabulary: Vocabulary) -> bool:
    """Return whether an outline depends on nothing but a condition's shape and the types and truth of its literals.

    What a default comes to, and what a plugin's operator declares, is worked out from the values.
    """
    match expr:
        case Literal():
            return True
        case Array(items):
            return all(is_shared(item, vocabulary) for item in items)
        case Var(path, default):
            return default is None and isinstance(path, Literal) and isinstance(path.value, str)
        case Call(op, args):
            return op not in vocabulary.operators and all(is_shared(arg, vocabulary) for arg in args)


def all_of(parts: Iterable[Expr]) -> Expr:
    """Return the condition that all of these are true."""
    left = tuple(part for part in parts if part != NOTHING_LEFT)
    return left[0] if len(left) == 1 else Call("and", left) if left else NOTHING_LEFT


_Within: TypeAlias = Callable[[Expr], Expr]
"""From what is left of a part of a condition to what is left of all of it."""

_NEVER: Final = AnyOf(())


def _by_itself(left: Expr) -> Expr:
    return left


@dataclass(frozen=True, slots=True)
class _Deriver:
    """Derives the ways to covers of an expression being true, and of its being false; both mean that it didn't fail.

    `places` are those of the literals, by identity. What is left of what is false means nothing: whoever asks for its
    covers leaves the whole expression open.
    """

    vocabulary: Vocabulary
    places: Mapping[int, int]

    def true(self, expr: Expr, within: _Within) -> Way | None:
        match expr:
            case Literal(value):
                return None if value else _NEVER
            case Array(items):
                return None if items else _NEVER
            case Var():
                field = self._field(expr, _by_itself)
                return None if field is None else SetWay(field, Rest(NOTHING_LEFT, within))
            case Call(op, args):
                return self._true_call(op, args, expr, within)

    def _true_call(self, op: str, args: Sequence[Expr], expr: Call, within: _Within) -> Way | None:
        match op:
            case "and":
                return self._every(args, within)
            case "or":
                return _together(self.true(arg, within) for arg in args)
            case "if":
                return self._chosen(args, self.true, lambda left: within(expr))
            case "!":
                return self.false(args[0], lambda left: within(expr))
            case "!!":
                return self.true(args[0], within)
            case "==" | "===" | "in" | ">" | ">=" | "<" | "<=":
                return self._compared(op, args, expr, within)
        if op in TEXT_OPERATORS:
            return self._text(op, args, within)
        operator = self.vocabulary.operators.get(op)
        if operator is None or operator.terms is None:
            return None
        declared = operator.terms
        return DeclaredWay(lambda: declared(tuple(_constant(arg) for arg in args)), Rest(expr, within))

    def _every(self, args: Sequence[Expr], within: _Within) -> Way | None:
        """Return the ways of parts all of which are true; the terms of one leave the others open."""

        def beside(place: int) -> _Within:
            return lambda left: within(all_of((*args[:place], left, *args[place + 1 :])))

        return _cheapest(self.true(arg, beside(place)) for place, arg in enumerate(args))

    def false(self, expr: Expr, within: _Within) -> Way | None:
        match expr:
            case Literal(value):
                return _NEVER if value else None
            case Call("and", args):
                return _together(self.false(arg, within) for arg in args)
            case Call("or", args):
                return _cheapest(self.false(arg, within) for arg in args)
            case Call("if", args):
                return self._chosen(args, self.false, within)
            case Call("!", args):
                return self.true(args[0], within)
            case Call("!!", args):
                return self.false(args[0], within)
            case Call("!=" | "!==" as op, args):
                return self.true(Call(op.replace("!", "=", 1), args), within)
            case _:
                return None

    def _chosen(
        self, args: Sequence[Expr], outcome: Callable[[Expr, _Within], Way | None], within: _Within
    ) -> Way | None:
        """Return the ways of an `if`: some condition is true and its value has the outcome, or the last has."""
        ways = [
            _cheapest((self.true(args[index], within), outcome(args[index + 1], within)))
            for index in range(0, len(args) - 1, 2)
        ]
        ways.append(outcome(args[-1] if len(args) % 2 else Literal(None), within))
        return _together(ways)

    def _text(self, op: str, args: Sequence[Expr], within: _Within) -> Way | None:
        subject, patterns = args[0], [arg for arg in args[1:] if isinstance(arg, Literal)]
        if op == "all_words":
            # Of a list, one text must have them all: that is evaluated whole, like every list.
            return self._every([Call("word", (subject, pattern)) for pattern in patterns], within)
        field = self._field(subject, lambda default: Call(op, (default, *args[1:])))
        if field is None:
            return None
        nothing = Rest(NOTHING_LEFT, within)
        return _together(
            PatternWay(op, field, self._place(pattern), nothing, Rest(Call(op, (subject, pattern)), within))
            for pattern in patterns
        )

    def _compared(self, op: str, args: Sequence[Expr], expr: Call, within: _Within) -> Way | None:
        if op in {">", ">="}:
            return self._ordered("<" if op == ">" else "<=", args[::-1], expr, within)
        if op in {"<", "<="}:
            pairs = [args[index : index + 2] for index in range(len(args) - 1)]
            return _cheapest(self._ordered(op, pair, expr, within) for pair in pairs)
        return self._contained(args, expr, within) if op == "in" else self._equal(op, args, expr, within)

    def _ordered(self, op: str, args: Sequence[Expr], expr: Call, within: _Within) -> Way | None:
        """Return the way of `left < right` or `left <= right`, one of them a number and the other a field.

        They may be two of the three that an expression compares.
        """
        left, right = args
        kinds: tuple[Kind, Kind] = (">", "<") if op == "<" else (">=", "<=")
        if isinstance(left, Literal):
            kind, bound, other = kinds[0], left, right
            field = self._field(right, lambda subject: Call(op, (left, subject)))
        elif isinstance(right, Literal):
            kind, bound, other = kinds[1], right, left
            field = self._field(left, lambda subject: Call(op, (subject, right)))
        else:
            return None
        if not is_number(bound.value):
            return None
        if isinstance(other, Call):
            return self._summed(kind, other, bound, Rest(expr, within))
        if field is None:
            return None
        return ValueWay(kind, field, self._place(bound), Rest(NOTHING_LEFT if len(expr.args) == 2 else expr, within))

    def _summed(self, kind: Kind, total: Call, bound: Literal, rest: Rest) -> Way | None:
        if total.op != "+":
            return None
        fields: list[str] = []
        constants: list[int] = []
        for arg in total.args:
            if isinstance(arg, Literal):
                if not is_number(arg.value):
                    return None
                constants.append(self._place(arg))
                continue
            # A default counts wherever the field is missing, whatever the field's own terms say.
            field = None if isinstance(arg, Var) and arg.default is not None else self._field(arg, _by_itself)
            if field is None:
                return None
            fields.append(field)
        return SumWay(kind, tuple(fields), self._place(bound), tuple(constants), rest) if fields else None

    def _equal(self, op: str, args: Sequence[Expr], expr: Call, within: _Within) -> Way | None:
        left, right = args if isinstance(args[1], Literal) else args[::-1]
        if not isinstance(right, Literal):
            return None
        field = self._field(left, lambda subject: Call(op, (subject, right)))
        if field is not None and right.value is True:
            return SetWay(field, Rest(expr, within))
        return None if field is None else self._any_equal(field, [right], expr, within)

    def _contained(self, args: Sequence[Expr], expr: Call, within: _Within) -> Way | None:
        needle, haystack = args
        if isinstance(haystack, Array):
            field = self._field(needle, lambda subject: Call("in", (subject, haystack)))
            return None if field is None else self._any_equal(field, haystack.items, expr, within)
        if not isinstance(needle, Literal) or not isinstance(needle.value, str):
            return None
        field = self._field(haystack, lambda subject: Call("in", (needle, subject)))
        return None if field is None else ValueWay("raw", field, self._place(needle), Rest(NOTHING_LEFT, within))

    def _any_equal(self, field: str, constants: Iterable[Expr], expr: Call, within: _Within) -> Way | None:
        """Return the way of a field being one of the constants: `==` takes the text of a number for the number."""
        nothing, whole = Rest(NOTHING_LEFT, within), Rest(expr, within)
        ways: list[Way] = []
        for constant in constants:
            value = constant.value if isinstance(constant, Literal) else None
            if isinstance(constant, Literal) and isinstance(value, str):
                ways.append(ValueWay("equal", field, self._place(constant), nothing))
            elif isinstance(constant, Literal) and is_number(value):
                ways.append(NumberWay(field, self._place(constant), whole))
            else:
                return None
        return _together(ways)

    def _place(self, literal: Literal) -> int:
        return self.places[id(literal)]

    def _field(self, expr: Expr, test: Callable[[Literal], Expr]) -> str | None:
        """Return the field that a variable names, None if it is no plain field.

        A default takes the field's place where that is missing; the field's own terms are then necessary only if the
        test is false of the default.
        """
        if not isinstance(expr, Var) or not isinstance(expr.path, Literal):
            return None
        path, default = expr.path.value, expr.default
        if not isinstance(path, str) or not path:
            return None
        return path if default is None or self._is_false(default, test) else None

    def _is_false(self, default: Expr, test: Callable[[Literal], Expr]) -> bool:
        if not isinstance(default, Literal):
            return False
        try:
            return not build_exact(test(default), self.vocabulary)({}, Run(Facts({})))
        except TermFailed:
            return True


def _cheapest(ways: Iterable[Way | None]) -> Way | None:
    """Return the way of what needs all of these: the one that costs the least."""
    found = tuple(way for way in ways if way is not None)
    return None if not found else found[0] if len(found) == 1 else Cheapest(found)


def _together(ways: Iterable[Way | None]) -> Way | None:
    """Return the way of what needs one of these: their covers united."""
    found: list[Way] = []
    for way in ways:
        if way is None:
            return None
        found.append(way)
    return found[0] if len(found) == 1 else AnyOf(tuple(found))


def _constant(expr: Expr) -> object:
    try:
        return as_written(expr)
    except ValueError:
        return None
