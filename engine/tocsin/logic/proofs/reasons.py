"""One leaf of a condition on one tweet, as a short line: what was asked, and what was seen."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.facts import Facts
from tocsin.logic.printing import to_json
from tocsin.logic.proofs.naming import name_of, short
from tocsin.logic.proofs.observe import Observer

LINES_MAX: Final = 5
"""How many lines an alert has at most."""

_PATTERNS_MAX: Final = 3
_TURNED: Final = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<="})


def reason(observer: Observer, truth: bool | None, facts: Facts) -> str:
    """Return the line of a leaf that is true, false (then with `not`) or failed (then as if it were true)."""
    line = observer.lines.get(truth)
    if line is None:
        line = _reason(observer, truth, facts)
        if observer.is_about_one_pattern:
            observer.lines[truth] = line
    return line


def _reason(observer: Observer, truth: bool | None, facts: Facts) -> str:
    expr = observer.expr
    match expr:
        case Call(op, (subject, *patterns)) if op in TEXT_OPERATORS:
            found: Sequence[str] = observer.patterns(facts, _PATTERNS_MAX)
            if not found:
                found = [str(pattern.value) for pattern in patterns[:_PATTERNS_MAX] if isinstance(pattern, Literal)]
            rest = "" if truth or len(patterns) <= len(found) else ", …"
            line = f"{op} {', '.join(map(short, found))}{rest} in {name_of(subject)}"
            return f"not {line}" if truth is False else line
        case Var():
            return " and ".join(f"{one.name} is {short(one.value)}" for one in observer.seen(facts)) or name_of(expr)
        case _:
            return _of_values(expr, {one.name: one.value for one in observer.seen(facts)}, truth)


def _of_values(expr: Expr, values: Mapping[str, Any], truth: bool | None) -> str:
    turned = "not " if truth is False else ""
    match expr:
        case Call("<=" | "<" as op, (Literal(low), field, Literal(high))) if name_of(field) in values:
            return f"{_seen(field, values)} ({turned}{short(low)} {op} it {op} {short(high)})"
        case Call(op, (Literal(value), field)) if op in _TURNED and name_of(field) in values:
            return f"{_seen(field, values)} ({turned}{_TURNED[op]} {short(value)})"
        case Call(op, args):
            direct = {name_of(arg) for arg in args if not isinstance(arg, Literal | Array)}
            shown = [name for name in values if name in direct] or list(values)
            seen = ", ".join(f"{name} is {short(values[name])}" for name in shown)
            others = "".join(f" {short(to_json(arg))}" for arg in args if isinstance(arg, Literal | Array))
            return f"{seen} ({turned}{op}{others})" if seen else f"{turned}{op}{others}"
        case _:
            return turned + name_of(expr)


def _seen(field: Expr, values: Mapping[str, Any]) -> str:
    name = name_of(field)
    return f"{name} is {short(values[name])}"
