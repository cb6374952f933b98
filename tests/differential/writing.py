"""Conditions as JSON without sugar: macros and lists written out, word forms as signs, arguments in a list."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_WORD_FORMS: Final = {
    "eq": "==", "ne": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "not": "!", "mod": "%", "mul": "*",
    "?:": "if", "between": "<=",
}  # fmt: skip


def canonical(condition: Any, macros: Mapping[str, Any], lists: Mapping[str, Sequence[str]]) -> Any:
    """Return a condition in the one way in which the oracle reads it."""
    if isinstance(condition, list):
        found: list[Any] = []
        for item in condition:
            if isinstance(item, dict) and set(item) == {"list"}:
                found += lists[item["list"]]
            else:
                found.append(canonical(item, macros, lists))
        return found
    if not isinstance(condition, dict):
        return condition
    ((op, arguments),) = condition.items()
    if op == "macro":
        return canonical(macros[arguments], macros, lists)
    if op == "var":
        return condition
    return {
        _WORD_FORMS.get(op, op): canonical(arguments if isinstance(arguments, list) else [arguments], macros, lists)
    }
