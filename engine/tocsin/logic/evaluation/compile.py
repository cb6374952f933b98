"""From a checked tree to something that runs: quickly where it can, exactly wherever that doesn't do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from tocsin.logic.ast import Expr
from tocsin.logic.evaluation.exact import Evaluate, build_exact
from tocsin.logic.evaluation.fast import Fast, NotSure, build_fast
from tocsin.logic.evaluation.run import RULE_LIMITS, Limits, Run, TermFailed
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched, NotMatched, Verdict
from tocsin.logic.vocabulary import Vocabulary

__all__ = ["Condition", "Limits", "TermFailed", "compile_condition", "compile_of", "compile_value"]

_MATCHED: Final = Matched()
_NOT_MATCHED: Final = NotMatched()


class Conditioned(Protocol):
    """Whatever has a checked tree, and may make it anew each time that it is asked."""

    @property
    def condition(self) -> Expr:
        """The tree."""
        ...


@dataclass(slots=True)
class Condition:
    """A condition that runs. The short way may be missing, and may raise; the exact way decides then.

    Either is built when it is first needed, of the tree that `source` has: the exact one for most rules never, and
    its closures would weigh more than all else that a rule is made of.
    """

    source: Conditioned
    vocabulary: Vocabulary
    _fast: Fast | None = None
    _exact: Evaluate | None = None

    def evaluate(self, facts: Facts) -> Verdict:
        """Return what the condition says of a tweet; never raises, and ends within about 10 ms."""
        try:
            fast = self._fast or self._built()
            return _MATCHED if fast(facts.data, facts) else _NOT_MATCHED
        except Exception:  # noqa: BLE001 - whatever it was, the exact way meets it again and says where
            return self.evaluate_exactly(facts)

    def evaluate_exactly(self, facts: Facts) -> Verdict:
        """Return the same verdict without the short way."""
        exact = self._exact = self._exact or build_exact(self.source.condition, self.vocabulary)
        try:
            return _MATCHED if _value(exact, facts, RULE_LIMITS) else _NOT_MATCHED
        except TermFailed as failure:
            return Failed(failure.error, failure.at)

    @property
    def fast(self) -> Fast | None:
        """The short way, None where there is none."""
        fast = self._fast or self._built()
        return None if fast is _no_short_way else fast

    def _built(self) -> Fast:
        """Return the short way, from now on at hand; where there is none, what says so by raising."""
        # Two threads that get here at once build the same twice, and either will do.
        fast = self._fast = build_fast(self.source.condition, self.vocabulary) or _no_short_way
        return fast


def _no_short_way(data: object, facts: Facts) -> object:
    raise NotSure


@dataclass(frozen=True, slots=True)
class _Tree:
    """A tree that is kept as it is."""

    condition: Expr


def compile_condition(expr: Expr, vocabulary: Vocabulary) -> Condition:
    """Return the condition of a checked tree."""
    return Condition(_Tree(expr), vocabulary)


def compile_of(source: Conditioned, vocabulary: Vocabulary) -> Condition:
    """Return the condition of what has a checked tree; the tree itself isn't kept."""
    return Condition(source, vocabulary)


def compile_value(expr: Expr, vocabulary: Vocabulary, limits: Limits = RULE_LIMITS) -> Callable[[Facts], Any]:
    """Return what computes the value of a checked tree; it raises `TermFailed`.

    The value is small enough to be written out as JSON.
    """
    exact = build_exact(expr, vocabulary)
    return lambda facts: _value(exact, facts, limits, whole=True)


def _value(exact: Evaluate, facts: Facts, limits: Limits, *, whole: bool = False) -> Any:
    run = Run(facts, limits)
    try:
        value = exact(facts.data, run)
        if whole:
            run.weigh(value)
    except RecursionError as error:
        raise TermFailed("nested too deeply") from error
    return value
