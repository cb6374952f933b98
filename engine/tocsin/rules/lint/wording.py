"""Terms and clauses in a few words, for messages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.parse import SUBJECTS
from tocsin.logic.reasoning.formula import AllOf, AnyOf, Formula, Holds, Known, Term

_MOST_PATTERNS: Final = 3
_MOST_CHARACTERS: Final = 60
_TURNED: Final[Mapping[str, str]] = MappingProxyType({"<": ">", "<=": ">="})


def described(formula: Formula) -> str:
    """Return a formula in about 60 characters at most, quoted."""
    words = _words(formula)
    return f"'{words if len(words) <= _MOST_CHARACTERS else words[: _MOST_CHARACTERS - 1] + '…'}'"


def _words(formula: Formula) -> str:
    match formula:
        case Known(value):
            return "true" if value else "false"
        case Holds(term, True):
            return _term(term)
        case Holds(term):
            return f"not {_term(term)}"
        case AllOf(parts):
            return " and ".join(_inner(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_inner(part) for part in parts)


def _inner(part: Formula) -> str:
    return f"({_words(part)})" if isinstance(part, AllOf | AnyOf) else _words(part)


def _term(term: Term) -> str:
    match term.expr:
        case Call(op, (subject, *_)) if term.patterns:
            shown = ", ".join(term.patterns[:_MOST_PATTERNS]) + (", …" if len(term.patterns) > _MOST_PATTERNS else "")
            field = value_words(subject)
            return f"{op} {shown}" if field == SUBJECTS.get(op, "text") else f"{op} {shown} in {field}"
        case Call(op, (Literal() as left, right)) if op in _TURNED:
            return f"{value_words(right)} {_TURNED[op]} {value_words(left)}"
        case Call("<" | "<=" | "==" | "===" | "in" as op, args):
            return f" {op} ".join(value_words(arg) for arg in args)
        case other:
            return value_words(other)


def value_words(expr: Expr) -> str:
    """Return what an expression reads or is, in a few words."""
    match expr:
        case Literal(None):
            return "null"
        case Literal(bool() as value):
            return "true" if value else "false"
        case Literal(value):
            return str(value)
        case Array(items):
            shown = ", ".join(value_words(item) for item in items[:_MOST_PATTERNS])
            return f"[{shown}{', …' if len(items) > _MOST_PATTERNS else ''}]"
        case Var(Literal(path)):
            return str(path) or "the tweet"
        case Call("+" | "-" | "*" | "/" | "%" as op, args) if len(args) > 1:
            return f" {op} ".join(value_words(arg) for arg in args)
        case Call(op):
            return f"{op} …"
        case _:
            return "a computed value"
