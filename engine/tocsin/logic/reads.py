"""The fields that a condition reads."""

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.vocabulary import SCOPED


def fields_read(expr: Expr) -> frozenset[str]:
    """Return the dotted paths of the tweet's fields that the tree names; computed paths can't be told."""
    match expr:
        case Literal():
            return frozenset()
        case Array(items):
            return _all(items)
        case Var(Literal(str() as path), default):
            return frozenset({path}) | (fields_read(default) if default is not None else frozenset())
        case Var(path, default):
            return _all([path] if default is None else [path, default])
        case Call(op, args):
            return _all(args[:1] if op in SCOPED else args)


def _all(exprs: "tuple[Expr, ...] | list[Expr]") -> frozenset[str]:
    return frozenset().union(*(fields_read(expr) for expr in exprs))
