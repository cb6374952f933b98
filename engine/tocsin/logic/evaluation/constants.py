"""Constants of generated code as recipes, so that the next condition of the same shape only fills in its literals."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.evaluation.text import TextForms, fold
from tocsin.logic.evaluation.textcompile import subject_test, text_test
from tocsin.logic.facts import Facts


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant of generated code: what `make` makes of `fixed` and of the values of some literals.

    None makes nothing: the constant is the one value itself.
    """

    make: Callable[..., Any] | None
    fixed: tuple[Any, ...]
    literals: tuple[Literal, ...]

    @property
    def value(self) -> Any:
        """The constant for these very literals."""
        values = [literal.value for literal in self.literals]
        return values[0] if self.make is None else self.make(*self.fixed, *values)


def itself(value: Any) -> Any:
    """Return what is the same for all conditions of the shape."""
    return value


def listed(*values: Any) -> list[Any]:
    """Return a list that is written out, as `in` looks through it."""
    return [*values]


def folded(pattern: Any) -> str:
    """Return a pattern as `contains` looks for it."""
    return fold(str(pattern))


def folded_word(pattern: Any) -> str:
    """Return a pattern as `word` looks for it."""
    return " ".join(fold(str(pattern)).split())


def text_test_of(op: str, *patterns: Any) -> Callable[[TextForms], bool]:
    """Return the test of a text operator for texts."""
    return text_test(op, tuple(map(str, patterns)))


def subject_test_of(op: str, *patterns: Any) -> Callable[[Any, Facts], bool]:
    """Return the test of a text operator for whatever the subject turns out to be."""
    return subject_test(op, tuple(map(str, patterns)))


def with_values(expr: Expr, values: Iterator[Any]) -> Expr:
    """Return the same tree with other values in its literals, in order."""
    match expr:
        case Literal(_, at):
            return Literal(next(values), at)
        case Call(op, args, at):
            return Call(op, tuple([with_values(arg, values) for arg in args]), at)
        case Array(items, at):
            return Array(tuple([with_values(item, values) for item in items]), at)
        case Var(Literal(str()), None):
            return expr
        case Var(path, default, at):
            path = with_values(path, values)
            return Var(path, None if default is None else with_values(default, values), at)
