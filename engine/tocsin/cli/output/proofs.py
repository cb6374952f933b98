"""Leaves of a proof as JSON, and where they are written."""

from typing import Any, Final

from tocsin.logic.ast import Path
from tocsin.logic.proofs.naming import short
from tocsin.logic.proofs.observe import Found
from tocsin.logic.proofs.proof import Leaf
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.places import SourceMap, macro_of

_VALUE_MAX: Final = 1000
"""The longest value that is written out whole, in characters."""


def leaf_as_json(leaf: Leaf, places: SourceMap, *, with_values: bool = True) -> dict[str, Any]:
    """Return a leaf as an object: what it was, what it saw (unless without values), and where it is written."""
    seen = [{"name": one.name, "value": _within_bounds(one.value)} for one in leaf.seen] if with_values else None
    document: dict[str, Any] = {
        "reason": leaf.reason,
        "holds": leaf.truth,
        **({} if seen is None else {"seen": seen}),
        "found": [found_as_json(one) for one in leaf.found],
        **where_as_json(leaf.at, places),
    }
    return {**document, "error": leaf.error} if leaf.error else document


def found_as_json(found: Found) -> dict[str, Any]:
    """Return a pattern in a text as an object."""
    return {
        "pattern": found.pattern, "field": found.field, "text": found.text, "start": found.start, "end": found.end,
    }  # fmt: skip


def _within_bounds(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= _VALUE_MAX else value[: _VALUE_MAX - 1] + "…"
    return value if len(str(value)) <= _VALUE_MAX else short(value)


def place_of(span: Span | None) -> str:
    """Return a place as editors and terminals know to open it."""
    return "" if span is None else f"{span.file}:{span.line}"


def placed(span: Span | None) -> dict[str, Any]:
    """Return a place as the keys of an object."""
    return {} if span is None else {"file": span.file, "line": span.line, "column": span.column}


def where(at: Path, places: SourceMap) -> str:
    """Return where a clause is written, and by way of which macro and lists it got into the rule."""
    by_way = [f"macro {macro_of(at)}"] if macro_of(at) else []
    by_way += [f"list {name}" for name in places.lists(at)]
    place = place_of(places.span(at))
    return f"{place} via {', '.join(by_way)}" if by_way else place


def where_as_json(at: Path, places: SourceMap) -> dict[str, Any]:
    """Return what `where` says as the keys of an object."""
    macro, lists = macro_of(at), places.lists(at)
    return {
        "path": ".".join(str(key) for key in at[1:]),
        **placed(places.span(at)),
        **({"macro": macro} if macro else {}),
        **({"lists": list(lists)} if lists else {}),
    }
