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
from typing import Final, TypeAlias, TypeGuard

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.atoms import Kind, Term, pattern_terms
from tocsin.logic.evaluation.exact import as_written, build_exact
from tocsin.logic.evaluation.run import Run, TermFailed
from tocsin.logic.evaluation.text import TEXT_OPERATORS, fold
from tocsin.logic.facts import Facts
from tocsin.logic.rarity import BUILT_IN, Estimate
from tocsin.logic.vocabulary import Vocabulary

Cover: TypeAlias = Mapping[Term, Expr]
"""Terms at least one of which is necessary, and what remains to be true where each holds.

That a term leaves `NOTHING_LEFT` counts only where the field's value is of the kind that the term is about (a text, a
whole number, a list of tags); what an index names for any other value has to be evaluated whole.
"""

NOTHING_LEFT: Final = Literal(True)
"""The residual of a term that makes its condition true by itself."""

_A_TERM: Final = 1e-7
"""What a term costs beside the tweets that it is true of, so that of two covers as rare the smaller is chosen."""


def necessary_terms(expr: Expr, vocabulary: Vocabulary, rarity: Estimate = BUILT_IN) -> frozenset[Term] | None:
    """Return the cheapest cover found for a condition, None if there is none.

    A tweet of which no term of the cover holds can't make the condition true; an empty cover means that no tweet can.
    """
    found = cover_of(expr, vocabulary, rarity)
    return None if found is None else frozenset(found)


def cover_of(expr: Expr, vocabulary: Vocabulary, rarity: Estimate = BUILT_IN) -> Cover | None:
    """Return the cheapest cover found for a condition with what each term leaves open, None if there is none."""
    found = _Deriver(vocabulary, rarity).true(expr)
    return None if found is None else found.terms


def all_of(parts: Iterable[Expr]) -> Expr:
    """Return the condition that all of these are true."""
    left = tuple(part for part in parts if part != NOTHING_LEFT)
    return left[0] if len(left) == 1 else Call("and", left) if left else NOTHING_LEFT


_MOST_SUMMED: Final = 1e15
"""Larger bounds of a sum are left alone: an n-th of them may not be a number that is exact enough."""


@dataclass(frozen=True, slots=True)
class _Priced:
    """A cover, and the share of tweets that it lets through, roughly."""

    terms: Cover
    cost: float

    def leaving(self, rest: Expr) -> "_Priced":
        """Return the same terms, each of which leaves this open."""
        return _Priced(dict.fromkeys(self.terms, rest), self.cost)


_NEVER: Final = _Priced({}, 0.0)


