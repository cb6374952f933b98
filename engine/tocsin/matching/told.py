"""What an index has found, as numbers, turned into rules and verdicts.

A number from nothing on is a rule's place in the rule set; one past the last rule stands for a group of rules that have
in common all that there is to ask. A number below nothing excludes what it is the complement of (`~number`).
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from itertools import chain, compress
from typing import Final

from tocsin.logic.verdict import Matched
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.presearch import MATCHED

_LARGE: Final = 64
"""From so many rules on the pairs that a group is told with are kept."""


class Told:
    """Knows what the numbers stand for."""

    def __init__(self, rules: Sequence[CompiledRule], groups: Sequence[tuple[int, ...]]) -> None:
        """Take the groups, each ascending; the list may still grow while the index is built."""
        self._count = len(rules)
        self._groups = groups
        self._gone: AbstractSet[int] = frozenset()
        # Made once and side by side: a rule itself lies wherever it was read, and to fetch it from there costs more.
        self._pairs = [(rule, MATCHED) for rule in rules]
        self._paired: dict[int, Sequence[tuple[CompiledRule, Matched]]] = {}

    def without(self, places: AbstractSet[int]) -> "Told":
        """Return the same that never tells of the rules in these places."""
        other = copy(self)
        other._gone = places
        return other

    def left(self, numbers: Iterable[int]) -> AbstractSet[int]:
        """Return the places of all rules that numbers stand for, excluded ones too, but for those that are gone."""
        return self.places(numbers) - self._gone

    def places(self, numbers: Iterable[int]) -> set[int]:
        """Return the places of all rules that numbers stand for, excluded ones too."""
        found: set[int] = set()
        count = self._count
        for each in numbers:
            number = ~each if each < 0 else each
            if number < count:
                found.add(number)
            else:
                found.update(self._group(number))
        return found

    def apart(self, found: Iterable[int], doubtful: Iterable[int]) -> tuple[AbstractSet[int], AbstractSet[int]]:
        """Return the places of the rules that are true for sure, and those of the rules to be evaluated."""
        found, doubtful = set(found), set(doubtful)
        # What is true by one term is true, whatever is to be said of another; what may be excluded is not sure.
        excluded = self.places(number for number in found | doubtful if number < 0)
        matched = self.places(number for number in found if number >= 0) - excluded
        return matched - self._gone, self.left(doubtful) - matched

    def matched(self, numbers: Sequence[int]) -> Sequence[tuple[CompiledRule, Matched]]:
        """Return the rules that ascending numbers stand for without the excluded ones, in the order of the rule set."""
        pairs, count, gone = self._pairs, self._count, self._gone
        if not gone and (not numbers or (numbers[0] >= 0 and numbers[-1] < count)):
            return [pairs[place] for place in numbers]
        first, last = bisect_left(numbers, 0), bisect_left(numbers, count)
        places, groups = numbers[first:last], numbers[last:]
        excluded = self.places(numbers[:first]) | gone if first else gone
        if len(groups) == 1 and len(places) < _LARGE <= len(self._group(groups[0])):
            return self._beside(groups[0], set(places) - excluded, excluded)
        if groups:
            places = sorted({*places, *chain.from_iterable(map(self._group, groups))})
        return [pairs[place] for place in places if place not in excluded]

    def _beside(
        self, group: int, places: AbstractSet[int], excluded: AbstractSet[int]
    ) -> Sequence[tuple[CompiledRule, Matched]]:
        """Return a large group without what is excluded of it and with some rules beside it, in order."""
        members, pairs = self._group(group), self._pairs_of(group)
        if not places and not excluded:
            return pairs
        kept = bytearray(b"\1") * len(members)
        for place in excluded:
            at = bisect_left(members, place)
            if at < len(members) and members[at] == place:
                kept[at] = 0
        decided = list(compress(pairs, kept))
        # From the end, so that what is before still stands where it stood.
        for place in sorted(places, reverse=True):
            at = bisect_left(members, place)
            if at == len(members) or members[at] != place:
                decided.insert(kept.count(1, 0, at), self._pairs[place])
        return decided

    def _group(self, number: int) -> tuple[int, ...]:
        return self._groups[number - self._count]

    def _pairs_of(self, group: int) -> Sequence[tuple[CompiledRule, Matched]]:
        pairs = self._paired.get(group)
        if pairs is None:
            pairs = self._paired[group] = [self._pairs[place] for place in self._group(group)]
        return pairs
