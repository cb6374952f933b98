"""A plan for people, in the manner of Terraform, and for programs."""

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import click

from tocsin.model import Json
from tocsin.notify.escape import clean
from tocsin.rules.diff import KeyChange, RuleSnapshot
from tocsin.runtime.reloading.record import Planned

_WIDTH = 88
_COLOURS = {"+": "green", "~": "yellow", "-": "red"}
_CONTEXT = 2
_NOTHING_SAID: Final[Mapping[str, Json]] = {"enabled": True, "stage": "live"}
"""What a key means that a snapshot leaves out."""


def plan_json(planned: Planned) -> dict[str, Any]:
    """Return a plan as a JSON object."""
    rules = planned.rules
    return {
        "add": dict(rules.added),
        "change": {rule_id: [_change(change) for change in changes] for rule_id, changes in rules.changed.items()},
        "remove": dict(rules.removed),
        "settings": [_change(change) for change in planned.settings],
        "summary": {"add": len(rules.added), "change": len(rules.changed), "remove": len(rules.removed)},
    }


def plan_text(planned: Planned, *, colour: bool) -> str:
    """Return a plan as text, `+` for what is added, `~` changed, `-` removed; the last line sums it up."""
    paint = _painted if colour else _plain
    if not planned:
        return "No changes: what is in force is what the files say.\n"
    return "".join(f"{paint(clean(line))}\n" for line in _lines(planned))


def _lines(planned: Planned) -> Iterator[str]:
    rules = planned.rules
    for rule_id, snapshot in rules.added.items():
        yield from _whole("+", rule_id, snapshot)
    for rule_id, changes in rules.changed.items():
        yield f"  ~ rule {rule_id}"
        for change in changes:
            yield from _key(change)
        yield ""
    for rule_id, snapshot in rules.removed.items():
        yield from _whole("-", rule_id, snapshot)
    for change in planned.settings:
        yield f"  ~ {change.key}"
        yield from _line_by_line(change.before, change.after)
        yield ""
    yield f"Plan: {len(rules.added)} to add, {len(rules.changed)} to change, {len(rules.removed)} to remove."


def _whole(sign: str, rule_id: str, snapshot: RuleSnapshot) -> Iterator[str]:
    yield f"  {sign} rule {rule_id}"
    for key, value in snapshot.items():
        first, *rest = _pretty(value)
        yield f"      {sign} {key}: {first}"
        yield from (f"      {sign}   {line}" for line in rest)
    yield ""


def _key(change: KeyChange) -> Iterator[str]:
    before, after = (_pretty(_meant(change.key, value)) for value in (change.before, change.after))
    if len(before) == len(after) == 1 and len(before[0]) + len(after[0]) < _WIDTH:
        yield f"      ~ {change.key}: {before[0]} -> {after[0]}"
        return
    yield f"      ~ {change.key}:"
    yield from _line_by_line(change.before, change.after)


def _line_by_line(before: Json, after: Json) -> Iterator[str]:
    """Yield the lines that differ, with a few around them."""
    compared = difflib.unified_diff(_pretty(before), _pretty(after), n=_CONTEXT, lineterm="")
    for line in list(compared)[2:]:
        if line.startswith("@@"):
            continue
        yield f"      {line[0]}   {line[1:]}".rstrip()


def _meant(key: str, value: Json) -> Json:
    return _NOTHING_SAID.get(key) if value is None else value


def _pretty(value: Json, indent: int = 0) -> list[str]:
    """Return JSON on one line where it fits, else a line for each part."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= _WIDTH or not isinstance(value, dict | list) or not value:
        return [flat]
    if isinstance(value, dict):
        parts = [(f"{json.dumps(key, ensure_ascii=False)}: ", item) for key, item in value.items()]
        opening, closing = "{", "}"
    else:
        parts = [("", item) for item in value]
        opening, closing = "[", "]"
    lines = [opening]
    for number, (label, item) in enumerate(parts, start=1):
        first, *rest = _pretty(item, indent + 2)
        inner = [f"  {label}{first}", *(f"  {line}" for line in rest)]
        inner[-1] += "," if number < len(parts) else ""
        lines += inner
    return [*lines, closing]


def _change(change: KeyChange) -> Mapping[str, Json]:
    return {"key": change.key, "before": change.before, "after": change.after}


def _painted(line: str) -> str:
    sign = line.lstrip(" ")[:1]
    return click.style(line, fg=_COLOURS[sign]) if sign in _COLOURS and line.startswith(" ") else line


def _plain(line: str) -> str:
    return line
