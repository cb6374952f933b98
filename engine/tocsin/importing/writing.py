"""Imported rules as a rule file: YAML as an author would write it, or JSON."""

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from tocsin.importing.operators import Condition
from tocsin.importing.query import Refusal
from tocsin.importing.xrule import Imported, plain
from tocsin.logic.ast import FieldRef

_WIDTH: Final = 110
_PLAIN: Final = re.compile(r"[^\W\d_]+( ?[^\W_]+)*")
_NOT_TEXT: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def as_yaml(rules: Sequence[Imported]) -> str:
    """Return a rule file of the rules that were not refused, each under what there is to know about it alone."""
    notes = dict.fromkeys(note for rule in rules for note in rule.notes)
    lines = ["# Where the stream's tweets say less than X's:"] if notes else []
    lines += [f"# - {note}" for note in notes]
    lines += ["tocsin: 1", "", "rules:"]
    for number, rule in enumerate(rule for rule in rules if rule.content is not None):
        lines += [""] * (number > 0)
        lines += [f"  # left out: {about_left_out(rule, refusal)}" for refusal in rule.left_out]
        lines += [f"  # {remark}" for remark in rule.remarks]
        lines.append(f"  {_scalar(rule.id)}:")
        for key, value in (rule.content or {}).items():
            lines += _block(key, value, 4)
    return "\n".join(lines) + "\n"


def as_json(rules: Sequence[Imported]) -> str:
    """Return the same as JSON, which every field is written out in."""
    content = {rule.id: plain(rule.content) for rule in rules if rule.content is not None}
    return json.dumps({"tocsin": 1, "rules": content}, ensure_ascii=False, indent=2) + "\n"


def as_line(condition: Condition) -> str:
    """Return a condition in one line of YAML."""
    return _inline(condition)


def about_left_out(rule: Imported, refusal: Refusal) -> str:
    """Return which clause was left out of a rule, and why."""
    clause = " ".join(rule.source.value[refusal.start : refusal.end].split())
    return _printable(f"{clause} ({refusal.reason}): {refusal.message}; this rule matches more than X's")


def _block(key: str, value: Any, indent: int) -> list[str]:
    """Return the lines of a key and its value: in one line where it is short, else opened up."""
    margin = " " * indent
    inline = f"{margin}{key}: {_inline(value)}"
    if len(inline) <= _WIDTH and not _is_tall(value):
        return [inline]
    match value:
        case dict():
            inner = [line for name, item in value.items() for line in _block(_scalar(name), item, indent + 2)]
            return [f"{margin}{key}:", *inner]
        case list() if any(isinstance(item, dict) for item in value):
            return [f"{margin}{key}:", *(line for item in value for line in _item(item, indent + 2))]
        case list():
            return [f"{margin}{key}:", *(f"{margin}  - {_inline(item)}" for item in value)]
        case _:
            return [inline]


def _item(value: Any, indent: int) -> list[str]:
    inline = f"{' ' * indent}- {_bare_inline(value)}"
    if not isinstance(value, dict) or (len(inline) <= _WIDTH and not _is_tall(value)):
        return [inline]
    lines = [line for name, item in value.items() for line in _block(_scalar(name), item, indent + 2)]
    return [f"{' ' * indent}- {lines[0].strip()}", *lines[1:]]


def _is_tall(value: Any) -> bool:
    """Whether there is an `and` or `or` in it, which read best one part a line."""
    return isinstance(value, dict) and any(name in {"and", "or"} or _is_tall(item) for name, item in value.items())


def _bare_inline(value: Any) -> str:
    """Return an item of a list in one line: a mapping of one key without its braces."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, item),) = value.items()
        return f"{_scalar(name)}: {_inline(item)}"
    return _inline(value)


def _inline(value: Any) -> str:
    match value:
        case FieldRef():
            return f".{value}"
        case dict():
            return "{" + ", ".join(f"{_scalar(name)}: {_inline(item)}" for name, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(_inline(item) for item in value) + "]"
        case str():
            return _scalar(value)
        case _:
            return json.dumps(value)


def _scalar(text: str) -> str:
    """Return a text as it can stand in YAML: bare where every reader takes that for text, else quoted."""
    is_id = re.fullmatch(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*", text) is not None
    if (is_id or _PLAIN.fullmatch(text)) and text.lower() not in _NOT_TEXT:
        return text
    if _is_printable(text) and ("\\" in text or '"' in text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '\\"':
        return f"\\{char}"
    if _is_printable(char):
        return char
    point = ord(char)
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def _is_printable(text: str) -> bool:
    # Joiners belong to the emoji and scripts around them.
    return all(char in " \u200c\u200d" or unicodedata.category(char)[0] not in "CZ" for char in text)


def _printable(text: str) -> str:
    return "".join(char if _is_printable(char) else "\ufffd" for char in text)
