"""How reading goes on behind a mistake of syntax: without the rule, macro or list that it stands in.

YAML's own parser stops at its first mistake. Which entry of `rules:`, `macros:` or `lists:` that mistake lies in shows
in the indentation; with a stand-in for that entry the others can be read, and their mistakes told in the same run.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SECTION = re.compile(r"(rules|macros|lists):\s*(?:#.*)?")
_ENTRY = re.compile(r"\s+([\w-]+)\s*:(?:\s|$)")
_STAND_INS = {"rules": "{when: true}", "macros": "true", "lists": "[x]"}


@dataclass(frozen=True, slots=True)
class Recovery:
    """A file's lines with a stand-in for one entry, and which: its section and its name."""

    lines: tuple[str, ...]
    section: str
    name: str


def without_entry(lines: Sequence[str], number: int) -> Recovery | None:
    """Return as many lines, without the entry that a line (from 1) lies in; None if that can't be told."""
    start = _last(lines, number, 0)
    section = _SECTION.fullmatch(lines[start].rstrip()) if start is not None else None
    if start is None or section is None:
        return None
    depth = next((_depth(line) for line in lines[start + 1 :] if _counts(line)), 0)
    first = _last(lines, number, depth)
    entry = _ENTRY.match(lines[first]) if first is not None and first > start and depth else None
    if first is None or entry is None:
        return None
    behind = (
        index for index in range(number, len(lines)) if _counts(lines[index]) and _depth(lines[index]) in (0, depth)
    )
    end = next(behind, len(lines))
    stand_in = f"{' ' * depth}{entry[1]}: {_STAND_INS[section[1]]}"
    if lines[first].rstrip() == stand_in:
        return None
    blank = [""] * (end - first - 1)
    return Recovery((*lines[:first], stand_in, *blank, *lines[end:]), section[1], entry[1])


def _last(lines: Sequence[str], number: int, depth: int) -> int | None:
    """Return the last line, from 0, up to the one with a number that is indented so deep."""
    start = min(number, len(lines)) - 1
    return next(
        (index for index in range(start, -1, -1) if _counts(lines[index]) and _depth(lines[index]) == depth), None
    )


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _depth(line: str) -> int:
    # A tab goes deeper than any entry: it is one of the mistakes that are looked for.
    line = line.expandtabs()
    return len(line) - len(line.lstrip())
