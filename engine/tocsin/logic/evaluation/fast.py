"""From a tree to Python source: the short way for what rules mostly say.

Generated code answers only where it is sure to say what `exact` says; anything unusual (a list where a scalar is
meant, a parent that is no object, whatever raises) it leaves to `exact`, by raising. Constants are parameters of the
generated function, so that rules of one shape share one code object.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeAlias

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.evaluation.constants import (
    Constant,
    folded,
    folded_word,
    itself,
    listed,
    subject_test_of,
    text_test_of,
    with_values,
)
from tocsin.logic.evaluation.exact import build_exact, is_derived, weight
from tocsin.logic.evaluation.run import Run
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.evaluation.values import FUNCTIONS, less, less_or_equal, lookup, loose_equal, strict_equal
from tocsin.logic.facts import Facts
from tocsin.logic.fields import CANONICAL
from tocsin.logic.folding import literals_of
from tocsin.logic.vocabulary import Vocabulary
from tocsin.logic.walk import subtrees

Fast: TypeAlias = Callable[[Any, Facts], Any]
"""From the tweet's data and facts to a value that is as true as the exact one; raises where it isn't sure."""

_NODES_MAX: Final = 500
# Python's parser takes about 200 nested parentheses; a level here needs up to four.
_DEPTH_MAX: Final = 24
_ANY_OF: Final = frozenset(TEXT_OPERATORS) - {"all_words"}
_USUAL: Final = frozenset(key for name in CANONICAL for key in name.split("."))
"""Keys that stand in generated code as they are."""

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})


_PLAIN: Final = frozenset({*TEXT_OPERATORS, "and", "or", "!", "!!", "==", "===", "!=", "!==", "<", "<=", ">", ">="})
"""Operators that never loop, and so never take too long."""

_BY_ITSELF: Final = {"word": "{1}.has_word({0})", "contains": "{0} in {1}.folded"}
"""How a text is searched for a single pattern."""


_THE_TEXT: Final = "data.get('text')"
"""How the tweet's own text is read, whose forms the facts have at hand."""


class NotSure(Exception):
    """The short way doesn't lead through; the exact one does."""


Template: TypeAlias = Callable[[tuple[Any, ...], Any, Facts, Callable[[int], object]], Any]
"""A generated function that asks many conditions of one shape, whose constants are handed in, in one loop.

It takes a row (`matching.rows`), the tweet's data and facts, and what is called with the number of each that is true.
It returns the next row.
"""

FIRST: Final = 3
"""Where the entries of a row begin: before them are the function, the next row and a width."""


def build_fast(expr: Expr, vocabulary: Vocabulary) -> Fast | None:
    """Return the generated function of a condition, None where it wouldn't gain anything."""
    found = _written(expr, vocabulary)
    return None if found is None else _factory(found[0], len(found[1]))(*(each.value for each in found[1]))


def build_template(expr: Expr, vocabulary: Vocabulary) -> tuple[Template, tuple[Constant, ...]] | None:
    """Return the function of a condition's shape and the constants that make it this one, None if there is no gain.

    Other conditions of the shape, whose literals are of the same types and as true, have the same function, and their
    constants are made the same way.
    """
    found = _written(_cheapest_first(expr), vocabulary)
    return None if found is None else (_template(found[0], len(found[1])), found[1])


def _written(expr: Expr, vocabulary: Vocabulary) -> tuple[str, tuple[Constant, ...]] | None:
    expr = _united(expr)
    if _code_size(expr) > _NODES_MAX:
        return None
    writer = _Writer(vocabulary)
    body = writer.expression(expr, 0)
    return body, tuple(writer.constants)


def _cheapest_first(expr: Expr) -> Expr:
    """Return the same condition with the comparisons of each `and` before its searches, which cost several times more.

    The order is of no consequence to what is true; whatever fails is left to the condition as it stands.
    """
    match expr:
        case Call("and", args, at):
            parts = [_cheapest_first(arg) for arg in args]
            if all(not isinstance(node, Call) or node.op in _PLAIN for part in parts for node in subtrees(part)):
                parts.sort(key=_searches)
            return Call("and", tuple(parts), at)
        case _:
            return expr


