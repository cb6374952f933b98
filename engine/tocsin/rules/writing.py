"""Writes JSON values as YAML that reads as the same values, and that people can read: short ones on one line."""

import json
import re
from collections.abc import Iterator
from typing import Final

from tocsin.model import Json

WIDTH: Final = 110
"""The longest line on which several values are put."""

# What no reader of YAML takes for anything but text, whichever version it reads.
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?:[ -][A-Za-z0-9_.]+)*")
_NOT_TEXT: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def as_yaml(value: Json) -> str:
    """Return the value as a YAML document."""
    return "\n".join(_block(value, 0)) + "\n"


def _block(value: Json, indent: int) -> Iterator[str]:
    match value:
        case dict() if value:
            for key, item in value.items():
                yield from _entry(f"{_text(key)}:", item, indent)
        case list() if value:
            for item in value:
                yield from _item(item, indent)
        case _:
            yield " " * indent + _flow(value)


def _entry(lead: str, value: Json, indent: int) -> Iterator[str]:
    flow = _flow(value)
    if _is_short(flow, indent + len(lead)) or not isinstance(value, dict | list):
        yield f"{' ' * indent}{lead} {flow}"
    else:
        yield f"{' ' * indent}{lead}"
        yield from _block(value, indent + 2)


def _item(value: Json, indent: int) -> Iterator[str]:
    flow = _flow(value)
    if _is_short(flow, indent + 2) or not isinstance(value, dict | list) or not value:
        yield f"{' ' * indent}- {flow}"
        return
    first, *rest = _block(value, indent + 2)
    yield f"{' ' * indent}- {first[indent + 2 :]}"
    yield from rest


def _is_short(flow: str, indent: int) -> bool:
    return indent + len(flow) < WIDTH


def _flow(value: Json) -> str:
    match value:
        case str():
            return _text(value)
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case dict():
            return "{" + ", ".join(f"{_text(key)}: {_flow(item)}" for key, item in value.items()) + "}"
        case _:
            return json.dumps(value)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
