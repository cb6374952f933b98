"""What an index has found, as numbers, turned into rules and verdicts.

A number below nothing excludes a rule (`~place`); one past the last rule stands for a group of rules that share all
that there is to ask; any other is a rule's place in the rule set.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain
from typing import Final

from tocsin.logic.verdict import Matched
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.presearch import MATCHED

_FEWER: Final = 8
"""A large group is copied and changed in places if these are so many times fewer than its rules."""


class Told:
    """Knows what the numbers stand for."""

    def __init__(self, rules: Sequence[CompiledRule], groups: Sequence[tuple[int, ...]]) -> None:
        """Take the groups, each ascending; the list may still grow while the index is built."""
        self._rules = rules
        self._groups = groups
        self._pairs = lru_cache(maxsize=64)(self._paired)

    def places(self, numbers: Iterable[int]) -> AbstractSet[int]:
        """Return the places of all rules that numbers stand for, excluded ones too."""
        found: set[int] = set()
        for number in numbers:
            if number >= len(self._rules):
                found.update(self._group(number))
            else:
                found.add(~number if number < 0 else number)
        return found

    def apart(self, found: Iterable[int], doubtful: Iterable[int]) -> tuple[AbstractSet[int], AbstractSet[int]]:
        """Return the places of the rules that are true for sure, and those of the rules to be evaluated."""
        found, doubtful = set(found), set(doubtful)
        # What is true by one term is true, whatever is to be said of another; what may be excluded is not sure.
        excluded = {~number for number in found | doubtful if number < 0}
        matched = self.places(number for number in found if number >= 0) - excluded
        return matched, self.places(doubtful) - matched

    def matched(self, numbers: Sequence[int]) -> Sequence[tuple[CompiledRule, Matched]]:
        """Return the rules of numbers in ascending order, without the excluded ones, in the order of the rule set."""
        count = len(self._rules)
        groups = sorted((number for number in numbers if number >= count), key=lambda number: len(self._group(number)))
        changes = {~number for number in numbers if number < 0}
        singles = {number for number in numbers if 0 <= number < count}
        largest = groups.pop() if groups else None
        for group in groups:
            singles.update(self._group(group))
        singles -= changes
        if largest is None or (len(changes) + len(singles)) * _FEWER > len(self._group(largest)):
            places = singles.union(self._group(largest) if largest is not None else ()) - changes
            return [(self._rules[place], MATCHED) for place in sorted(places)]
        return self._changed(largest, changes, singles)

    def _changed(
        self, group: int, without: AbstractSet[int], besides: AbstractSet[int]
    ) -> Sequence[tuple[CompiledRule, Matched]]:
        """Return the rules of a group without some of them and with others, in order."""
        places, pairs = self._group(group), self._pairs(group)
        if not without and not besides:
            return pairs
        decided = list(pairs)
        # From the end, so that what was found in the group still stands where it stood.
        for place in sorted(chain(without, besides), reverse=True):
            at = bisect_left(places, place)
            is_in_group = at < len(places) and places[at] == place
            if place in without and is_in_group:
                del decided[at]
            elif place in besides and not is_in_group:
                decided.insert(at, (self._rules[place], MATCHED))
        return decided

    def _group(self, number: int) -> tuple[int, ...]:
        return self._groups[number - len(self._rules)]

    def _paired(self, number: int) -> tuple[tuple[CompiledRule, Matched], ...]:
        return tuple((self._rules[place], MATCHED) for place in self._group(number))
