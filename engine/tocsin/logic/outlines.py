"""Outlines: of a condition's covers all that its literals have no say in.

100,000 rules have some fifty shapes between them. What may stand for a condition, and what is left open then, follows
from its shape and is worked out once for each (`logic.terms`). Which terms these are, and which of them are the rarest,
follows from the words and numbers: each rule puts its own into the outline.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias, TypeGuard

from tocsin.logic.ast import Call, Expr, Literal
from tocsin.logic.atoms import Kind, Term, pattern_terms
from tocsin.logic.evaluation.text import fold
from tocsin.logic.rarity import Estimate

Values: TypeAlias = Sequence[object]
"""What a condition's literals say, in the order in which they are folded up (`logic.folding`)."""

NOTHING_LEFT: Final = Literal(True)
"""The residual of a term that makes its condition true by itself."""

_A_TERM: Final = 1e-7
"""What a term costs beside the tweets that it is true of, so that of two covers as rare the smaller is chosen."""

_MOST_SUMMED: Final = 1e15
"""Larger bounds of a sum are left alone: an n-th of them may not be a number that is exact enough."""


class Rest:
    """What a term leaves open: the part of a condition that it stands in, put into what is around that part.

    Worked out when it is first asked for; of most that might be, nobody asks. Each is equal to itself alone.
    """

    __slots__ = ("_expr", "_left", "_within")

    def __init__(self, left: Expr, within: Callable[[Expr], Expr]) -> None:
        self._left = left
        self._within = within
        self._expr: Expr | None = None

    @property
    def expr(self) -> Expr:
        """The condition that remains, `NOTHING_LEFT` itself if none does."""
        if self._expr is None:
            self._expr = self._within(self._left)
        return self._expr


Priced: TypeAlias = tuple[float, Sequence[tuple[Term, Rest]]]
"""The share of tweets that a cover lets through, roughly, and its terms, some perhaps more than once."""


class Prices:
    """What terms cost, by an estimate of how often they hold."""

    def __init__(self, rarity: Estimate) -> None:
        self._share = rarity.share
        self._patterns: dict[tuple[str, str, str], tuple[float, Term, bool] | None] = {}

    def of(self, term: Term) -> float:
        """Return what a term costs."""
        return self._share(term) + _A_TERM

    def pattern(self, op: str, field: str, pattern: str) -> tuple[float, Term, bool] | None:
        """Return the cheapest term of a text operator's pattern, and whether it says all that the operator does."""
        key = (op, field, pattern)
        try:
            return self._patterns[key]
        except KeyError:
            found = self._patterns[key] = self._cheapest(*key)
            return found

    def _cheapest(self, op: str, field: str, pattern: str) -> tuple[float, Term, bool] | None:
        terms = pattern_terms(op, field, pattern)
        if not terms:
            return None
        term = terms[0] if len(terms) == 1 else min(terms, key=self.of)
        return self.of(term), term, says_all(op, term)


class Way(Protocol):
    """One way to a cover."""

    def priced(self, values: Values, prices: Prices) -> Priced | None:
        """Return the cover of a condition with these literals, None if it has none."""
        ...


@dataclass(frozen=True, slots=True)
class PatternWay:
    """A text operator's pattern; what is left is nothing, or the pattern `itself` where the term says too little."""

    op: str
    field: str
    place: int
    nothing: Rest
    itself: Rest

    def priced(self, values: Values, prices: Prices) -> Priced | None:
        """Return the rarest term of the pattern."""
        found = prices.pattern(self.op, self.field, str(values[self.place]))
        if found is None:
            return None
        cost, term, is_all = found
        return cost, ((term, self.nothing if is_all else self.itself),)


@dataclass(frozen=True, slots=True)
class ValueWay:
    """A literal that the field is compared with; an empty text gives no cover where `in` looks for it."""

    kind: Kind
    field: str
    place: int
    rest: Rest

    def priced(self, values: Values, prices: Prices) -> Priced | None:
        """Return the term of the literal."""
        value = values[self.place]
        if not isinstance(value, str | int | float) or (self.kind == "raw" and not value):
            return None
        term = Term(self.kind, self.field, value)
        return prices.of(term), ((term, self.rest),)


@dataclass(frozen=True, slots=True)
class SetWay:
    """A field that must be something true."""

    field: str
    rest: Rest

    def priced(self, values: Values, prices: Prices) -> Priced | None:
        """Return the term of the field."""
        term = Term("set", self.field, "")
        return prices.of(term), ((term, self.rest),)


@dataclass(frozen=True, slots=True)
class NumberWay:
    """A number that the field is equal to, which the text of that number is, too."""

    field: str
    place: int
    rest: Rest

    def priced(self, values: Values, prices: Prices) -> Priced | None:
        """Return the terms of the number and of its text."""
        value = values[self.place]
        if not is_number(value):
            return None
        terms = (Term("equal", self.field, value), Term("equal", self.field, str(value)))
        return sum(map(prices.of, terms)), [(term, self.rest) for term in terms]


