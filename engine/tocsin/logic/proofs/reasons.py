"""One leaf of a condition on one tweet, as a short line: what was asked, and what was seen.

Every alert has such lines, so that what is the same for all tweets is written once for each leaf.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.evaluation.compile import TermFailed
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.facts import Facts
from tocsin.logic.printing import to_json
from tocsin.logic.proofs.naming import name_of, short
from tocsin.logic.proofs.observe import Observer

LINES_MAX: Final = 5
"""How many lines an alert has at most."""

Line: TypeAlias = str | Callable[[Facts], str]
"""The line of a leaf, or what makes it of a tweet where it isn't the same for all."""

_PATTERNS_MAX: Final = 3
_KEPT: Final = 64
"""So many lines about different patterns of a leaf are kept."""

_TURNED: Final = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<="})


def reason(observer: Observer, truth: bool | None, facts: Facts) -> str:
    """Return the line of a leaf that is true, false (then with `not`) or failed (then as if it were true)."""
    found = line(observer, truth)
    return found if isinstance(found, str) else found(facts)


def line(observer: Observer, truth: bool | None) -> Line:
    """Return the same for any tweet on which the leaf is so."""
    found = observer.lines.get(truth)
    if found is None:
        found = observer.lines[truth] = _line(observer, truth)
    return found


def _line(observer: Observer, truth: bool | None) -> Line:
    expr = observer.expr
    match expr:
        case Call(op, (subject, *patterns)) if op in TEXT_OPERATORS:
            return _about_patterns(observer, truth, op, name_of(subject), patterns)
        case Var():
            name = name_of(expr)
            return lambda facts: " and ".join(map(_said, _values(observer, facts).items())) or name
        case _:
            return _about_values(observer, truth)


def _about_patterns(observer: Observer, truth: bool | None, op: str, subject: str, patterns: list[Expr]) -> Line:
    first = tuple(str(pattern.value) for pattern in patterns[:_PATTERNS_MAX] if isinstance(pattern, Literal))

    def about(found: tuple[str, ...]) -> str:
        named = found or first
        rest = "" if truth or len(patterns) <= len(named) else ", …"
        words = f"{op} {', '.join(map(short, named))}{rest} in {subject}"
        return f"not {words}" if truth is False else words

    # About one pattern there is one thing to say; and where all words are found, the first of them are.
    if observer.is_about_fixed_patterns and (len(patterns) == 1 or (op == "all_words" and truth)):
        return about(first)
    known: dict[tuple[str, ...], str] = {}
    some = truth is True

    def made(facts: Facts) -> str:
        found = observer.patterns(facts, _PATTERNS_MAX, some=some)
        words = known.get(found)
        if words is None:
            words = about(found)
            if len(known) < _KEPT:
                known[found] = words
        return words

    return made


def _about_values(observer: Observer, truth: bool | None) -> Line:
    expr = observer.expr
    turned = "not " if truth is False else ""
    if not isinstance(expr, Call):
        return turned + name_of(expr)
    of_one = _compared(expr, turned)
    direct = {name_of(arg) for arg in expr.args if not isinstance(arg, Literal | Array)}
    others = "".join(f" {short(to_json(arg))}" for arg in expr.args if isinstance(arg, Literal | Array))
    asked = f"{turned}{expr.op}{others}"

    def made(facts: Facts) -> str:
        values = _values(observer, facts)
        if of_one is not None and of_one[0] in values:
            return f"{_said((of_one[0], values[of_one[0]]))} ({of_one[1]})"
        shown = [name for name in values if name in direct] or list(values)
        seen = ", ".join(_said((name, values[name])) for name in shown)
        return f"{seen} ({asked})" if seen else asked

    only = observer.only_value
    if only is None or (of_one is not None and of_one[0] != only[0]):
        return made
    compute, before = only[1], f"{only[0]} is "
    after = f" ({asked if of_one is None else of_one[1]})"

    def made_of_one(facts: Facts) -> str:
        try:
            return f"{before}{short(compute(facts))}{after}"
        except TermFailed:
            return made(facts)

    return made_of_one


def _compared(expr: Call, turned: str) -> tuple[str, str] | None:
    """Return the name of the field that is compared with constants to its left, and how that reads from it."""
    match expr:
        case Call("<=" | "<" as op, (Literal(low), field, Literal(high))):
            return name_of(field), f"{turned}{short(low)} {op} it {op} {short(high)}"
        case Call(op, (Literal(value), field)) if op in _TURNED:
            return name_of(field), f"{turned}{_TURNED[op]} {short(value)}"
        case _:
            return None


def _values(observer: Observer, facts: Facts) -> Mapping[str, Any]:
    return {one.name: one.value for one in observer.seen(facts)}


def _said(seen: tuple[str, Any]) -> str:
    return f"{seen[0]} is {short(seen[1])}"
