"""Calls that can be evaluated but that nobody means: a field's name in quotes, `all` over conditions, `10k`."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import SCOPED

_ORDERING: Final = frozenset({">", ">=", "<", "<="})
_COMPARING: Final = frozenset({"==", "!=", "===", "!==", "in", *_ORDERING})
_TRUTHS: Final = frozenset({"!", "!!", "and", "or", "all", "some", "none", *_COMPARING, *TEXT_OPERATORS})
_MEANT: Final = {"all": "'and'", "some": "'or'", "none": "'not' and 'or'"}
_DRESSED: Final = re.compile(r"\{\{\s*([\w.]+)\s*\}\}|\$\{([\w.]+)\}|[$.%]?([\w.]+)")
_NUMBER: Final = re.compile(r"(\d[\d,_ ]*)([km])?", re.IGNORECASE)
_FORMULA: Final = re.compile(r"[.$]?([\w.]+)\s*(==|!=|>=|<=|>|<|=)\s*(.+)")
_WORD_OF: Final = {"==": "eq", "=": "eq", "!=": "ne", ">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}
_ZEROS: Final = {"": "", "k": "000", "m": "000000"}


def suspicion(op: str, written: str, args: Sequence[Expr], fields: Collection[str], lists: Collection[str],
              macros: Collection[str]) -> Problem | None:  # fmt: skip
    """Return what can't be meant in a call about a tweet, None if nothing; `written` is the operator as it stands."""
    if op in _MEANT and isinstance(args[0], Call) and args[0].op in _TRUTHS:
        hint = f"for several conditions use {_MEANT[op]}"
        return _bad(f"'{written}' looks through a list, and this is a condition", args[0], hint)
    if op in SCOPED:
        return None
    if written == "between" and isinstance(args[0], Var) and not any(isinstance(arg, Var) for arg in args[1:]):
        return _bad("'between' looks at what stands in the middle", args[0], "write {between: [1, .x, 9]}")
    if op == "in":
        found = _odd_in(args, lists)
        if found is not None:
            return found
    if op in {"and", "or", "!"}:
        return next((problem for arg in args if (problem := _bare_name(arg, fields, macros)) is not None), None)
    return _odd_comparison(op, args, fields) if op in _COMPARING else None


def arity_hint(op: str, written: str, least: int, count: int) -> str:
    """Return what to write in place of a call with too few or too many arguments."""
    if op in _MEANT:
        return f"write {{{written}: [.hashtags, condition]}}; for several conditions use {_MEANT[op]}"
    if op in _ORDERING and count == 3 and least == 2:
        return "write large numbers without commas: 10000"
    if op == "!":
        return "put them in a list under 'and' or 'or'"
    return f"write {{{written}: [{', '.join('abc'[: max(least, 1)])}]}}"


def _odd_in(args: Sequence[Expr], lists: Collection[str]) -> Problem | None:
    first, second = args
    if isinstance(first, Array) and isinstance(second, Var):
        return _bad("'in' looks for what stands first", first, "write {in: [.lang, [en, de]]}")
    if isinstance(second, Literal) and isinstance(second.value, str) and second.value in lists:
        return _bad(f"'{second.value}' is text here", second, f"to use the list, write {{list: {second.value}}}")
    return None


def _bare_name(arg: Expr, fields: Collection[str], macros: Collection[str]) -> Problem | None:
    if not isinstance(arg, Literal) or not isinstance(arg.value, str):
        return None
    name = arg.value
    if name in macros:
        return _bad(f"'{name}' is text here, and always true", arg, f"to use the macro, write {{macro: {name}}}")
    field = _field_in(name, fields)
    return None if field is None else _bad(f"'{name}' is text here, and always true", arg, _as_field(field))


def _odd_comparison(op: str, args: Sequence[Expr], fields: Collection[str]) -> Problem | None:
    constant = all(isinstance(arg, Literal) for arg in args)
    for arg in args:
        if not isinstance(arg, Literal) or not isinstance(arg.value, str):
            continue
        field = _field_in(arg.value, fields)
        if field is not None and (constant or op in _ORDERING):
            return _bad(f"{arg.value!r} is text here, not the field", arg, _as_field(field))
        number = _NUMBER.fullmatch(arg.value.strip())
        is_number = arg.value.strip().isdecimal()
        if number is not None and not is_number and op in _ORDERING and any(isinstance(other, Var) for other in args):
            meant = re.sub(r"[,_ ]", "", number[1]) + _ZEROS[(number[2] or "").lower()]
            return _bad(f"{arg.value!r} is text, which no number is compared with", arg, f"write {meant}")
    return None


def _field_in(text: str, fields: Collection[str]) -> str | None:
    found = _DRESSED.fullmatch(text)
    name = next((group for group in found.groups() if group), "") if found else ""
    return name if name in fields else None


def _as_field(field: str) -> str:
    return f"to read the field, write .{field} without quotes"


def _bad(message: str, at: Expr, hint: str) -> Problem:
    return Problem(code="bad-argument", message=message, at=at.at, hint=hint, on_key=isinstance(at, Call))


def formula_hint(name: str) -> str:
    """Return how to write what stands in an operator's place as a formula: `likes > 10`, `text|contains`."""
    found = _FORMULA.fullmatch(name)
    if found is not None:
        return f"write {{{_WORD_OF[found[2]]}: [.{found[1]}, {found[3]}]}}"
    field, bar, operator = name.partition("|")
    return f"write {{{operator}: [.{field}, …]}}" if bar and operator in TEXT_OPERATORS else ""
