"""Which rules a tweet makes true, and which couldn't be evaluated."""

from collections.abc import Iterator

from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.presearch import Presearch


class Matcher:
    """Evaluates the candidates that a presearch names."""

    def __init__(self, presearch: Presearch) -> None:
        self._presearch = presearch

    def decided(self, facts: Facts) -> Iterator[tuple[CompiledRule, Matched | Failed]]:
        """Yield each rule that is true of the tweet or failed on it, in the order of the rule set."""
        for compiled in self._presearch.candidates(facts):
            verdict = compiled.condition.evaluate(facts)
            if isinstance(verdict, Matched | Failed):
                yield compiled, verdict
