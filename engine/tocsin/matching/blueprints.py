"""Blueprints: what rules of one shape have in common, worked out once, for each of them to put its literals in.

Of a rule an index wants terms and what each leaves open, as a function and its constants. The tree of a condition isn't
made for that: its shape and its literals, as it is folded up, are enough.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tocsin.logic.ast import Expr
from tocsin.logic.atoms import Term
from tocsin.logic.evaluation.fast import NotSure, Template, build_template
from tocsin.logic.facts import Facts
from tocsin.logic.folding import Folded, Folder, literals_of, unfold
from tocsin.logic.outlines import NOTHING_LEFT, Outline, Prices, Rest, Values
from tocsin.logic.rarity import Rarity
from tocsin.logic.terms import is_shared, outline_of
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching.rows import Row
from tocsin.rules.ruleset import Rule, condition_base

Test: TypeAlias = tuple[Template | None, tuple[Any, ...]]
"""What a term leaves open: a function and its constants, no function if that is nothing."""

NOTHING: Final[Test] = (None, ())


def not_sure(row: Row, data: Any, facts: Facts, add: Callable[[int], object]) -> Row | None:
    """Stand for a condition that there is no short way for."""
    raise NotSure


_Sorts: TypeAlias = tuple[object, ...]
"""Of each literal its type, or the very value where that is as good as false, or true itself."""


def sorts_of(values: Values) -> _Sorts:
    """Return what an outline and the code of what it leaves open depend on beside the shape."""
    return tuple([type(value) if value and value is not True else repr(value) for value in values])


@dataclass(frozen=True, slots=True)
class _Skeleton:
    """What one rest of a shape comes to: its function, and of which literals each constant is made, by which means.

    Rests of one `kind` are the same where they are filled with the same values, whatever conditions they are of.
    """

    template: Template
    steps: tuple[tuple[Callable[..., Any] | None, tuple[Any, ...], tuple[int, ...]], ...]
    used: tuple[int, ...]
    kind: int

    def test(self, values: Values) -> Test:
        return self.template, tuple([
            values[places[0]] if make is None else make(*fixed, *[values[place] for place in places])
            for make, fixed, places in self.steps
        ])  # fmt: skip


@dataclass(slots=True)
class _Tests:
    """Makes tests, one object for all that are the same."""

    vocabulary: Vocabulary
    kinds: dict[object, int] = field(default_factory=dict)
    made: dict[tuple[object, ...], Test] = field(default_factory=dict)

    def skeleton(self, rest: Rest, places: Mapping[int, int], sorts: _Sorts) -> _Skeleton | None:
        """Return what a rest comes to, None if that is nothing; `places` are those of literals, by identity."""
        if rest.expr is NOTHING_LEFT:
            return None
        template, constants = build_template(rest.expr, self.vocabulary) or (not_sure, ())
        steps = tuple(
            (constant.make, constant.fixed, tuple(places[id(literal)] for literal in constant.literals))
            for constant in constants
        )
        used = tuple(place for *_, places_of in steps for place in places_of)
        means = tuple((make, fixed, len(places_of)) for make, fixed, places_of in steps)
        kind = (template, means, tuple(sorts[place] for place in used))
        return _Skeleton(template, steps, used, self.kinds.setdefault(kind, len(self.kinds)))

    def test(self, skeleton: _Skeleton, values: Values) -> Test:
        key = (skeleton.kind, *[values[place] for place in skeleton.used])
        made = self.made.get(key)
        if made is None:
            made = self.made[key] = skeleton.test(values)
        return made


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A shape with literals of certain types: its outline, and what its rests come to, as far as somebody asked.

    `expr` is one condition of the shape, whose literals `places` knows by identity: it has to live as long as these.
    """

    expr: Expr
    outline: Outline
    sorts: _Sorts
    places: Mapping[int, int]
    skeletons: dict[Rest, _Skeleton | None] = field(default_factory=dict)


class Blueprints:
    """The blueprints of the shapes met so far, and of all rules the terms and tests."""

    def __init__(self, vocabulary: Vocabulary, rarity: Rarity) -> None:
        self._vocabulary = vocabulary
        self._prices = Prices(rarity)
        self._folder = Folder()
        self._tests = _Tests(vocabulary)
        self._known: dict[tuple[int, _Sorts], Blueprint] = {}

    def terms(self, rule: Rule) -> Iterator[tuple[Term, Test]] | None:
        """Return the terms that a rule is to be looked up by, each with what it leaves open; None if it has none.

        What is left open is one object wherever it is the same.
        """
        folded = rule.folded or self._folder.fold(rule.condition, condition_base(rule))
        values = folded.values()
        sorts = sorts_of(values)
        # A shape is one object in all rules of a file or cache, and lives as long as they do.
        blueprint = self._known.get((id(folded.shape), sorts)) or self._drawn(folded, sorts)
        cover = blueprint.outline.cover(values, self._prices)
        return None if cover is None else self._tested(blueprint, cover, values)

    def _drawn(self, folded: Folded, sorts: _Sorts) -> Blueprint:
        expr = unfold(folded, ())
        places = {id(literal): place for place, literal in enumerate(literals_of(expr))}
        drawn = Blueprint(expr, outline_of(expr, self._vocabulary), sorts, places)
        if is_shared(expr, self._vocabulary):
            self._known[id(folded.shape), sorts] = drawn
        return drawn

    def _tested(self, blueprint: Blueprint, cover: Mapping[Term, Rest], values: Values) -> Iterator[tuple[Term, Test]]:
        skeletons = blueprint.skeletons
        for term, rest in cover.items():
            if rest in skeletons:
                skeleton = skeletons[rest]
            else:
                skeleton = skeletons[rest] = self._tests.skeleton(rest, blueprint.places, blueprint.sorts)
            yield term, NOTHING if skeleton is None else self._tests.test(skeleton, values)
