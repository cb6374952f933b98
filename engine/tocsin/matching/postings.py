"""Postings: by term, the rules that have it in their cover, and the ways to find those of a tweet.

Each class answers for the terms of one field and one way of looking. A value that it wasn't made for (a number in the
place of a text) makes all of its rules candidates: evaluating them says what there is to say.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Any, Final, Protocol, TypeAlias

from tocsin.logic.facts import Facts
from tocsin.matching.automaton import Automaton

Read: TypeAlias = Callable[[Facts], Any]
"""From the facts of a tweet to the value of one field."""

ByTerm: TypeAlias = dict[Any, tuple[int, ...]]
"""From what a term looks for to the places of its rules in the rule set."""


class Unusual(Exception):
    """A value of a kind that the terms of its field say nothing about."""


# An index past the end of a list and a number of too many digits are errors to JSON-logic, too.
_UNUSUAL: Final = (Unusual, IndexError, ValueError)


class Postings(Protocol):
    """The rules that wait for the terms of one field."""

    def add(self, facts: Facts, found: set[int], sure: set[int]) -> None:
        """Add the places of the rules of which a term holds, too many rather than too few.

        Rules that a term makes true by itself go into `sure`.
        """
        ...


class KeyPostings:
    """Terms that are looked up by hash: words, tags, names, hosts, equal values.

    `sure` are terms that make their rules true by themselves, if `is_plain` says so of the value.
    """

    def __init__(
        self,
        read: Read,
        keys: Callable[[Any, Facts], AbstractSet[Any]],
        by_key: ByTerm,
        sure: ByTerm,
        *,
        is_plain: Callable[[Any, Facts], bool],
    ) -> None:
        self._read = read
        self._keys = keys
        self._by_key = by_key
        self._sure = sure
        self._is_plain = is_plain
        self._known = frozenset((*by_key, *sure))
        self._all = frozenset(chain.from_iterable((*by_key.values(), *sure.values())))

    def add(self, facts: Facts, found: set[int], sure: set[int]) -> None:
        """Add the rules of the keys that the field's value has."""
        try:
            value = self._read(facts)
            keys = self._keys(value, facts)
        except _UNUSUAL:
            found |= self._all
            return
        if not keys or not (keys := self._known & keys):
            return
        proven = sure if self._is_plain(value, facts) else found
        for key in keys:
            if key in self._by_key:
                found.update(self._by_key[key])
            if key in self._sure:
                proven.update(self._sure[key])


class PartPostings:
    """Texts that may occur anywhere in the field's text."""

    def __init__(self, read: Read, texts: Callable[[Any, Facts], Iterable[str]], by_part: ByTerm) -> None:
        self._read = read
        self._texts = texts
        self._automaton = Automaton(tuple(by_part))
        self._rules = tuple(by_part.values())
        self._all = frozenset(chain.from_iterable(self._rules))

    def add(self, facts: Facts, found: set[int], sure: set[int]) -> None:
        """Add the rules of the parts that occur in the field's text."""
        try:
            for text in self._texts(self._read(facts), facts):
                for place in self._automaton.found(text):
                    found.update(self._rules[place])
        except _UNUSUAL:
            found |= self._all


_NUMBERS: Final = frozenset({int, float})


class BoundPostings:
    """Bounds that the field's number may lie above or below, in order."""

    def __init__(self, read: Read, by_bound: Mapping[tuple[str, int | float], tuple[int, ...]]) -> None:
        self._read = read
        self._sorted = {sign: _Sorted(sign, by_bound) for sign in (">", ">=", "<", "<=")}
        self._all = frozenset(chain.from_iterable(by_bound.values()))

    def add(self, facts: Facts, found: set[int], sure: set[int]) -> None:
        """Add the rules whose bound the field's number is beyond."""
        try:
            value = self._read(facts)
        except _UNUSUAL:
            found |= self._all
            return
        if value is None:
            return
        if type(value) not in _NUMBERS:
            found |= self._all  # a text may stand for a number
            return
        above, from_, below, to = self._sorted.values()
        # Read as: the bounds that this value is above.
        found.update(*above.rules[: bisect_left(above.bounds, value)])
        found.update(*from_.rules[: bisect_right(from_.bounds, value)])
        found.update(*below.rules[bisect_right(below.bounds, value) :])
        found.update(*to.rules[bisect_left(to.bounds, value) :])


class _Sorted:
    """The bounds of one sign in ascending order, and their rules."""

    def __init__(self, sign: str, by_bound: Mapping[tuple[str, int | float], tuple[int, ...]]) -> None:
        pairs = sorted((bound, rules) for (kind, bound), rules in by_bound.items() if kind == sign)
        self.bounds = [bound for bound, _ in pairs]
        self.rules = [rules for _, rules in pairs]
