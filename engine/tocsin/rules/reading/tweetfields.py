"""The fields that a test sets: which there are, and what values they take."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from tocsin.hookspecs import Type
from tocsin.logic.ast import Path
from tocsin.logic.fields import DERIVED_TYPES
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import suggest
from tocsin.model import Json
from tocsin.rules.reading.schema import wrong_type

_NAMES: Final[Mapping[Type, str]] = {
    "text": "text",
    "number": "a number",
    "truth": "true or false",
    "list": "a list",
    "object": "a mapping",
    "any": "anything",
}


def field_problems(
    value: Mapping[str, Json], at: Path, fields: Mapping[str, Type], more: Collection[str] | None
) -> Iterator[Problem]:
    """Yield what is wrong with the fields of a tweet in a test, dotted or nested.

    `more` are fields that may be set beside the known ones, None where those aren't known: then only a name that is
    nearly that of a field is told.
    """
    for name, item, place in _leaves(value, at, ""):
        if name in DERIVED_TYPES:
            yield _derived(name, place)
        elif name in fields:
            if not _fits(item, fields[name]):
                yield wrong_type(_NAMES[fields[name]], item, place)
        elif more is None or name not in more:
            near = suggest(name, [other for other in fields if other not in DERIVED_TYPES])
            if near is not None or more is not None:
                yield _unknown(name, near, place)


def _leaves(value: Mapping[str, Json], at: Path, prefix: str) -> Iterator[tuple[str, Json, Path]]:
    for key, item in value.items():
        if isinstance(item, dict) and item:
            yield from _leaves(item, (*at, key), f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", item, (*at, key)


def _derived(name: str, at: Path) -> Problem:
    hint = "set the text, or what else it is worked out from"
    message = f"{name!r} is worked out from the tweet"
    return Problem(code="derived-field", message=message, at=at, hint=hint, on_key=True)


def _unknown(name: str, near: str | None, at: Path) -> Problem:
    hint = f"did you mean {near!r}?" if near else "nothing sets it, and the rule doesn't read it"
    return Problem(code="unknown-field", message=f"no field {name!r}", at=at, hint=hint, on_key=True)


def _fits(value: Json, kind: Type) -> bool:
    match value:
        case None:
            return True
        case bool():
            return kind in {"truth", "any"}
        case int() | float():
            return kind in {"number", "any"}
        case str():
            return kind in {"text", "any"}
        case list():
            return kind in {"list", "any"}
        case _:
            return kind in {"object", "any"}
