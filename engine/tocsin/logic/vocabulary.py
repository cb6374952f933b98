"""The words that conditions may use: operators with their arity, and fields with their types."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from tocsin.hookspecs import Filter, Operator, Type
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.fields import CANONICAL, DERIVED_TYPES
from tocsin.logic.suggestions.spelling import did_you_mean as did_you_mean  # noqa: PLC0414  exported
from tocsin.logic.suggestions.spelling import suggest as suggest  # noqa: PLC0414  exported

WORD_FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "eq": "==", "ne": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "not": "!", "mod": "%", "mul": "*",
        "?:": "if",
    }
)  # fmt: skip
"""Other spellings of operators, which YAML can take bare."""

FORBIDDEN: Final = frozenset({"method", "log"})
"""What json-logic-qubit knows beyond the standard and a rule must never reach: they call Python."""

ARITY: Final[Mapping[str, tuple[int, int | None]]] = MappingProxyType(
    {
        "var": (0, 2), "missing": (0, None), "missing_some": (2, 2), "if": (0, None),
        "==": (2, 2), "===": (2, 2), "!=": (2, 2), "!==": (2, 2), "!": (1, 1), "!!": (1, 1),
        "and": (1, None), "or": (1, None), ">": (2, 2), ">=": (2, 2), "<": (2, 3), "<=": (2, 3),
        "max": (0, None), "min": (0, None), "+": (0, None), "-": (1, 2), "*": (0, None), "/": (2, 2), "%": (2, 2),
        "map": (2, 2), "filter": (2, 2), "reduce": (2, 3), "all": (2, 2), "none": (2, 2), "some": (2, 2),
        "merge": (0, None), "in": (2, 2), "cat": (0, None), "substr": (2, 3),
    }
)  # fmt: skip
"""How many arguments each standard operator takes: at least, and at most if there is a most."""

SCOPED: Final = frozenset({"map", "filter", "reduce", "all", "none", "some"})
"""Operators whose second argument is evaluated on each element: `var` there means the element."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every operator and field there is, plugins' included; `filters` are those of plugins, for templates."""

    operators: Mapping[str, Operator]
    fields: Mapping[str, Type]
    filters: Mapping[str, Filter] = field(default_factory=lambda: MappingProxyType({}))

    def extended(
        self, operators: Iterable[Operator], fields: Mapping[str, Type], filters: Iterable[Filter] = ()
    ) -> "Vocabulary":
        """Return this vocabulary with a plugin's operators, fields and filters as well.

        Raises:
            ValueError: a name is taken.
        """
        more = dict(self.operators)
        for operator in operators:
            if operator.name in more or operator.name in OPERATOR_NAMES:
                raise ValueError(f"there is already an operator '{operator.name}'")
            more[operator.name] = operator
        for name in fields:
            if name in DERIVED_TYPES:
                raise ValueError(f"there is already a field '{name}'")
        return Vocabulary(
            MappingProxyType(more),
            MappingProxyType({**self.fields, **fields}),
            MappingProxyType({**self.filters, **{wanted.name: wanted for wanted in filters}}),
        )

    def has_operator(self, name: str) -> bool:
        """Whether a word stands for an operator."""
        return name in OPERATOR_NAMES or name in self.operators

    def operator_names(self) -> list[str]:
        """Return every word that may stand for an operator, sorted."""
        return sorted({*OPERATOR_NAMES, *self.operators})


OPERATOR_NAMES: Final = frozenset({*ARITY, *WORD_FORMS, *TEXT_OPERATORS, "between", "macro", "list"})


def standard_vocabulary(fields: Mapping[str, Type] | None = None) -> Vocabulary:
    """Return the vocabulary without plugins; `fields` in place of the tweet's, for conditions about other things."""
    own: dict[str, Type] = {**CANONICAL, **DERIVED_TYPES} if fields is None else dict(fields)
    return Vocabulary(MappingProxyType({}), MappingProxyType(own))
