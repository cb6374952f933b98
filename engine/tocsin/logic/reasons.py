"""Why a condition is true: its true leaves, with the values that were seen, a short line each."""

from collections.abc import Iterator
from typing import Any, Final

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.compile import TermFailed, compile_value
from tocsin.logic.facts import Facts
from tocsin.logic.text import TEXT_OPERATORS
from tocsin.logic.textcompile import subject_test
from tocsin.logic.vocabulary import Vocabulary

MOST: Final = 5
_VALUE_MAX: Final = 60


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
            found = [text for text in texts if _holds(op, text, subject, facts, vocabulary)] or texts
            return f"{op} {', '.join(repr(text) for text in found[:3])} in {_name(subject)}"
        case Call(op, args) if any(isinstance(arg, Var) for arg in args):
            seen = [f"{_name(arg)} is {_short(_value(arg, facts, vocabulary))}" for arg in args if isinstance(arg, Var)]
            others = [_short(arg.value) for arg in args if isinstance(arg, Literal)]
            return f"{', '.join(seen)} ({op} {' '.join(others)})" if others else f"{', '.join(seen)} ({op})"
        case Call(op):
            return op
        case _:
            return _name(expr)


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
        case _:
            return "a computed value"


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else "null" if value is None else str(value)
    return text if len(text) <= _VALUE_MAX else text[: _VALUE_MAX - 1] + "…"