def _searches(expr: Expr) -> bool:
    return any(isinstance(node, Call) and node.op in TEXT_OPERATORS for node in subtrees(expr))


def _united(expr: Expr) -> Expr:
    """Return the condition with the text operators in each `or` that look at the same field made one.

    A list of words is looked up; an `or` of many is tried one by one. What fails is left to the exact way.
    """
    match expr:
        case Call("or", args, at):
            together: dict[tuple[str, Expr], list[Expr]] = {}
            others: list[Expr] = []
            for arg in map(_united, args):
                if isinstance(arg, Call) and arg.op in _ANY_OF and isinstance(arg.args[0], Var):
                    together.setdefault((arg.op, arg.args[0]), []).extend(arg.args[1:])
                else:
                    others.append(arg)
            searches = [Call(op, (subject, *patterns), at) for (op, subject), patterns in together.items()]
            return Call("or", (*searches, *others), at)
        case Call("and" | "!" | "!!" | "if" as op, args, at):
            return Call(op, tuple(map(_united, args)), at)
        case _:
            return expr


def _code_size(expr: Expr) -> int:
    """Return how many nodes code is generated for; patterns are constants."""
    if isinstance(expr, Call) and expr.op in TEXT_OPERATORS:
        return 1 + _code_size(expr.args[0])
    return 1 + sum(map(_code_size, expr.args)) if isinstance(expr, Call) else weight(expr)


