"""Why a condition is true of a tweet, and why not.

True: the smallest set of leaves that makes it so, whatever becomes of the others. Not true: the smallest set that keeps
it from being so, and the fewest leaves that would have to be otherwise, the nearest first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from tocsin.logic.ast import Expr, Path
from tocsin.logic.evaluation.compile import Condition, compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.proofs.connectives import Tree, Truth, changes, decided, deciding, settled, taken_apart
from tocsin.logic.proofs.nearness import Need, need
from tocsin.logic.proofs.observe import Found, Observer, Seen
from tocsin.logic.proofs.reasons import LINES_MAX, Line, line, reason
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary

NEAREST_MAX: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One leaf as it was: true, false, or failed with `error`; `reason` is it all in a line.

    `at` is where the leaf stands, for a failed one its part that failed. `seen` are the values that it looked at,
    `found` the patterns that were in the text.
    """

    expr: Expr
    at: Path
    truth: Truth
    reason: str
    seen: tuple[Seen, ...] = ()
    found: tuple[Found, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The condition is true, and stays so as long as these leaves do."""

    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A leaf that would have to be otherwise, and what it would need."""

    leaf: Leaf
    wanted: bool
    need: Need


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What would make the condition true: all of these at once. `distance` is the sum of theirs."""

    missing: tuple[Missing, ...]

    @property
    def distance(self) -> float:
        """How far off it is: at most 1 for each leaf."""
        return sum(one.need.distance for one in self.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """The condition is false, or `failed`, and stays so as long as these leaves do.

    `nearest` holds what would make it true, fewest leaves first, then nearest first; it is empty if nothing could.
    """

    leaves: tuple[Leaf, ...]
    failed: bool = False
    error: str = ""
    nearest: tuple[Change, ...] = ()


Explanation: TypeAlias = Proof | WhyNot


class Prover:
    """Explains one condition. What can be worked out beforehand is, when first needed, and kept."""

    def __init__(self, expr: Expr, vocabulary: Vocabulary) -> None:
        self._expr = expr
        self._vocabulary = vocabulary

    @property
    def expr(self) -> Expr:
        """The condition."""
        return self._expr

    def because(self, facts: Facts) -> tuple[str, ...]:
        """Return the leaves that make the condition true of a tweet, in at most `LINES_MAX` lines; none if it isn't."""
        case = _Case(self._observers, facts)
        truth, numbers = decided(self._tree, case.truth)
        if not truth:
            return ()
        lines = dict.fromkeys(reason(self._observers[number], case.truth(number), facts) for number in numbers)
        return tuple(lines)[:LINES_MAX]

    def because_true(self, facts: Facts) -> tuple[str, ...]:
        """Return the same as `because` of a tweet of which the condition is known to be true, with less work."""
        lines = self._lines_if_true
        if lines is None:
            lines = self._lines(deciding(self._tree, True, _Case(self._observers, facts).truth))
        elif type(lines) is tuple:
            return lines
        return _told(lines, facts)

    def explain(self, facts: Facts) -> Explanation:
        """Return why the condition is true of a tweet, or why not."""
        case = _Case(self._observers, facts)
        truth, numbers = decided(self._tree, case.truth)
        verdict = self._condition.evaluate(facts)
        if isinstance(verdict, Failed) and truth is not None:
            # No leaf is to blame: the condition as a whole takes too long.
            return WhyNot(leaves=(), failed=True, error=verdict.error)
        leaves = tuple(map(case.leaf, numbers))
        if isinstance(verdict, Matched):
            return Proof(leaves=leaves if truth else ())
        error = verdict.error if isinstance(verdict, Failed) else ""
        return WhyNot(leaves=leaves, failed=isinstance(verdict, Failed), error=error, nearest=case.nearest(self._tree))

    @cached_property
    def _lines_if_true(self) -> Sequence[Line] | None:
        """What tells why the condition is true where that is always for the same leaves; None where it isn't.

        A tuple where it is in the same words, too.
        """
        leaves = settled(self._tree, True)
        if leaves is None:
            return None
        lines = self._lines(leaves)
        told = [each for each in lines if isinstance(each, str)]
        return tuple(dict.fromkeys(told))[:LINES_MAX] if len(told) == len(lines) else lines

    def _lines(self, leaves: Iterable[tuple[int, Truth]]) -> list[Line]:
        return [line(self._observers[number], truth) for number, truth in dict(leaves).items()]

    @cached_property
    def _condition(self) -> Condition:
        return compile_condition(self._expr, self._vocabulary)

    @cached_property
    def _apart(self) -> tuple[Tree, list[Observer]]:
        tree, exprs = taken_apart(self._expr)
        return tree, [Observer(expr, self._vocabulary) for expr in exprs]

    @property
    def _tree(self) -> Tree:
        return self._apart[0]

    @property
    def _observers(self) -> list[Observer]:
        return self._apart[1]


def _told(lines: Iterable[Line], facts: Facts) -> tuple[str, ...]:
    told = [each if isinstance(each, str) else each(facts) for each in lines]
    return tuple(dict.fromkeys(told))[:LINES_MAX]


class _Case:
    """A condition's leaves on one tweet, each evaluated once."""

    def __init__(self, observers: Sequence[Observer], facts: Facts) -> None:
        self._observers = observers
        self._facts = facts
        self._truths: dict[int, tuple[Truth, str, Path]] = {}
        self._missing: dict[tuple[int, bool], Missing] = {}

    def truth(self, number: int) -> Truth:
        return self._outcome(number)[0]

    def _outcome(self, number: int) -> tuple[Truth, str, Path]:
        outcome = self._truths.get(number)
        if outcome is None:
            outcome = self._truths[number] = self._observers[number].truth(self._facts)
        return outcome

    def leaf(self, number: int) -> Leaf:
        observer = self._observers[number]
        truth, error, at = self._outcome(number)
        line = reason(observer, truth, self._facts)
        return Leaf(
            expr=observer.expr,
            at=at or observer.expr.at,
            truth=truth,
            reason=f"{line}: {error}" if error else line,
            seen=observer.seen(self._facts),
            found=observer.found(self._facts),
            error=error,
        )

    def nearest(self, tree: Tree) -> tuple[Change, ...]:
        ways = changes(tree, True, self.truth, lambda number, wanted: self._needed(number, wanted).need.distance)
        return tuple(
            Change(missing=tuple(self._needed(number, wanted) for number, wanted in sorted(way)))
            for way in ways[:NEAREST_MAX]
        )

    def _needed(self, number: int, wanted: bool) -> Missing:
        missing = self._missing.get((number, wanted))
        if missing is None:
            leaf = self.leaf(number)
            missing = Missing(leaf=leaf, wanted=wanted, need=need(leaf.expr, wanted, leaf.seen, self._facts))
            self._missing[(number, wanted)] = missing
        return missing