class _Deriver:
    """Derives the covers of an expression being true, and of its being false; both mean that it didn't fail.

    The residuals of a cover of what is false mean nothing: whoever asks for it leaves the whole expression open.
    """

    def __init__(self, vocabulary: Vocabulary, rarity: Estimate) -> None:
        self._vocabulary = vocabulary
        self._rarity = rarity

    def true(self, expr: Expr) -> _Priced | None:
        match expr:
            case Literal(value):
                return None if value else _NEVER
            case Array(items):
                return None if items else _NEVER
            case Var():
                field = self._field(expr, _as_it_is)
                return None if field is None else self._one([Term("set", field, "")], NOTHING_LEFT)
            case Call(op, args):
                return self._true_call(op, args, expr)

    def _true_call(self, op: str, args: Sequence[Expr], expr: Call) -> _Priced | None:
        match op:
            case "and":
                return self._every(args)
            case "or":
                return _together(map(self.true, args))
            case "if":
                return _leaving(self._chosen(args, self.true), expr)
            case "!":
                return _leaving(self.false(args[0]), expr)
            case "!!":
                return self.true(args[0])
            case "==" | "===" | "in" | ">" | ">=" | "<" | "<=":
                return self._compared(op, args, expr)
        if op in TEXT_OPERATORS:
            return self._text(op, args)
        operator = self._vocabulary.operators.get(op)
        if operator is None or operator.terms is None:
            return None
        return _leaving(self._declared(operator.terms, args), expr)

    def _every(self, args: Sequence[Expr]) -> _Priced | None:
        """Return the cheapest cover among those of parts all of which are true; its terms leave the others open."""
        covers = [(place, cover) for place, arg in enumerate(args) if (cover := self.true(arg)) is not None]
        if not covers:
            return None
        place, chosen = min(covers, key=lambda pair: pair[1].cost)
        rest = {term: all_of((*args[:place], left, *args[place + 1 :])) for term, left in chosen.terms.items()}
        return _Priced(rest, chosen.cost)

    def false(self, expr: Expr) -> _Priced | None:
        match expr:
            case Literal(value):
                return _NEVER if value else None
            case Call("and", args):
                return _together(map(self.false, args))
            case Call("or", args):
                return _cheapest(map(self.false, args))
            case Call("if", args):
                return self._chosen(args, self.false)
            case Call("!", args):
                return self.true(args[0])
            case Call("!!", args):
                return self.false(args[0])
            case Call("!=" | "!==" as op, args):
                return self.true(Call(op.replace("!", "=", 1), args))
            case _:
                return None

    def _chosen(self, args: Sequence[Expr], outcome: Callable[[Expr], _Priced | None]) -> _Priced | None:
        """Return the cover of an `if`: some condition is true and its value has the outcome, or the last has."""
        ways = [_cheapest((self.true(args[index]), outcome(args[index + 1]))) for index in range(0, len(args) - 1, 2)]
        ways.append(outcome(args[-1] if len(args) % 2 else Literal(None)))
        return _together(ways)

    def _one(self, terms: Iterable[Term], rest: Expr) -> _Priced | None:
        """Return the cover of terms each of which is necessary: the rarest."""
        priced = [(self._rarity.share(term) + _A_TERM, term) for term in terms]
        if not priced:
            return None
        cost, term = min(priced, key=lambda pair: pair[0])
        return _Priced({term: rest}, cost)

    def _any(self, terms: Mapping[Term, Expr]) -> _Priced:
        return _Priced(terms, sum(self._rarity.share(term) + _A_TERM for term in terms))

    def _text(self, op: str, args: Sequence[Expr]) -> _Priced | None:
        subject, patterns = args[0], [arg for arg in args[1:] if isinstance(arg, Literal)]
        if op == "all_words":
            # Of a list, one text must have them all: that is evaluated whole, like every list.
            return self._every([Call("word", (subject, pattern)) for pattern in patterns])
        field = self._field(subject, lambda default: Call(op, (default, *args[1:])))
        if field is None:
            return None
        covers = [self._one(pattern_terms(op, field, str(pattern.value)), NOTHING_LEFT) for pattern in patterns]
        return _together(
            None if cover is None else cover.leaving(_left_open(op, subject, pattern, next(iter(cover.terms))))
            for pattern, cover in zip(patterns, covers, strict=True)
        )

    def _compared(self, op: str, args: Sequence[Expr], expr: Call) -> _Priced | None:
        if op in {">", ">="}:
            return self._ordered("<" if op == ">" else "<=", args[::-1], expr)
        if op in {"<", "<="}:
            return _cheapest(self._ordered(op, args[index : index + 2], expr) for index in range(len(args) - 1))
        return self._contained(args, expr) if op == "in" else self._equal(op, args, expr)

    def _ordered(self, op: str, args: Sequence[Expr], expr: Call) -> _Priced | None:
        """Return the cover of `left < right` or `left <= right`, one of them a number and the other a field.

        They may be two of the three that an expression compares.
        """
        left, right = args
        kinds: tuple[Kind, Kind] = (">", "<") if op == "<" else (">=", "<=")
        if isinstance(left, Literal) and isinstance(right, Call):
            return _leaving(self._summed(kinds[0], right, left.value), expr)
        if isinstance(right, Literal) and isinstance(left, Call):
            return _leaving(self._summed(kinds[1], left, right.value), expr)
        if isinstance(left, Literal):
            kind, bound = kinds[0], left.value
            field = self._field(right, lambda subject: Call(op, (left, subject)))
        elif isinstance(right, Literal):
            kind, bound = kinds[1], right.value
            field = self._field(left, lambda subject: Call(op, (subject, right)))
        else:
            return None
        if field is None or not _is_number(bound):
            return None
        return self._one([Term(kind, field, bound)], NOTHING_LEFT if len(expr.args) == 2 else expr)

    def _summed(self, kind: Kind, total: Call, bound: object) -> _Priced | None:
        """Return the cover of a sum of fields beyond a bound: one of n is beyond an n-th of it, whatever the signs."""
        if total.op != "+" or not _is_number(bound) or abs(bound) > _MOST_SUMMED:
            return None
        fields: list[str] = []
        rest, size = bound, abs(bound)
        for arg in total.args:
            if isinstance(arg, Literal):
                if not _is_number(arg.value) or abs(arg.value) > _MOST_SUMMED:
                    return None
                rest -= arg.value
                size += abs(arg.value)
                continue
            # A default counts wherever the field is missing, whatever the field's own terms say.
            field = None if isinstance(arg, Var) and arg.default is not None else self._field(arg, _as_it_is)
            if field is None:
                return None
            fields.append(field)
        terms = [Term(kind, field, _share_of(rest, len(fields), kind, size)) for field in fields]
        return self._any(dict.fromkeys(terms, NOTHING_LEFT)) if terms else None

    def _equal(self, op: str, args: Sequence[Expr], expr: Call) -> _Priced | None:
        left, right = args if isinstance(args[1], Literal) else args[::-1]
        if not isinstance(right, Literal):
            return None
        field = self._field(left, lambda subject: Call(op, (subject, right)))
        if field is not None and right.value is True:
            return self._one([Term("set", field, "")], expr)
        return None if field is None else self._any_equal(field, [right], expr)

    def _contained(self, args: Sequence[Expr], expr: Call) -> _Priced | None:
        needle, haystack = args
        if isinstance(haystack, Array):
            field = self._field(needle, lambda subject: Call("in", (subject, haystack)))
            return None if field is None else self._any_equal(field, haystack.items, expr)
        if not isinstance(needle, Literal) or not isinstance(needle.value, str) or not needle.value:
            return None
        field = self._field(haystack, lambda subject: Call("in", (needle, subject)))
        return None if field is None else self._one([Term("raw", field, needle.value)], NOTHING_LEFT)

    def _any_equal(self, field: str, constants: Iterable[Expr], expr: Call) -> _Priced | None:
        """Return the cover of a field being one of the constants: `==` takes the text of a number for the number."""
        terms: dict[Term, Expr] = {}
        for constant in constants:
            value = constant.value if isinstance(constant, Literal) else None
            if isinstance(value, str):
                terms[Term("equal", field, value)] = NOTHING_LEFT
            elif _is_number(value):
                terms[Term("equal", field, value)] = expr
                terms.setdefault(Term("equal", field, str(value)), expr)
            else:
                return None
        return self._any(terms)

    def _declared(self, terms: Callable[..., tuple[str, ...] | None], args: Sequence[Expr]) -> _Priced | None:
        texts = terms(tuple(_constant(arg) for arg in args))
        folded = None if texts is None else [fold(text) for text in texts]
        if not folded or not all(folded):
            return None
        return self._any({Term("part", "text", text): NOTHING_LEFT for text in folded})

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
            return not build_exact(test(default), self._vocabulary)({}, Run(Facts({})))
        except TermFailed:
            return True


