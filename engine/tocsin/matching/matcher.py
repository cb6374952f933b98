"""Which rules a tweet makes true, and which couldn't be evaluated."""

from collections.abc import Sequence

from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.presearch import Presearch


class Matcher:
    """Says what the rules say of a tweet, by way of a presearch."""

    def __init__(self, presearch: Presearch) -> None:
        self._presearch = presearch

    def decided(self, facts: Facts) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
        """Return each rule that is true of the tweet or failed on it, in the order of the rule set."""
        return self._presearch.decided(facts)
