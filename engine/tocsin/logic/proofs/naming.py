"""How values and the parts of a condition are called in a short line."""

import json
from typing import Any, Final

from tocsin.logic.ast import Call, Expr, Literal, Var
from tocsin.logic.printing import to_json

VALUE_MAX: Final = 60
"""The longest value that is shown in a line."""

_NAME_MAX: Final = 120


def name_of(expr: Expr) -> str:
    """Return the name of a field, or of what is computed from fields."""
    match expr:
        case Var(Literal(path)):
            return str(path) or "the tweet"
        case Literal(value):
            return short(value)
        case Call("+" | "-" | "*" | "/" | "%" as op, args) if len(args) > 1:
            return f" {op} ".join(name_of(arg) for arg in args)
        case Call(op, args):
            name = f"{op}({', '.join(map(name_of, args))})"
            return name if len(name) <= _NAME_MAX else name[: _NAME_MAX - 1] + "…"
        case _:
            return short(to_json(expr))


def short(value: Any) -> str:
    """Return a value in at most `VALUE_MAX` characters, as JSON but with single quotes."""
    if isinstance(value, str):
        text = f"'{value[:VALUE_MAX]}'"
    elif isinstance(value, list | tuple):
        shown = [short(item) for item in value[:VALUE_MAX]]
        text = f"[{', '.join(shown)}]"
    elif isinstance(value, dict):
        text = json.dumps(value, ensure_ascii=False, default=str)
    else:
        text = json.dumps(value)
    return text if len(text) <= VALUE_MAX else text[: VALUE_MAX - 1] + "…"