def _scalars_only(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        for arg in args:
            if type(arg) not in _SCALARS:
                raise NotSure
        return function(*args)

    return call


_ARITHMETIC: Final = {op: _scalars_only(FUNCTIONS[op]) for op in ("+", "-", "*", "/", "%", "min", "max")}


def _is_in(needle: Any, haystack: Any) -> bool:
    if type(needle) not in _SCALARS or type(haystack) not in {str, list}:
        raise NotSure
    return needle in haystack


def _searched(op: str, wanted: str, subject: Any, facts: Facts) -> bool:
    """Return whether a single folded pattern is in a subject that is no text: never in nothing, or in one of a list."""
    if subject is None:
        return False
    if type(subject) is not list:
        raise NotSure
    forms = [facts.forms(item) for item in subject if isinstance(item, str)]
    return any(each.has_word(wanted) if op == "word" else wanted in each.folded for each in forms)


_NAMES: Final[dict[str, Any]] = {
    "__builtins__": {},
    "searched": _searched,
    "eq": _scalars_only(loose_equal),
    "same": _scalars_only(strict_equal),
    "less": _scalars_only(less),
    "less_eq": _scalars_only(less_or_equal),
    "is_in": _is_in,
    "lookup": lookup,
    "type": type,
    "int": int,
    "len": len,
    "str": str,
    "NOTHING": {},
}
"""All that generated code can name."""


@lru_cache(maxsize=4096)
def _factory(body: str, count: int) -> Callable[..., Fast]:
    source = (
        f"def made({_names(count)}):\n    def condition(data, facts):\n        return {body}\n    return condition\n"
    )
    return _defined(source)


@lru_cache(maxsize=4096)
def _template(body: str, count: int) -> Template:
    # Each constant is fetched where it is needed: most conditions are false by the first.
    asked = _CONSTANT.sub(lambda found: f"row[at + {found[1]}]" if found[1] != "0" else "row[at]", body)
    return _defined(
        f"def made(row, data, facts, add):\n"
        f"    at = {FIRST}\n"
        f"    size = len(row)\n"
        f"    while at < size:\n"
        f"        if {asked}:\n"
        f"            add(row[at + {count}])\n"
        f"        at += {count + 1}\n"
        f"    return row[1]\n"
    )


_CONSTANT: Final = re.compile(r"\bk([0-9]+)\b")


def _names(count: int) -> str:
    return ", ".join(f"k{index}" for index in range(count))


def _defined(source: str) -> Callable[..., Any]:
    space: dict[str, Any] = dict(_NAMES)
    # The source is made of operators, names of the tweet's fields, parameter names and the names above; nothing that a
    # rule says is in it as text.
    exec(compile(source, "<condition>", "exec"), space)  # noqa: S102
    made: Callable[..., Any] = space.pop("made")
    return made


class _Writer:
    """Writes one expression, collecting its constants."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._locals = 0
        self.constants: list[Constant] = []

    def expression(self, expr: Expr, depth: int) -> str:
        if depth > _DEPTH_MAX:
            return self._exactly(expr)
        match expr:
            case Literal(None | True | False as value):
                return repr(value)
            case Literal():
                return self._made(None, (), expr)
            case Var():
                return self._var(expr)
            case Call(op, args):
                return self._call(op, args, expr, depth + 1)
            case Array():
                return self._exactly(expr)

    def _constant(self, value: Any) -> str:
        return self._made(itself, (value,))

    def _made(self, make: Callable[..., Any] | None, fixed: tuple[Any, ...], *literals: Literal) -> str:
        self.constants.append(Constant(make, fixed, literals))
        return f"k{len(self.constants) - 1}"

    def _local(self) -> str:
        self._locals += 1
        return f"x{self._locals}"

    def _exactly(self, expr: Expr) -> str:
        literals = tuple(literals_of(expr))

        def exactly(*values: Any) -> Fast:
            evaluate = build_exact(with_values(expr, iter(values)), self._vocabulary)
            return lambda data, facts: evaluate(data, Run(facts))

        return f"{self._made(exactly, (), *literals)}(data, facts)"

    def _var(self, expr: Var) -> str:
        if not isinstance(expr.path, Literal) or not isinstance(expr.path.value, str):
            return self._exactly(expr)
        path = expr.path.value
        if is_derived(path, self._vocabulary):
            return f"facts.derived({self._constant(path)})"
        keys = path.split(".")
        if path == "" or expr.default is not None or len(keys) > 2 or any(map(_is_index, keys)):
            return self._exactly(expr)
        written = [repr(key) if key in _USUAL else self._constant(key) for key in keys]
        if len(keys) == 1:
            return f"data.get({written[0]})"
        return f"(data.get({written[0]}) or NOTHING).get({written[1]})"

    def _call(self, op: str, args: tuple[Expr, ...], expr: Call, depth: int) -> str:
        if op in {"and", "or"}:
            return "(" + (f" {op} ".join(self.expression(arg, depth) for arg in args) or "False") + ")"
        if op == "!":
            return f"(not {self.expression(args[0], depth)})"
        if op == "!!":
            return f"(not not {self.expression(args[0], depth)})"
        if op == "if":
            return self._if(args, depth)
        if op in TEXT_OPERATORS:
            # A text that the rule makes has to be paid for; a field of the tweet is there anyway.
            if isinstance(args[0], Var):
                return self._search(op, args, depth)
            return self._exactly(expr)
        if op == "in":
            return self._in(args, depth)
        if op in _ARITHMETIC:
            written = ", ".join(self.expression(arg, depth) for arg in args)
            return f"{self._constant(_ARITHMETIC[op])}({written})"
        return self._comparison(op, args, expr, depth)

    def _search(self, op: str, args: tuple[Expr, ...], depth: int) -> str:
        patterns = [arg for arg in args[1:] if isinstance(arg, Literal)]
        name = self._local()
        if op in _BY_ITSELF and len(patterns) == 1:
            # One of the functions that all share, and no closure of its own: those of many rules don't stay at hand.
            wanted = self._made(folded_word if op == "word" else folded, (), *patterns)
            subject = self.expression(args[0], depth)
            if subject == _THE_TEXT:
                found = _BY_ITSELF[op].format(wanted, name)
                return f"({found} if ({name} := facts.text) else searched({op!r}, {wanted}, {subject}, facts))"
            found = _BY_ITSELF[op].format(wanted, f"facts.forms({name})")
            return f"({found} if type({name} := {subject}) is str else searched({op!r}, {wanted}, {name}, facts))"
        # Nearly always the subject is one text, and its forms are at hand: no detour then over what else it may be.
        test, apply = self._made(text_test_of, (op,), *patterns), self._made(subject_test_of, (op,), *patterns)
        subject = f"{name} := {self.expression(args[0], depth)}"
        return f"({test}(facts.forms({name})) if type({subject}) is str else {apply}({name}, facts))"

    def _if(self, args: tuple[Expr, ...], depth: int) -> str:
        written = self.expression(args[-1], depth) if len(args) % 2 else "None"
        for index in range(len(args) // 2 * 2 - 2, -1, -2):
            condition, value = (self.expression(arg, depth) for arg in args[index : index + 2])
            # Chained without parentheses of its own: a long chain nests no deeper than a short one.
            written = f"{value} if {condition} else {written}"
        return f"({written})"

    def _in(self, args: tuple[Expr, ...], depth: int) -> str:
        needle, haystack = args
        if isinstance(haystack, Array) and all(isinstance(item, Literal) for item in haystack.items):
            items = [item for item in haystack.items if isinstance(item, Literal)]
            return f"is_in({self.expression(needle, depth)}, {self._made(listed, (), *items)})"
        return f"is_in({self.expression(needle, depth)}, {self.expression(haystack, depth)})"

    def _comparison(self, op: str, args: tuple[Expr, ...], expr: Call, depth: int) -> str:
        if op in {">", ">="}:
            args = args[::-1]
        if op in {"<", ">"}:
            return self._ordered("<", "less", args, depth)
        if op in {"<=", ">="}:
            return self._ordered("<=", "less_eq", args, depth)
        if op in {"==", "!="}:
            return self._equal("eq", args, depth, negated=op == "!=")
        if op in {"===", "!=="}:
            return self._equal("same", args, depth, negated=op == "!==")
        return self._exactly(expr)

    def _ordered(self, sign: str, function: str, args: tuple[Expr, ...], depth: int) -> str:
        written = [self.expression(arg, depth) for arg in args]
        if len(args) == 2:
            left, right = args
            if _is_whole(left):
                name = self._local()
                return (
                    f"({written[0]} {sign} {name} if type({name} := {written[1]}) is int"
                    f" else {function}({written[0]}, {name}))"
                )
            if _is_whole(right):
                name = self._local()
                return (
                    f"({name} {sign} {written[1]} if type({name} := {written[0]}) is int"
                    f" else {function}({name}, {written[1]}))"
                )
        return f"{function}({', '.join(written)})"

    def _equal(self, function: str, args: tuple[Expr, ...], depth: int, *, negated: bool) -> str:
        written = self._equality(function, args, depth)
        return f"(not {written})" if negated else written

    def _equality(self, function: str, args: tuple[Expr, ...], depth: int) -> str:
        left, right = args
        if isinstance(left, Literal):
            left, right = right, left
        written, other = self.expression(left, depth), self.expression(right, depth)
        kind = _quick_kind(right)
        if kind is None:
            return f"{function}({written}, {other})"
        name = self._local()
        return f"({name} == {other} if type({name} := {written}) is {kind} else {function}({name}, {other}))"


def _is_index(key: str) -> bool:
    """Whether a key could be taken for an index; only then does anything but an object have it."""
    try:
        int(key)
    except ValueError:
        return False
    return True


def _is_whole(expr: Expr) -> bool:
    return isinstance(expr, Literal) and type(expr.value) is int


def _quick_kind(expr: Expr) -> str | None:
    """Return the type whose values compare with this literal by plain `==`, None if there is none."""
    kind = type(expr.value) if isinstance(expr, Literal) else None
    return "str" if kind is str else "int" if kind is int else None
