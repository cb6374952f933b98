"""Postings: by term, the rules that wait for it, each with what the term leaves open, for one field and way of looking.

The quick way through them, for values of the usual kind, is written by `matching.finder`; what is here goes for any.
A value that the terms of its field say nothing about (a number in the place of a text) makes all of their rules
candidates: evaluating them says what there is to say.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, KeysView, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, Protocol, TypeAlias

from tocsin.logic.facts import Facts
from tocsin.matching.automaton import Automaton
from tocsin.matching.rows import Row, numbers_of

Read: TypeAlias = Callable[[Facts], Any]
"""From the facts of a tweet to the value of one field."""

ByTerm: TypeAlias = Mapping[Any, Row]
"""From what a term looks for to the rules that wait for it."""


class Unusual(Exception):
    """A value of a kind that the terms of its field say nothing about."""


# An index past the end of a list and a number of too many digits are errors to JSON-logic, too.
UNUSUAL: Final = (Unusual, IndexError, ValueError)


class Postings(Protocol):
    """The rules that wait for the terms of one field."""

    def numbers(self, facts: Facts) -> AbstractSet[int]:
        """Return the numbers of the rules of which a term holds, too many rather than too few."""
        ...


@dataclass(frozen=True)
class KeyPostings:
    """Terms that are looked up by hash: words, tags, names, hosts, equal values.

    `of_runs` has those rules again that wait for a run of letters, whether or not it is a word.
    """

    path: str
    kind: str
    read: Read
    keys: Callable[[Any, Facts], AbstractSet[Any]]
    by_key: ByTerm
    of_runs: ByTerm = field(default_factory=dict)

    @property
    def known(self) -> KeysView[Any]:
        """All keys: a view, which finds what it has in common with others as quickly as a set of its own would."""
        return self.by_key.keys()

    def numbers(self, facts: Facts) -> AbstractSet[int]:
        """Return the rules of the keys that the field's value has."""
        try:
            keys = self.keys(self.read(facts), facts)
        except UNUSUAL:
            return _numbers(self.by_key.values())
        return _numbers(self.by_key[key] for key in self.known & keys)


@dataclass(frozen=True)
class PartPostings:
    """Texts that may occur anywhere in the field's text; `rows` are those of each needle of the automaton."""

    path: str
    kind: str
    read: Read
    texts: Callable[[Any, Facts], Iterable[str]]
    automaton: Automaton
    rows: Sequence[Row]

    def numbers(self, facts: Facts) -> AbstractSet[int]:
        """Return the rules of the parts that occur in the field's text."""
        found: set[int] = set()
        try:
            for text in self.texts(self.read(facts), facts):
                found |= _numbers(self.rows[number] for number in self.automaton.found(text))
        except UNUSUAL:
            return _numbers(self.rows)
        return found


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one sign in ascending order, and their rules."""

    bounds: Sequence[float]
    rows: Sequence[Row]


_NUMBERS: Final = frozenset({int, float})
_NOTHING: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True)
class BoundPostings:
    """Bounds that the field's number may lie above or below, by their sign."""

    path: str
    read: Read
    by_sign: Mapping[str, Bounds]

    def numbers(self, facts: Facts) -> AbstractSet[int]:
        """Return the rules whose bound the field's number is beyond."""
        try:
            value = self.read(facts)
        except UNUSUAL:
            return self._all()
        if value is None:
            return _NOTHING
        if type(value) not in _NUMBERS:
            return self._all()  # a text may stand for a number
        return _numbers(chain.from_iterable(_beyond(sign, beside, value) for sign, beside in self.by_sign.items()))

    def _all(self) -> AbstractSet[int]:
        return _numbers(chain.from_iterable(bounds.rows for bounds in self.by_sign.values()))


def _beyond(sign: str, bounds: Bounds, value: float) -> Sequence[Row]:
    # Read as: the bounds that this value is above, and so on.
    match sign:
        case ">":
            return bounds.rows[: bisect_left(bounds.bounds, value)]
        case ">=":
            return bounds.rows[: bisect_right(bounds.bounds, value)]
        case "<":
            return bounds.rows[bisect_right(bounds.bounds, value) :]
        case _:
            return bounds.rows[bisect_left(bounds.bounds, value) :]


def bounds_of(by_bound: ByTerm) -> Mapping[str, Bounds]:
    """Return the bounds of each sign that there is in order; keys are pairs of sign and bound."""
    found: dict[str, Bounds] = {}
    for sign in (">", ">=", "<", "<="):
        pairs = sorted(
            ((bound, row) for (kind, bound), row in by_bound.items() if kind == sign), key=lambda pair: pair[0]
        )
        if pairs:
            found[sign] = Bounds([bound for bound, _ in pairs], [row for _, row in pairs])
    return found


def _numbers(rows: Iterable[Row]) -> set[int]:
    return {number for first in rows for number in numbers_of(first)}
