"""From a checked tree to something that runs: quickly where it can, exactly wherever that doesn't do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tocsin.logic.ast import Expr
from tocsin.logic.evaluation.exact import Evaluate, build_exact
from tocsin.logic.evaluation.fast import Fast, build_fast
from tocsin.logic.evaluation.run import RULE_LIMITS, Limits, Run, TermFailed
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched, NotMatched, Verdict
from tocsin.logic.vocabulary import Vocabulary

__all__ = ["Condition", "Limits", "TermFailed", "compile_condition", "compile_value"]

_MATCHED: Final = Matched()
_NOT_MATCHED: Final = NotMatched()


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that runs. `fast` may be missing, and may raise; `exact` decides then."""

    exact: Evaluate
    fast: Fast | None = None

    def evaluate(self, facts: Facts) -> Verdict:
        """Return what the condition says of a tweet; never raises, and ends within about 10 ms."""
        if self.fast is None:
            return self.evaluate_exactly(facts)
        try:
            return _MATCHED if self.fast(facts.data, facts) else _NOT_MATCHED
        except Exception:  # noqa: BLE001 - whatever it was, the exact way meets it again and says where
            return self.evaluate_exactly(facts)

    def evaluate_exactly(self, facts: Facts) -> Verdict:
        """Return the same verdict without the short way."""
        try:
            return _MATCHED if _value(self.exact, facts, RULE_LIMITS) else _NOT_MATCHED
        except TermFailed as failure:
            return Failed(failure.error, failure.at)


def compile_condition(expr: Expr, vocabulary: Vocabulary) -> Condition:
    """Return the condition of a checked tree."""
    return Condition(build_exact(expr, vocabulary), build_fast(expr, vocabulary))


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