def _cheapest(covers: Iterable[_Priced | None]) -> _Priced | None:
    """Return the cheapest of several covers of one expression."""
    return min((cover for cover in covers if cover is not None), key=lambda cover: cover.cost, default=None)


def _together(covers: Iterable[_Priced | None]) -> _Priced | None:
    """Return the cover of what needs one of these: theirs united."""
    terms: dict[Term, list[Expr]] = {}
    cost = 0.0
    for cover in covers:
        if cover is None:
            return None
        for term, left in cover.terms.items():
            terms.setdefault(term, []).append(left)
        cost += cover.cost
    return _Priced({term: _some(lefts) for term, lefts in terms.items()}, cost)


def _leaving(cover: _Priced | None, rest: Expr) -> _Priced | None:
    return None if cover is None else cover.leaving(rest)


def _some(parts: Sequence[Expr]) -> Expr:
    if len(parts) == 1:
        return parts[0]
    return NOTHING_LEFT if NOTHING_LEFT in parts else Call("or", tuple(parts))


def _left_open(op: str, subject: Expr, pattern: Literal, term: Term) -> Expr:
    """Return what a term of a text operator's pattern leaves open of it."""
    if op in _NAMED or (op == "contains" and term.kind == "part"):
        return NOTHING_LEFT
    return NOTHING_LEFT if term.kind == "word" else Call(op, (subject, pattern))


_NAMED: Final = frozenset({"hashtag", "mention", "cashtag", "from"})
"""Operators that find a name as a whole, which is what their terms are."""


def _as_it_is(subject: Literal) -> Expr:
    return subject


def _share_of(bound: float, count: int, kind: Kind, size: float) -> float:
    """Return an n-th of a bound, and more leniency than rounding can take away in numbers of this size."""
    share = float(bound) / count
    leniency = size * 1e-9 + 1e-9
    return share - leniency if kind in {">", ">="} else share + leniency


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _constant(expr: Expr) -> object:
    try:
        return as_written(expr)
    except ValueError:
        return None
