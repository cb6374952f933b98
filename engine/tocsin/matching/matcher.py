"""Which rules a tweet makes true, and which couldn't be evaluated."""

from collections.abc import Sequence
from typing import Final

from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.presearch import Presearch
from tocsin.matching.sample import Sample

_ONE_IN: Final = 64
"""Of so many tweets one is counted in the sample: 3 µs, spread over them."""


class Matcher:
    """Says what the rules say of a tweet, by way of a presearch, and counts the words of some tweets in a sample."""

    def __init__(self, presearch: Presearch, sample: Sample | None = None) -> None:
        self._presearch = presearch
        self.sample = Sample() if sample is None else sample
        self._left = _ONE_IN

    def decided(self, facts: Facts) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
        """Return each rule that is true of the tweet or failed on it, in the order of the rule set."""
        self._left -= 1
        if not self._left:
            self._left = _ONE_IN
            if facts.text is not None:
                self.sample.take(facts.text.words)
        return self._presearch.decided(facts)
