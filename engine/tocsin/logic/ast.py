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


@dataclass(frozen=True, slots=True)
class Literal:
    """A JSON scalar standing for itself."""

    value: None | bool | int | float | str
    at: Path = field(default=(), compare=False)


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
