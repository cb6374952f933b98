"""From a tree back to JSON-logic, without sugar."""

from typing import Any

from tocsin.logic.ast import Array, Call, Expr, Literal, Var


def to_json(expr: Expr) -> Any:
    """Return the JSON that parses to an equal tree."""
    match expr:
        case Literal(value):
            return value
        case Array(items):
            return [to_json(item) for item in items]
        case Var(path, None):
            return {"var": to_json(path)} if isinstance(path, Literal) else {"var": [to_json(path)]}
        case Var(path, default) if default is not None:
            return {"var": [to_json(path), to_json(default)]}
        case Call(op, args):
            return {op: [to_json(arg) for arg in args]}
        case _:
            raise AssertionError(expr)
