"""Writes JSON values as YAML that reads as the same values, and that people can read: short ones on one line."""

import json
import re
from collections.abc import Iterator
from typing import Final

from tocsin.logic.ast import FieldRef
from tocsin.model import Json

WIDTH: Final = 110
"""The longest line on which several values are put."""

# What no reader of YAML takes for anything but text, whichever version it reads.
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?:[ -][A-Za-z0-9_.]+)*")
_NOT_TEXT: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def as_yaml(value: Json) -> str:
    """Return the value as a YAML document; a `FieldRef` in it is written as the `.field` shorthand."""
    return "\n".join(_block(value, 0)) + "\n"


def as_line(value: Json) -> str:
    """Return the value in one line, however long."""
    return _flow(value)


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
        case FieldRef():
            return f".{value}"
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
    if not _is_printable(text):
        return '"' + "".join(map(_escaped, text)) + '"'
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def _is_printable(text: str) -> bool:
    # Joiners belong to the emoji and scripts around them.
    return all(char.isprintable() or char in "\u200c\u200d" for char in text)


def _escaped(char: str) -> str:
    """Return a character as it stands in double quotes; YAML has no surrogate pairs, unlike JSON."""
    if char in '\\"':
        return f"\\{char}"
    if _is_printable(char):
        return char
    point = ord(char)
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
