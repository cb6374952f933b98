"""Which rules could be true of a tweet, before any is evaluated.

A presearch may name too many rules, never too few. `MatchAll` is the one without an index: every rule is a candidate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tocsin.logic.facts import Facts
from tocsin.matching.compiled import CompiledRule


class Presearch(Protocol):
    """Narrows the rules down."""

    def candidates(self, facts: Facts) -> Sequence[CompiledRule]:
        """Return every rule that may be true of the tweet, in the order of the rule set."""
        ...


@dataclass(frozen=True, slots=True)
class MatchAll:
    """Leaves nothing out."""

    rules: tuple[CompiledRule, ...]

    def candidates(self, facts: Facts) -> Sequence[CompiledRule]:
        """Return all rules."""
        return self.rules
