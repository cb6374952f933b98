"""A condition in plain words: an outline, one clause a line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tocsin.logic.ast import Array, Call, Expr, Literal, Path, Var
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.fields import CANONICAL, DERIVED_TYPES
from tocsin.logic.printing import to_json
from tocsin.logic.proofs.naming import name_of, short

WORDS_MAX: Final = 5
"""How many patterns of a clause are listed."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One line of the outline: `depth` counts from 0, `at` is where it is written."""

    depth: int
    text: str
    at: Path
    is_leaf: bool


def outline(expr: Expr) -> tuple[Clause, ...]:
    """Return a condition as lines, each heading followed by what belongs to it, one deeper."""
    return tuple(_lines(expr, 0, ""))


def _lines(expr: Expr, depth: int, before: str) -> Iterator[Clause]:
    match expr:
        case Call("!", (Call("or", args, _),), at) if len(args) > 1:
            yield from _group("or", "none of these", args, at, depth, before)
        case Call("!", (Call("and", args, _),), at) if len(args) > 1:
            yield from _group("and", "not all of these", args, at, depth, before)
        case Call("!", (Call("!" | "!!" | "and" | "or" as op, (inner,)),)):
            yield from _lines(Call("!", (inner,), expr.at) if op != "!" else inner, depth, before)
        case Call("!", (Call("if"),), at):
            yield Clause(depth, f"{before}not so:", at, is_leaf=False)
            yield from _lines(expr.args[0], depth + 1, "")
        case Call("!", (inner,), at):
            yield Clause(depth, before + claim(inner, holds=False), inner.at or at, is_leaf=True)
        case Call("and" | "or" | "!!", (only,)):
            yield from _lines(only, depth, before)
        case Call("and", args, at):
            yield from _group("and", "all of these", args, at, depth, before)
        case Call("or", args, at):
            yield from _group("or", "any of these", args, at, depth, before)
        case Call("if", args, at):
            yield from _choice(args, at, depth, before)
        case _:
            yield Clause(depth, before + claim(expr, holds=True), expr.at, is_leaf=True)


def _group(op: str, heading: str, args: Sequence[Expr], at: Path, depth: int, before: str) -> Iterator[Clause]:
    yield Clause(depth, f"{before}{heading}:", at, is_leaf=False)
    for arg in _flat(args, op):
        yield from _lines(arg, depth + 1, "")


def _flat(args: Sequence[Expr], op: str) -> Iterator[Expr]:
    for arg in args:
        match arg:
            case Call(inner, more) if inner == op:
                yield from _flat(more, op)
            case _:
                yield arg


def _choice(args: Sequence[Expr], at: Path, depth: int, before: str) -> Iterator[Clause]:
    yield Clause(depth, f"{before}the first of these whose 'if' is so decides:", at, is_leaf=False)
    for index in range(0, len(args) - 1, 2):
        yield from _lines(args[index], depth + 1, "if ")
        yield from _lines(args[index + 1], depth + 2, "then ")
    yield from _lines(args[-1] if len(args) % 2 else Literal(False, at), depth + 1, "otherwise ")


def claim(expr: Expr, *, holds: bool) -> str:
    """Return what a leaf says of a tweet, or its denial."""
    match expr:
        case Literal(value):
            return "true of every tweet" if bool(value) is holds else "true of no tweet"
        case Var():
            return _field_claim(expr, holds)
        case Call(op, (subject, *patterns)) if op in TEXT_OPERATORS:
            return _text_claim(
                op, subject, [pattern.value for pattern in patterns if isinstance(pattern, Literal)], holds
            )
        case Call("<" | "<=" as op, (low, middle, high)):
            words = f"{_value(middle)} is {'' if holds else 'not '}from {_value(low)} to {_value(high)}"
            return words if op == "<=" else f"{words}, these left out"
        case Call(op, (left, right)) if op in _COMPARISONS:
            return _comparison(op, left, right, holds)
        case Call("in", (needle, Array(items))):
            return f"{_value(needle)} is {'one' if holds else 'none'} of {_listed([to_json(item) for item in items])}"
        case Call("in", (needle, haystack)):
            return f"{_value(needle)} is {'' if holds else 'not '}in {_value(haystack)}"
        case Call("some" | "all" | "none" as op, (source, body)):
            return _of_elements(op, source, body, holds)
        case _:
            return f"{_value(expr)} is {'neither 0, false nor empty' if holds else '0, false or empty'}"