@dataclass(frozen=True, slots=True)
class SumWay:
    """A sum of fields and numbers beyond a bound: one of n fields is beyond an n-th of it, whatever the signs."""

    kind: Kind
    fields: tuple[str, ...]
    bound: int
    constants: tuple[int, ...]
    rest: Rest

    def priced(self, values: Values, prices: Prices) -> Priced | None:
        """Return the terms of the fields, each beyond its part of the bound."""
        numbers = [value for place in (self.bound, *self.constants) if is_number(value := values[place])]
        if len(numbers) <= len(self.constants) or any(abs(number) > _MOST_SUMMED for number in numbers):
            return None
        left, size = numbers[0] - sum(numbers[1:]), sum(map(abs, numbers))
        share = _share_of(left, len(self.fields), self.kind, size)
        terms = [Term(self.kind, field, share) for field in dict.fromkeys(self.fields)]
        return sum(map(prices.of, terms)), [(term, self.rest) for term in terms]


@dataclass(frozen=True, slots=True)
class DeclaredWay:
    """An operator of a plugin, which says what the text must hold; never the same for other literals."""

    terms: Callable[[], Sequence[str] | None]
    rest: Rest

    def priced(self, values: Values, prices: Prices) -> Priced | None:
        """Return the declared parts of the text."""
        texts = self.terms()
        folded = None if texts is None else [fold(text) for text in texts]
        if not folded or not all(folded):
            return None
        terms = [Term("part", "text", text) for text in dict.fromkeys(folded)]
        return sum(map(prices.of, terms)), [(term, self.rest) for term in terms]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """What needs one of several ways: all of their covers together; of nothing, what is never true."""

    ways: tuple[Way, ...]

    def priced(self, values: Values, prices: Prices) -> Priced | None:
        """Return the covers united."""
        total = 0.0
        terms: list[tuple[Term, Rest]] = []
        for way in self.ways:
            found = way.priced(values, prices)
            if found is None:
                return None
            total += found[0]
            terms += found[1]
        return total, terms


@dataclass(frozen=True, slots=True)
class Cheapest:
    """What needs all of several ways: whichever cover is the rarest."""

    ways: tuple[Way, ...]

    def priced(self, values: Values, prices: Prices) -> Priced | None:
        """Return the rarest cover."""
        best: Priced | None = None
        for way in self.ways:
            found = way.priced(values, prices)
            if found is not None and (best is None or found[0] < best[0]):
                best = found
        return best


@dataclass(frozen=True, slots=True)
class Outline:
    """The ways to a cover of all conditions of one shape whose literals are of the same types; None: there is none."""

    way: Way | None
    _united: dict[tuple[Rest, ...], Rest] = field(default_factory=dict)

    def cover(self, values: Values, prices: Prices) -> Mapping[Term, Rest] | None:
        """Return the cheapest cover of the condition that has these literals, None if there is none."""
        found = None if self.way is None else self.way.priced(values, prices)
        if found is None:
            return None
        terms = found[1]
        cover = dict(terms)
        return cover if len(cover) == len(terms) else self._merged(terms)

    def _merged(self, terms: Iterable[tuple[Term, Rest]]) -> Mapping[Term, Rest]:
        """Return a cover in which each term stands once and leaves open what any of its places does."""
        rests: dict[Term, dict[Rest, None]] = {}
        for term, rest in terms:
            rests.setdefault(term, {})[rest] = None
        return {term: self._any(tuple(each)) for term, each in rests.items()}

    def _any(self, rests: tuple[Rest, ...]) -> Rest:
        if len(rests) == 1:
            return rests[0]
        if rests not in self._united:
            self._united[rests] = Rest(_some([rest.expr for rest in rests]), lambda left: left)
        return self._united[rests]


def _some(parts: Iterable[Expr]) -> Expr:
    different = tuple(dict.fromkeys(parts))
    if len(different) == 1:
        return different[0]
    return NOTHING_LEFT if NOTHING_LEFT in different else Call("or", different)


def says_all(op: str, term: Term) -> bool:
    """Return whether a term of a text operator's pattern leaves nothing of it open."""
    return op in _NAMED or term.kind == "word" or (op == "contains" and term.kind == "part")


_NAMED: Final = frozenset({"hashtag", "mention", "cashtag", "from"})
"""Operators that find a name as a whole, which is what their terms are."""


def _share_of(bound: float, count: int, kind: Kind, size: float) -> float:
    """Return an n-th of a bound, and more leniency than rounding can take away in numbers of this size."""
    share = float(bound) / count
    leniency = size * 1e-9 + 1e-9
    return share - leniency if kind in {">", ">="} else share + leniency


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number to JSON."""
    return isinstance(value, int | float) and not isinstance(value, bool)
