"""A condition taken apart: `and`, `or`, `!` and `if` over leaves, and which of the leaves decide.

A leaf is whatever isn't one of these four, wherever it stands: a comparison, a text operator, a field by itself, `some`
over a list. A leaf is true, false, or failed, and the connectives have three values as the engine evaluates them.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from tocsin.logic.ast import Call, Expr, Literal
from tocsin.logic.printing import to_json

Truth: TypeAlias = bool | None
"""Whether something is true; None if it couldn't be evaluated."""

Flip: TypeAlias = tuple[int, bool]
"""A leaf by its number, and what it would have to be."""


@dataclass(frozen=True, slots=True)
class Constant:
    """True or false of every tweet."""

    truth: bool


@dataclass(frozen=True, slots=True)
class Term:
    """A leaf, by its number."""

    number: int


@dataclass(frozen=True, slots=True)
class Negation:
    """`!` of a part."""

    part: "Tree"


@dataclass(frozen=True, slots=True)
class Junction:
    """`and`, or `or` if `decisive` is true: the truth of one part that decides whatever the others are."""

    decisive: bool
    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`if`: conditions, each with its result, tried in turn, and the result if none is true."""

    branches: tuple[tuple["Tree", "Tree"], ...]
    otherwise: "Tree"


Tree: TypeAlias = Constant | Term | Negation | Junction | Choice

_ALTERNATIVES_MAX: Final = 6
"""How many ways to change a part's truth are kept while its whole is looked at."""


def taken_apart(expr: Expr) -> tuple[Tree, tuple[Expr, ...]]:
    """Return a condition as a tree, and its leaves by number; leaves that say the same are one."""
    leaves = _Leaves()
    return leaves.tree(expr), tuple(leaves.exprs)


class _Leaves:
    def __init__(self) -> None:
        self.exprs: list[Expr] = []
        self._numbers: dict[str, int] = {}

    def tree(self, expr: Expr) -> Tree:
        match expr:
            case Literal(value):
                return Constant(bool(value))
            case Call("and" | "or" as op, args):
                return Junction(op == "or", tuple(map(self.tree, args)))
            case Call("!", (inner,)):
                return Negation(self.tree(inner))
            case Call("!!", (inner,)):
                return self.tree(inner)
            case Call("if", args):
                pairs = [(self.tree(args[n]), self.tree(args[n + 1])) for n in range(0, len(args) - 1, 2)]
                return Choice(tuple(pairs), self.tree(args[-1]) if len(args) % 2 else Constant(False))
            case _:
                return Term(self._number(expr))

    def _number(self, expr: Expr) -> int:
        # Not by equality: 1 and true are equal in Python.
        key = json.dumps(to_json(expr))
        number = self._numbers.setdefault(key, len(self.exprs))
        if number == len(self.exprs):
            self.exprs.append(expr)
        return number


Decided: TypeAlias = tuple[Truth, tuple[int, ...]]
"""The truth of a part, and the numbers of the leaves that decide it, in the order of the condition."""


def decided(tree: Tree, truth_of: Callable[[int], Truth]) -> Decided:
    """Return the truth of a tree, and the fewest leaves that make it so.

    If it is true or false, it stays so whatever becomes of all other leaves, failing included; there is no smaller set
    of leaves of which that holds, as long as no leaf stands in several places. If it failed, these are the leaves to
    blame.
    """
    match tree:
        case Constant(constant):
            return constant, ()
        case Term(number):
            return truth_of(number), (number,)
        case Negation(part):
            truth, leaves = decided(part, truth_of)
            return None if truth is None else not truth, leaves
        case Junction(decisive, parts):
            return _of_junction(decisive, [decided(part, truth_of) for part in parts])
        case Choice():
            return _of_choice(tree, truth_of)


def deciding(tree: Tree, truth: bool, truth_of: Callable[[int], Truth]) -> Iterator[tuple[int, Truth]]:
    """Yield the leaves that make a tree what it is known to be, each with its truth; the same as `decided` finds.

    A part is looked at only where knowing the whole leaves it open: of `and` that is true every part is.
    """
    match tree:
        case Constant():
            return
        case Term(number):
            yield number, truth
        case Negation(part):
            yield from deciding(part, not truth, truth_of)
        case Junction(decisive, parts) if truth is not decisive:
            for part in parts:
                yield from deciding(part, truth, truth_of)
        case Junction() | Choice():
            for number in decided(tree, truth_of)[1]:
                yield number, truth_of(number)


