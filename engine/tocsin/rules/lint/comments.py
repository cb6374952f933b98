"""Reads comments such as `# tocsin: ignore T203, untested-rule until 2027-01-01 (why)` from a file.

One applies to its own line or, where it has a line to itself, to the next line that is no comment; on or above the line
of a rule's id, to the whole rule.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from tocsin.logic.ast import Path
from tocsin.logic.vocabulary import did_you_mean
from tocsin.model import Json
from tocsin.rules.diagnostics.codes import NUMBERS
from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.lint.subject import warning
from tocsin.rules.syntax.document import Document, Place

_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#\s*tocsin:\s*ignore\b(?P<rest>.*)$")
_REST: Final = re.compile(
    r"\s+(?P<codes>[A-Za-z][\w-]*(?:\s*,\s*[A-Za-z][\w-]*)*)(?:\s+until\s+(?P<until>[^\s(:;]+))?"
    r"(?:\s*[(:;].*|\s+[-\u2013\u2014].*|\s+because\b.*|\s*)$"
)
_WORD: Final = re.compile(r"[A-Za-z][\w-]*")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMES: Final[Mapping[str, str]] = {number: name for name, number in NUMBERS.items()}
_FORM: Final = "write `# tocsin: ignore T203 until 2027-01-01`; several codes with commas between them"


@dataclass(frozen=True, slots=True)
class Ignore:
    """One code of a comment, at its place; `lines` are those that it applies to, `until` (UTC) its last day."""

    span: Span
    code: str
    lines: range
    until: date | None


def read_ignores(document: Document) -> tuple[list[Ignore], list[Diagnostic]]:
    """Return what the comments of a file ignore, and those that ignore nothing because they can't be read."""
    file = _File(document)
    ignores: list[Ignore] = []
    problems: list[Diagnostic] = []
    for number, line in enumerate(document.lines, start=1):
        comment = _COMMENT.search(line) if "ignore" in line else None
        if comment is None or file.is_in_a_text(number, comment.start() + 1):
            continue
        for found in _read(document.file, number, comment, file):
            if isinstance(found, Ignore):
                ignores.append(found)
            else:
                problems.append(found)
    return ignores, problems


def _read(name: str, number: int, comment: re.Match[str], file: "_File") -> Iterator[Ignore | Diagnostic]:
    rest = _REST.match(comment["rest"])
    until = _day(rest["until"]) if rest is not None else None
    if rest is None or (until is None and rest["until"] is not None):
        span = Span(name, number, comment.start() + 1, len(comment[0].rstrip()))
        yield warning("bad-ignore", span, "this comment can't be read, and ignores nothing", _FORM)
        return
    start = comment.start("rest") + rest.start("codes") + 1
    for word in _WORD.finditer(rest["codes"]):
        span = Span(name, number, start + word.start(), len(word[0]))
        code = _NAMES.get(word[0].upper(), word[0])
        if code in NUMBERS:
            yield Ignore(span, code, file.reach(number), until)
        else:
            hint = did_you_mean(word[0], [*NUMBERS, *_NAMES], "the page 'Diagnostics' lists all codes")
            yield warning("unknown-ignore", span, f"no diagnostic {word[0]!r}", hint)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None and _DAY.fullmatch(text) else None
    except ValueError:
        return None


class _File:
    """Where rules begin in a file, and which of its lines belong to texts; worked out only if there is a comment."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._lines = document.lines

    def reach(self, number: int) -> range:
        """Return the lines that a comment in a line applies to."""
        target = number
        if self._is_comment(number):
            while target < len(self._lines) and self._is_comment(target):
                target += 1
        if target not in self._rules:
            return range(number, target + 1)
        after = bisect_right(self._starts, target)
        return range(number, self._starts[after] if after < len(self._starts) else len(self._lines) + 1)

    def is_in_a_text(self, line: int, column: int) -> bool:
        """Whether what looks like a comment belongs to a text, quoted or of several lines."""
        return any(_covers(place, line, column) for place in self._texts.get(line, ()))

    def _is_comment(self, number: int) -> bool:
        return self._lines[number - 1].lstrip().startswith("#")

    @cached_property
    def _rules(self) -> frozenset[int]:
        keys = self._document.keys.items()
        return frozenset(span.line for path, span in keys if len(path) == 3 and path[1] == "rules")

    @cached_property
    def _starts(self) -> list[int]:
        """The lines in which a rule or another part of the file begins, in order."""
        return sorted(self._rules | {span.line for path, span in self._document.keys.items() if len(path) == 2})

    @cached_property
    def _texts(self) -> Mapping[int, list[Place]]:
        """The texts of each line."""
        texts: dict[int, list[Place]] = {}
        for at, place in self._document.places.items():
            if isinstance(_value_at(self._document.value, at), str):
                for line in range(place.span.line, place.last_line + 1):
                    texts.setdefault(line, []).append(place)
        return texts


def _covers(place: Place, line: int, column: int) -> bool:
    span = place.span
    if line == span.line:
        return span.column < column < span.column + span.width and not place.is_block
    # The last line of a text in quotes may have a comment behind it.
    return place.is_block or line < place.last_line


def _value_at(value: Json, at: Path) -> Json:
    for step in at[1:]:
        if isinstance(value, dict):
            value = value.get(str(step))
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
    return value
