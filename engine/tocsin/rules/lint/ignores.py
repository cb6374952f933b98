"""Comments that silence warnings: `# tocsin: ignore T203, untested-rule until 2027-01-01 (why)`.

One applies to warnings in its own line, or, where it has a line to itself, in the next line that is no comment; on the
line of a rule's id, to the whole rule. Through the day `until` (UTC); after that it silences nothing and is a warning
itself, as is one that has nothing to silence. Errors can't be silenced.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tocsin.logic.ast import Path
from tocsin.logic.vocabulary import did_you_mean
from tocsin.model import Json
from tocsin.rules.codes import NUMBERS
from tocsin.rules.diagnostics import Diagnostic, Span
from tocsin.rules.document import Document, Place
from tocsin.rules.lint.subject import warning

_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#\s*tocsin:\s*ignore\b(?P<rest>.*)$")
_REST: Final = re.compile(
    r"\s+(?P<codes>[A-Za-z][\w-]*(?:\s*,\s*[A-Za-z][\w-]*)*)(?:\s+until\s+(?P<until>[^\s(:;]+))?"
    r"(?:\s*[(:;].*|\s+[-\u2013\u2014].*|\s+because\b.*|\s*)$"
)
_WORD: Final = re.compile(r"[A-Za-z][\w-]*")
_NAMES: Final[Mapping[str, str]] = {number: name for name, number in NUMBERS.items()}
_FORM: Final = "write `# tocsin: ignore T203 until 2027-01-01`; several codes with commas between them"


@dataclass(slots=True)
class _Ignore:
    """One code of a comment; `lines` are those that it applies to."""

    span: Span
    code: str
    lines: range
    until: date | None
    silenced: int = 0


def without_ignored(
    diagnostics: Iterable[Diagnostic],
    documents: Iterable[Document],
    today: date,
    *,
    unjudged: Collection[str] = (),
) -> list[Diagnostic]:
    """Return the diagnostics that no comment silences, and what is wrong with the comments.

    `unjudged` are codes that were not looked for: that a comment finds nothing of them to ignore means nothing.
    """
    ignores: dict[str, list[_Ignore]] = {}
    kept: list[Diagnostic] = []
    for document in documents:
        found, problems = _read(document)
        ignores[document.file] = found
        kept += problems
    for diagnostic in diagnostics:
        if not _is_silenced(diagnostic, ignores.get(diagnostic.span.file, ()), today):
            kept.append(diagnostic)
    judged = (ignore for found in ignores.values() for ignore in found if ignore.code not in unjudged)
    return [*kept, *_idle(judged, today)]


def _is_silenced(diagnostic: Diagnostic, ignores: Sequence[_Ignore], today: date) -> bool:
    silenced = False
    for ignore in ignores:
        applies = ignore.code == diagnostic.code and diagnostic.span.line in ignore.lines
        if diagnostic.severity == "warning" and applies:
            ignore.silenced += 1
            silenced |= ignore.until is None or today <= ignore.until
    return silenced


def _idle(ignores: Iterable[_Ignore], today: date) -> Iterator[Diagnostic]:
    for ignore in ignores:
        number = NUMBERS[ignore.code]
        if ignore.until is not None and ignore.until < today:
            message = f"this ignored {number} {ignore.code} until {ignore.until}, which is past"
            hint = (
                "mend what it hid, or give it a new date" if ignore.silenced else "take it out: nothing is left to hide"
            )
            yield warning("expired-ignore", ignore.span, message, hint)
        elif not ignore.silenced:
            yield warning("idle-ignore", ignore.span, f"there is no warning {number} {ignore.code} here to ignore",
                          "take it out; errors can't be ignored")  # fmt: skip


def _read(document: Document) -> tuple[list[_Ignore], list[Diagnostic]]:
    found: list[_Ignore] = []
    problems: list[Diagnostic] = []
    parts: _Parts | None = None
    for number, line in enumerate(document.lines, start=1):
        comment = _COMMENT.search(line) if "ignore" in line else None
        if comment is None or _is_in_a_text(document, number, comment.start() + 1):
            continue
        parts = parts or _Parts(document)
        span = Span(document.file, number, comment.start() + 1, len(line.rstrip()) - comment.start())
        rest = _REST.match(comment["rest"])
        until = _day(rest["until"]) if rest is not None else None
        if rest is None or (until is None and rest["until"] is not None):
            problems.append(warning("bad-ignore", span, "this comment can't be read, and ignores nothing", _FORM))
            continue
        start = comment.start("rest") + rest.start("codes") + 1
        for word in _WORD.finditer(rest["codes"]):
            place = Span(document.file, number, start + word.start(), len(word[0]))
            code = _NAMES.get(word[0].upper(), word[0])
            if code in NUMBERS:
                found.append(_Ignore(place, code, parts.reach(number), until))
            else:
                hint = did_you_mean(word[0], [*NUMBERS, *_NAMES], "the page 'Diagnostics' lists all codes")
                problems.append(warning("unknown-ignore", place, f"no diagnostic {word[0]!r}", hint))
    return found, problems


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None


class _Parts:
    """Where the rules and the other parts of a file begin."""

    def __init__(self, document: Document) -> None:
        self._lines = document.lines
        self._rules = {span.line for path, span in document.keys.items() if len(path) == 3 and path[1] == "rules"}
        self._starts = sorted(self._rules | {span.line for path, span in document.keys.items() if len(path) == 2})

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

    def _is_comment(self, number: int) -> bool:
        return self._lines[number - 1].lstrip().startswith("#")


def _is_in_a_text(document: Document, line: int, column: int) -> bool:
    """Whether what looks like a comment belongs to a text, quoted or of several lines."""
    return any(
        place.span.line <= line <= place.last_line
        and isinstance(_value_at(document.value, at), str)
        and _covers(place, line, column)
        for at, place in document.places.items()
    )


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
