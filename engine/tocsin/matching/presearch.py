"""Which rules could be true of a tweet, before any is evaluated.

A presearch may name too many rules, never too few. `MatchAll` is the one without an index: every rule is a candidate.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Protocol

from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched, NotMatched
from tocsin.matching.compiled import CompiledRule


class Presearch(Protocol):
    """Narrows the rules down."""

    def candidates(self, facts: Facts) -> Sequence[CompiledRule]:
        """Return every rule that may be true of the tweet, in the order of the rule set."""
        ...

    def decided(self, facts: Facts) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
        """Return each rule that is true of the tweet or failed on it, in the order of the rule set."""
        ...


@dataclass(frozen=True, slots=True)
class MatchAll:
    """Leaves nothing out."""

    rules: tuple[CompiledRule, ...]

    def without(self, places: AbstractSet[int]) -> "MatchAll":
        """Return all rules but those in these places."""
        return MatchAll(tuple(rule for place, rule in enumerate(self.rules) if place not in places))

    def candidates(self, facts: Facts) -> Sequence[CompiledRule]:
        """Return all rules."""
        return self.rules

    def decided(self, facts: Facts) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
        """Return each rule that is true of the tweet or failed on it."""
        return decided_among(self.rules, facts)


def decided_among(rules: Sequence[CompiledRule], facts: Facts) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
    """Evaluate rules; return those that are true of the tweet or failed on it, in order."""
    if not rules:
        return ()
    return [
        (compiled, verdict)
        for compiled in rules
        if not isinstance(verdict := compiled.condition.evaluate(facts), NotMatched)
    ]


MATCHED: Final = Matched()
