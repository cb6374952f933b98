"""Why a condition is true: its true leaves, with the values that were seen, a short line each."""

from collections.abc import Iterator
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.compile import TermFailed, compile_value
from tocsin.logic.facts import Facts
from tocsin.logic.printing import to_json
from tocsin.logic.text import TEXT_OPERATORS
from tocsin.logic.textcompile import subject_test
from tocsin.logic.vocabulary import Vocabulary

MOST: Final = 5
_VALUE_MAX: Final = 60
_PATTERNS_MAX: Final = 3
_TURNED: Final = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<="})


def reasons(expr: Expr, facts: Facts, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return at most `MOST` lines, in the order of the condition."""
    lines: dict[str, None] = {}
    for line in _lines(expr, facts, vocabulary):
        lines[line] = None
        if len(lines) == MOST:
            break
    return tuple(lines)


def _lines(expr: Expr, facts: Facts, vocabulary: Vocabulary) -> Iterator[str]:
    value = _value(expr, facts, vocabulary)
    if not value:
        return
    match expr:
        case Call("and" | "or", args):
            for arg in args:
                yield from _lines(arg, facts, vocabulary)
        case Call("!", (inner,)):
            yield f"not {_shown(inner, facts, vocabulary)}"
        case Call():
            yield _shown(expr, facts, vocabulary)
        case Var():
            yield f"{_name(expr)} is {_short(value)}"
        case Literal() | Array():
            return


def _shown(expr: Expr, facts: Facts, vocabulary: Vocabulary) -> str:
    match expr:
        case Call(op, (subject, *patterns)) if op in TEXT_OPERATORS:
            texts = [str(pattern.value) for pattern in patterns if isinstance(pattern, Literal)]
            held = (text for text in texts if _holds(op, text, subject, facts, vocabulary))
            found = list(islice(held, _PATTERNS_MAX)) or texts[:_PATTERNS_MAX]
            return f"{op} {', '.join(_short(text) for text in found)} in {_name(subject)}"
        case Call("<=" | "<" as op, (Literal(low), Var() as field, Literal(high))):
            return f"{_seen(field, facts, vocabulary)} ({_short(low)} {op} it {op} {_short(high)})"
        case Call(op, (Literal(value), Var() as field)) if op in _TURNED:
            return f"{_seen(field, facts, vocabulary)} ({_TURNED[op]} {_short(value)})"
        case Call(op, args) if any(isinstance(arg, Var | Call) for arg in args):
            seen = [_seen(arg, facts, vocabulary) for arg in args if isinstance(arg, Var | Call)]
            others = [_short(to_json(arg)) for arg in args if isinstance(arg, Literal | Array)]
            return f"{', '.join(seen)} ({op} {' '.join(others)})" if others else f"{', '.join(seen)} ({op})"
        case Call(op):
            return op
        case _:
            return _name(expr)


def _seen(field: Expr, facts: Facts, vocabulary: Vocabulary) -> str:
    return f"{_name(field)} is {_short(_value(field, facts, vocabulary))}"


def _holds(op: str, pattern: str, subject: Expr, facts: Facts, vocabulary: Vocabulary) -> bool:
    try:
        return subject_test(op, [pattern])(_value(subject, facts, vocabulary), facts)
    except TypeError:
        return False


def _value(expr: Expr, facts: Facts, vocabulary: Vocabulary) -> Any:
    try:
        return compile_value(expr, vocabulary)(facts)
    except TermFailed:
        return None


def _name(expr: Expr) -> str:
    match expr:
        case Var(Literal(path)):
            return str(path) or "the tweet"
        case Literal(value):
            return _short(value)
        case Call("+" | "-" | "*" | "/" | "%" as op, args) if len(args) > 1:
            return f" {op} ".join(_name(arg) for arg in args)
        case Call(op):
            return op
        case _:
            return "a computed value"


def _short(value: Any) -> str:
    text = f"'{value}'" if isinstance(value, str) else "null" if value is None else str(value)
    return text if len(text) <= _VALUE_MAX else text[: _VALUE_MAX - 1] + "…"
