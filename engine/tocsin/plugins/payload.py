"""Whether what a transform gave back can take the tweet's place: plain JSON, and still the same tweet."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from tocsin.plugins.contain import name_of

MAX_DEPTH = 64
"""How deep lists and objects may be nested; a list that holds itself is deeper than any limit."""

_SCALARS = frozenset((str, int, bool, type(None)))


class NotUsable(Exception):
    """A transform's result can't be used; the message says what was expected."""


def check_result(result: object, original: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result as the tweet's new data.

    Raises:
        NotUsable: it isn't a dict of plain JSON, or the tweet's id changed.
    """
    if type(result) is not dict:
        raise NotUsable(f"returned {name_of(result)}; return the tweet's dict, changed or not, or Drop(reason)")
    _check_object(result, "", 0)
    if result.get("id") != original.get("id"):
        raise NotUsable("changed the tweet's id; add fields instead")
    return result


def check_value(value: object) -> Any:
    """Return the value, if it is plain JSON.

    Raises:
        NotUsable: it isn't.
    """
    if type(value) not in _SCALARS:
        _check(value, "", 0)
    return value


def _check_object(value: Mapping[Any, Any], path: str, depth: int) -> None:
    for key, item in value.items():
        if type(key) is not str:
            raise NotUsable(f"returned {name_of(key)} as a key{_at(path)}; JSON has text keys")
        if type(item) not in _SCALARS:
            _check(item, f"{path}.{key}", depth + 1)


def _check(value: object, path: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotUsable(f"nested its result deeper than {MAX_DEPTH}")
    if type(value) is float:
        if not isfinite(value):
            raise NotUsable(f"returned {value}{_at(path)}; JSON has no such number")
    elif type(value) is dict:
        _check_object(value, path, depth)
    elif type(value) is list:
        for index, item in enumerate(value):
            if type(item) not in _SCALARS:
                _check(item, f"{path}.{index}", depth + 1)
    elif type(value) not in _SCALARS:
        raise NotUsable(f"returned {name_of(value)}{_at(path)}; return plain JSON values")


def _at(path: str) -> str:
    return f" at {path}" if path else ""
