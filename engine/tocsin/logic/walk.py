"""Walks over the trees of conditions."""

from collections.abc import Iterator

from tocsin.logic.ast import Array, Call, Expr, Literal, Var


def parts(expr: Expr) -> tuple[Expr, ...]:
    """Return what stands directly inside a tree, in order."""
    match expr:
        case Literal():
            return ()
        case Array(items):
            return items
        case Var(path, default):
            return (path,) if default is None else (path, default)
        case Call(_, args):
            return args


def subtrees(expr: Expr) -> Iterator[Expr]:
    """Yield a tree and all trees inside it, outer before inner, in order."""
    yield expr
    for part in parts(expr):
        yield from subtrees(part)


def fields_read(expr: Expr) -> frozenset[str]:
    """Return the paths of all variables, those of a list's elements included."""
    return frozenset(
        part.path.value
        for part in subtrees(expr)
        if isinstance(part, Var) and isinstance(part.path, Literal) and isinstance(part.path.value, str)
    )