def settled(tree: Tree, truth: bool) -> list[tuple[int, Truth]] | None:
    """Return what `deciding` yields if that is the same of every tweet; None where it depends on the leaves."""
    match tree:
        case Constant():
            return []
        case Term(number):
            return [(number, truth)]
        case Negation(part):
            return settled(part, not truth)
        case Junction(decisive, parts) if truth is not decisive or len(parts) == 1:
            found = [settled(part, truth) for part in parts]
            return None if None in found else [leaf for leaves in found for leaf in leaves or ()]
        case Junction() | Choice():
            return None


def _of_junction(decisive: bool, parts: Sequence[Decided]) -> Decided:
    deciding = [leaves for truth, leaves in parts if truth is decisive]
    if deciding:
        return decisive, min(deciding, key=len)
    failed = [leaves for truth, leaves in parts if truth is None]
    if failed:
        return None, _union(failed)
    return not decisive, _union(leaves for _, leaves in parts)


def _of_choice(choice: Choice, truth_of: Callable[[int], Truth]) -> Decided:
    passed: list[tuple[int, ...]] = []
    result = choice.otherwise
    for condition, consequence in choice.branches:
        truth, leaves = decided(condition, truth_of)
        if truth is None:
            return None, leaves
        passed.append(leaves)
        if truth:
            result = consequence
            break
    truth, leaves = decided(result, truth_of)
    return truth, leaves if truth is None else _union([*passed, leaves])


def _union(sets: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for numbers in sets for number in numbers))


def changes(
    tree: Tree, wanted: bool, truth_of: Callable[[int], Truth], distance: Callable[[int, bool], float]
) -> list[frozenset[Flip]]:
    """Return sets of leaves that would give the tree the truth wanted if each were what it is paired with.

    The fewest leaves first, then those that are nearest by the sum of `distance`; at most a handful. Empty if nothing
    can; the empty set alone if nothing needs to change.
    """
    search = _Search(truth_of, distance)
    return list(dict.fromkeys(search.changed(way) for way in search.ways(tree, wanted)))


class _Search:
    """Ways to a truth: what leaves must be, those that are so already included, lest another part change them."""

    def __init__(self, truth_of: Callable[[int], Truth], distance: Callable[[int, bool], float]) -> None:
        self._truth_of = truth_of
        self._distance = distance

    def changed(self, way: Iterable[Flip]) -> frozenset[Flip]:
        return frozenset((number, truth) for number, truth in way if self._truth_of(number) is not truth)

    def ways(self, tree: Tree, wanted: bool) -> list[frozenset[Flip]]:
        match tree:
            case Constant(truth):
                return [frozenset()] if truth is wanted else []
            case Term(number):
                return [frozenset({(number, wanted)})]
            case Negation(part):
                return self.ways(part, not wanted)
            case Junction(decisive, parts):
                found = [self.ways(part, wanted) for part in parts]
                return self._best(way for ways in found for way in ways) if wanted is decisive else self._all_of(found)
            case Choice(branches, otherwise):
                return self._of_choice(branches, otherwise, wanted)

    def _of_choice(self, branches: Sequence[tuple[Tree, Tree]], otherwise: Tree, wanted: bool) -> list[frozenset[Flip]]:
        passed: list[list[frozenset[Flip]]] = []
        found: list[frozenset[Flip]] = []
        for condition, consequence in branches:
            found += self._all_of([*passed, self.ways(condition, True), self.ways(consequence, wanted)])
            passed.append(self.ways(condition, False))
        found += self._all_of([*passed, self.ways(otherwise, wanted)])
        return self._best(found)

    def _all_of(self, parts: Sequence[list[frozenset[Flip]]]) -> list[frozenset[Flip]]:
        joined: list[frozenset[Flip]] = [frozenset()]
        for ways in parts:
            joined = self._best(one | other for one in joined for other in ways)
        return joined

    def _best(self, ways: Iterable[frozenset[Flip]]) -> list[frozenset[Flip]]:
        possible = {way for way in ways if not any((number, not truth) in way for number, truth in way)}
        return sorted(possible, key=self._rank)[:_ALTERNATIVES_MAX]

    def _rank(self, way: frozenset[Flip]) -> tuple[int, float, list[Flip]]:
        changed = self.changed(way)
        return len(changed), sum(self._distance(number, truth) for number, truth in changed), sorted(way)
