"""From the bytes of a message to JSON that is safe to walk, store and print, or to the reason why not.

Whoever sends can't hurt us: deep nesting, endless numbers, NaN, lone surrogates and bytes that are no text all have an
answer. Reasons never quote the message, since they are kept in the journal.

Nearly every message is read by msgspec, five times as fast as `json`. What it refuses is read again by `json`, which
takes some of it (lone surrogates) and says what is wrong with the rest.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final

import msgspec

MAX_DEPTH: Final = 64
"""Levels of nesting that a message may have: as many as a rule's condition, and far from Python's recursion limit."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MAYBE_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]|[" + "\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message that can't be read, and why."""

    reason: str


def parse_object(message: str | bytes | bytearray) -> dict[str, Any] | Malformed:
    """Return the JSON object that a message holds, whatever came.

    Its texts can be encoded as UTF-8 (lone surrogates become U+FFFD), its numbers are finite and its nesting is at most
    `MAX_DEPTH`.
    """
    try:
        value = _QUICK.decode(message)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return parse_exactly(message)
    if type(value) is not dict:
        return Malformed(f"{_KINDS.get(type(value), 'a value')}, not an object")
    opening = message.count("{") + message.count("[") if isinstance(message, str) else _openings(message)
    # Few messages have that many brackets at all, so the walk is rare.
    if opening > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        return Malformed(f"nested more than {MAX_DEPTH} levels deep")
    return value


def _openings(message: bytes | bytearray) -> int:
    return message.count(b"{") + message.count(b"[")


def parse_exactly(message: str | bytes | bytearray) -> dict[str, Any] | Malformed:
    """Return the same as `parse_object`, the long way: what the quick reader refuses is read here."""
    try:
        text = message if isinstance(message, str) else bytes(message).decode("utf-8-sig")
        value = _DECODER.decode(text)
    except UnicodeDecodeError:
        return Malformed("not UTF-8")
    except RecursionError:
        return Malformed(f"nested more than {MAX_DEPTH} levels deep")
    except json.JSONDecodeError as error:
        return Malformed(f"not JSON: {error.msg} at character {error.pos + 1}")
    except ValueError as error:
        # int() names its limit of digits; the hooks below say what they refused. Neither quotes the message.
        return Malformed(f"not JSON that can be kept: {error}")
    if not isinstance(value, dict):
        return Malformed(f"{_KINDS.get(type(value), 'a value')}, not an object")
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        return Malformed(f"nested more than {MAX_DEPTH} levels deep")
    if _MAYBE_SURROGATE.search(text):
        return {_whole(name): _without_lone_surrogates(item) for name, item in value.items()}
    return value


def printable(text: str, limit: int = 80) -> str:
    """Return a stranger's text on one line without control characters, at most `limit` characters."""
    line = "".join(character if character.isprintable() else " " for character in text[: limit + 1])
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _finite(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


_QUICK: Final = msgspec.json.Decoder()
_DECODER: Final = json.JSONDecoder(parse_float=_finite, parse_constant=_refuse_constant)

_KINDS: Final[dict[type, str]] = {
    type(None): "null", bool: "a truth value", int: "a number", float: "a number", str: "a text", list: "a list",
}  # fmt: skip


def _depth(value: Any) -> int:
    """Return the levels of nesting, without recursion."""
    deepest, open_values = 0, [(value, 1)]
    while open_values:
        node, depth = open_values.pop()
        if isinstance(node, dict | list):
            deepest = max(deepest, depth)
            open_values.extend((item, depth + 1) for item in (node.values() if isinstance(node, dict) else node))
    return deepest


def _without_lone_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_whole(name): _without_lone_surrogates(item) for name, item in value.items()}
    return value


def _whole(text: str) -> str:
    # A pair of escapes has become one character by now; what is left of the range stands alone.
    return _SURROGATE.sub("\ufffd", text)
