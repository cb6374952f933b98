"""The tree that a condition is once parsed: literals, variables, lists and calls, sugar gone.

Every node knows `at`, the path of its source in the document it was read from, so that problems and proofs can point
at it; two nodes are equal whatever their `at`.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Where a node stands: the document's name, then keys and indices from its root."""


class FieldRef(str):
    """A `.field` shorthand as the YAML loader hands it over: the plain scalar without its leading dot."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A JSON scalar standing for itself.

    Two are equal if they are the same JSON: 1, 1.0 and true, which Python takes for equal, are three.
    """

    value: None | bool | int | float | str
    at: Path = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Literal):
            return NotImplemented
        one, two = self.value, other.value
        if isinstance(one, str):
            return one == two
        # 0.0 and -0.0 differ as texts, with which `==` compares numbers.
        return type(one) is type(two) and one == two and (type(one) is not float or str(one) == str(two))

    def __hash__(self) -> int:
        return hash(self.value)


@dataclass(frozen=True, slots=True)
class Array:
    """A list of expressions, evaluated one by one."""

    items: tuple["Expr", ...]
    at: Path = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Var:
    """A field of the data by dotted path, or `default` where it is missing (a null that stands there is null).

    `path` is itself an expression only in JSON-logic that computes it; nearly always a Literal.
    """

    path: "Expr"
    default: "Expr | None" = None
    at: Path = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """An operator applied to arguments. `op` is always the canonical name (`==`, never `eq`)."""

    op: str
    args: tuple["Expr", ...]
    at: Path = field(default=(), compare=False)


Expr: TypeAlias = Literal | Array | Var | Call
