"""What an index has found, as numbers, turned into rules and verdicts.

A number from nothing on is a rule's place in the rule set; one past the last rule stands for a group of rules that have
in common all that there is to ask. A number below nothing excludes what it is the complement of (`~number`).
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import compress
from typing import Final

from tocsin.logic.verdict import Matched
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.presearch import MATCHED

_LARGE: Final = 64
"""From so many rules on the pairs that a group is told with are kept."""


class Told:
    """Knows what the numbers stand for."""

    def __init__(
        self,
        rules: Sequence[CompiledRule],
        groups: Sequence[tuple[int, ...]],
        gone: AbstractSet[int] = frozenset(),
    ) -> None:
        """Take the groups, each ascending; the list may still grow while the index is built."""
        self._rules = rules
        self._groups = groups
        self._gone = gone
        self._pairs: dict[int, Sequence[tuple[CompiledRule, Matched]]] = {}

    def without(self, places: AbstractSet[int]) -> "Told":
        """Return the same that never tells of the rules in these places."""
        return Told(self._rules, self._groups, places)

    def left(self, numbers: Iterable[int]) -> AbstractSet[int]:
        """Return the places of all rules that numbers stand for, excluded ones too, but for those that are gone."""
        return self.places(numbers) - self._gone

    def places(self, numbers: Iterable[int]) -> set[int]:
        """Return the places of all rules that numbers stand for, excluded ones too."""
        found: set[int] = set()
        count = len(self._rules)
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

    def matched(self, numbers: Iterable[int]) -> Sequence[tuple[CompiledRule, Matched]]:
        """Return the rules that numbers stand for, without the excluded ones, in the order of the rule set."""
        count = len(self._rules)
        places: set[int] = set()
        without: list[int] = []
        large: list[int] = []
        for number in numbers:
            if number < 0:
                without.append(number)
            elif number < count:
                places.add(number)
            elif len(group := self._group(number)) < _LARGE:
                places.update(group)
            else:
                large.append(number)
        excluded = self.places(without) | self._gone
        if len(large) == 1 and len(places) < _LARGE:
            return self._beside(large[0], places - excluded, excluded)
        places.update(*map(self._group, large))
        places -= excluded
        rules = self._rules
        return [(rules[place], MATCHED) for place in sorted(places)]

    def _beside(
        self, group: int, places: AbstractSet[int], excluded: AbstractSet[int]
    ) -> Sequence[tuple[CompiledRule, Matched]]:
        """Return a large group without what is excluded of it and with some rules beside it, in order."""
        members, pairs = self._group(group), self._paired(group)
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
                decided.insert(kept.count(1, 0, at), (self._rules[place], MATCHED))
        return decided

    def _group(self, number: int) -> tuple[int, ...]:
        return self._groups[number - len(self._rules)]

    def _paired(self, number: int) -> Sequence[tuple[CompiledRule, Matched]]:
        pairs = self._pairs.get(number)
        if pairs is None:
            pairs = self._pairs[number] = [(self._rules[place], MATCHED) for place in self._group(number)]
        return pairs
