"""Trees folded up: what the trees of many rules have in common is kept once, what is a rule's own as a few bytes.

A tree of objects takes a kilobyte, half of it paths back to the text. Most rules are of a few dozen shapes: a tree with
its literals taken out and its paths cut to what follows the rule's own. 100,000 trees come to some shapes and, each, to
its literals. Unfolding makes the same tree again, in about 10 µs.
"""

import marshal
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, assert_never

from tocsin.logic.ast import Array, Call, Expr, Literal, Path, Var

Shape: TypeAlias = tuple[Any, ...]
"""A tree without literals: its kind, its path, and what the kind has; nothing but tuples, texts, numbers and None."""
_Scalar: TypeAlias = None | bool | int | float | str

_LITERAL: Final = 0
_ARRAY: Final = 1
_CALL: Final = 2
_VAR: Final = 3
_FIELD: Final = 4
"""A variable whose path is a text, as nearly all are: that text belongs to the shape."""


@dataclass(slots=True)
class Folded:
    """A tree folded up: its shape, and its literals in the order met, as `marshal` writes them.

    Never changed; that it isn't frozen is for the time it takes to make 100,000.
    """

    shape: Shape
    literals: bytes

    def values(self) -> tuple[_Scalar, ...]:
        """Return the values of the literals."""
        # What `fold` wrote, in this process or in one of the same user's whose file nobody else could write.
        values: tuple[_Scalar, ...] = marshal.loads(self.literals)  # noqa: S302
        return values


@dataclass(frozen=True, slots=True)
class Folder:
    """Folds trees up; shapes that are equal, and equal parts of shapes, are one object."""

    shapes: dict[Shape, Shape] = field(default_factory=dict)

    def fold(self, expr: Expr, base: Path) -> Folded:
        """Return the tree folded up; `base` is the path that most of its parts' begin with."""
        literals: list[_Scalar] = []
        shape = self._shape(expr, base, literals)
        return Folded(shape, marshal.dumps(tuple(literals)))

    def _shape(self, expr: Expr, base: Path, literals: list[_Scalar]) -> Shape:
        way = self._way(expr.at, base)
        shape: Shape
        match expr:
            case Literal(value):
                literals.append(value)
                shape = (_LITERAL, way)
            case Call(op, args):
                shape = (_CALL, way, op, tuple([self._shape(arg, base, literals) for arg in args]))
            case Var(Literal(str() as name) as path, None):
                shape = (_FIELD, way, name, self._way(path.at, base))
            case Var(path, default):
                shape = (
                    _VAR,
                    way,
                    self._shape(path, base, literals),
                    None if default is None else self._shape(default, base, literals),
                )
            case Array(items):
                shape = (_ARRAY, way, tuple([self._shape(item, base, literals) for item in items]))
            case _:
                assert_never(expr)
        return self.shapes.setdefault(shape, shape)

    def _way(self, at: Path, base: Path) -> Shape:
        """Return what leads on from the base; where it doesn't lead there, all of it behind a None."""
        count = len(base)
        way: Shape = at[count:] if at[:count] == base else (None, *at)
        return self.shapes.setdefault(way, way)


def literals_of(expr: Expr) -> Iterator[Literal]:
    """Yield the literals of a tree in the order in which `fold` takes them; the names of fields are none."""
    match expr:
        case Literal():
            yield expr
        case Call(_, inner) | Array(inner):
            for each in inner:
                yield from literals_of(each)
        case Var(Literal(str()), None):
            return
        case Var(path, default):
            yield from literals_of(path)
            if default is not None:
                yield from literals_of(default)


def unfold(folded: Folded, base: Path) -> Expr:
    """Return the tree that was folded up with the same base."""
    return _tree(folded.shape, base, iter(folded.values()))


def _tree(shape: Shape, base: Path, literals: Iterator[_Scalar]) -> Expr:
    at = _path(shape[1], base)
    match shape[0]:
        case 0:
            return Literal(next(literals), at)
        case 2:
            return Call(shape[2], tuple([_tree(arg, base, literals) for arg in shape[3]]), at)
        case 4:
            return Var(Literal(shape[2], _path(shape[3], base)), None, at)
        case 3:
            path = _tree(shape[2], base, literals)
            return Var(path, None if shape[3] is None else _tree(shape[3], base, literals), at)
        case 1:
            return Array(tuple([_tree(item, base, literals) for item in shape[2]]), at)
        case kind:
            raise ValueError(f"no shape of a tree: {kind!r}")


def _path(way: Shape, base: Path) -> Path:
    return way[1:] if way and way[0] is None else base + way