def _field_claim(field: Var, holds: bool) -> str:
    name = _value(field)
    match _TYPES.get(name):
        case "truth":
            return f"{name} is {'' if holds else 'not '}true"
        case "list":
            return f"{name}: there are {'some' if holds else 'none'}"
        case "text":
            return f"{name} is {'not ' if holds else ''}empty"
        case _:
            return f"{name} is {'neither absent, 0, false nor empty' if holds else 'absent, 0, false or empty'}"


_TYPES: Final = {**CANONICAL, **DERIVED_TYPES}

_COMPARISONS: Final = {
    ">=": ("is {} or more", "is less than {}"),
    ">": ("is more than {}", "is {} or less"),
    "<=": ("is {} or less", "is more than {}"),
    "<": ("is less than {}", "is {} or more"),
    "==": ("is {}", "is not {}"),
    "===": ("is exactly {}", "is not exactly {}"),
    "!=": ("is not {}", "is {}"),
    "!==": ("is not exactly {}", "is exactly {}"),
}
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _comparison(op: str, left: Expr, right: Expr, holds: bool) -> str:
    if isinstance(left, Literal) and not isinstance(right, Literal):
        op, left, right = _MIRRORED.get(op, op), right, left
    words = _COMPARISONS[op][0 if holds else 1]
    return f"{_value(left)} {words.format(_value(right))}"


def _value(expr: Expr) -> str:
    match expr:
        case Literal(value):
            return short(value)
        case Var(Literal(""), None):
            return "it"
        case Var(path, Literal() as default) if isinstance(path, Literal):
            return f"{name_of(expr)} (or {short(default.value)} if it has none)"
        case Var():
            return name_of(expr)
        case Call("+" | "-" | "*" | "/" | "%" as op, args) if len(args) > 1:
            return f" {op} ".join(map(_value, args))
        case Call(op, args):
            return f"{op}({', '.join(map(_value, args))})"
        case Array(items):
            return short([to_json(item) for item in items])


def _of_elements(op: str, source: Expr, body: Expr, holds: bool) -> str:
    quantity = {
        ("some", True): "one", ("some", False): "none", ("all", True): "each", ("all", False): "not each",
        ("none", True): "none", ("none", False): "one",
    }[op, holds]  # fmt: skip
    lines = list(_lines(body, 0, ""))
    inner = lines[0].text if len(lines) == 1 else short(to_json(body))
    return f"{quantity} of {_value(source)} is such that {inner}"


_TEXTS: Final = {
    "word": ("has {one}the word{s} {}", "has {none}the word{s} {}"),
    "all_words": ("has all of the words {}", "lacks one of the words {}"),
    "contains": ("contains {any}{}", "contains {none}{}"),
    "starts_with": ("starts with {any}{}", "does not start with {any}{}"),
    "ends_with": ("ends with {any}{}", "does not end with {any}{}"),
    "matches": ("matches {any}{}", "does not match {any}{}"),
    "hashtag": ("have {any}{}", "do not have {any}{}"),
    "mention": ("have {any}{}", "do not have {any}{}"),
    "cashtag": ("have {any}{}", "do not have {any}{}"),
    "link": ("lead to {any}{}", "do not lead to {any}{}"),
    "from": ("is {any}{}", "is not {any}{}"),
}


def _text_claim(op: str, subject: Expr, patterns: Sequence[Any], holds: bool) -> str:
    several = len(patterns) > 1
    words = _TEXTS[op][0 if holds else 1].replace("{}", _listed(patterns).replace("{", "{{").replace("}", "}}"))
    if op == "word" and not holds and not several:
        words = words.replace("has ", "does not have ", 1)
    if op == "contains" and not holds and not several:
        words = words.replace("contains ", "does not contain ", 1)
    filled = words.format(
        one="one of " if several else "",
        none="none of " if several else "",
        any="one of " if several else "",
        s="s" if several else "",
    )
    return f"{_SUBJECTS.get(name_of(subject), _value(subject))} {filled}"


_SUBJECTS: Final = {
    "text": "the text",
    "user.username": "the username",
    "hashtags": "the hashtags",
    "mentions": "the mentions",
    "cashtags": "the cashtags",
    "links": "the links",
}


def _listed(values: Sequence[Any]) -> str:
    shown = ", ".join(short(value) for value in values[:WORDS_MAX])
    rest = len(values) - WORDS_MAX
    return f"{shown} and {rest} more" if rest > 0 else shown
