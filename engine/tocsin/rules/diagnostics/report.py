"""Diagnostics for people at a terminal, for programs, and for GitHub's annotations."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.diagnostics.meanings import page_of

Sources: TypeAlias = Mapping[str, Sequence[str]]
"""The lines of each file, with what must not be shown already masked."""

_MARGIN = "    "
# Control characters and those that reorder text: a rule file must not be able to repaint the terminal.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_MAX_EXCERPT = 160
_MAX_MESSAGE = 500
SHOWN = 100
"""How many diagnostics people are shown at once; nobody mends more before looking again."""


def as_text(
    diagnostics: Sequence[Diagnostic], sources: Sources, *, colour: bool = False, most: int | None = SHOWN
) -> str:
    """Return the diagnostics as compilers show them, each with its line, a caret and a hint; empty if there is none.

    Past the first `most` only their number is told; all are shown if it is None. Errors go before warnings then.
    """
    paint = _ansi if colour else _plain
    shown = _foremost(diagnostics, most)
    text = "".join(_one(diagnostic, sources, paint) for diagnostic in shown)
    left = len(diagnostics) - len(shown)
    return f"{text}and {left:,} more; `tocsin check --all` shows them\n" if left else text


def as_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return one JSON array; `column` and `end_column` count characters from 1, the end is exclusive.

    `docs` is the page about the diagnostic, from the root of the documentation.
    """
    records = [
        {
            "file": d.span.file,
            "line": d.span.line,
            "column": d.span.column,
            "end_column": d.span.column + d.span.width,
            "severity": d.severity,
            "code": d.number,
            "name": d.code,
            "message": d.message,
            "hint": d.hint,
            "docs": page_of(d.number),
        }
        for d in diagnostics
    ]
    return json.dumps(records, ensure_ascii=False, indent=2).encode("utf-8", "replace").decode() + "\n"


def as_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return workflow commands, which GitHub shows as annotations of the lines."""
    return "".join(_workflow_command(d) for d in diagnostics)


def summary(diagnostics: Sequence[Diagnostic], *, rules: int, files: int) -> str:
    """Return the closing line, such as `9 errors in 3 files` or `23 rules in 5 files: no problems`."""
    if not diagnostics:
        return f"{_count(rules, 'rule')} in {_count(files, 'file')}: no problems"
    errors = sum(d.severity == "error" for d in diagnostics)
    warnings = len(diagnostics) - errors
    parts = [_count(errors, "error")] if errors else []
    parts += [_count(warnings, "warning")] if warnings else []
    return f"{' and '.join(parts)} in {_count(len({d.span.file for d in diagnostics}), 'file')}"


def _foremost(diagnostics: Sequence[Diagnostic], most: int | None) -> Sequence[Diagnostic]:
    """Return at most so many diagnostics in the same order, errors rather than warnings."""
    if most is None or len(diagnostics) <= most:
        return diagnostics
    chosen = sorted(range(len(diagnostics)), key=lambda index: diagnostics[index].severity != "error")[:most]
    return [diagnostics[index] for index in sorted(chosen)]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _one(diagnostic: Diagnostic, sources: Sources, paint: Callable[[str, str], str]) -> str:
    span = diagnostic.span
    place = paint(f"{_printable(span.file)}:{span.line}:{span.column}:", "1")
    label = paint(
        f"{diagnostic.severity}[{diagnostic.number} {diagnostic.code}]:",
        "1;31" if diagnostic.severity == "error" else "1;33",
    )
    headline = f"{place} {label} {_printable(diagnostic.message)}\n"
    lines = sources.get(span.file, ())
    hint = _printable(diagnostic.hint)
    if not 1 <= span.line <= len(lines):
        return headline + (f"{_MARGIN}{hint}\n" if hint else "")
    gutter = f"{span.line:>5} | "
    source, before, width = _excerpt(lines[span.line - 1], span)
    caret = paint("^" * width, "1;32")
    marked = f"{' ' * (len(gutter) - 2)}| {' ' * before}{caret}{' ' + hint if hint else ''}\n"
    return f"{headline}{gutter}{source}\n{marked}"


def _excerpt(line: str, span: Span) -> tuple[str, int, int]:
    """Return the line as shown, the display cells before the caret, and the caret's width in cells."""
    line = _UNPRINTABLE.sub(_visible, line)
    start = min(span.column - 1, len(line))
    end = min(start + span.width, max(len(line), start + 1))
    if end > _MAX_EXCERPT and len(line) > _MAX_EXCERPT:
        cut = max(0, start - _MAX_EXCERPT // 2)
        line, start, end = "…" + line[cut:], start - cut + 1, end - cut + 1
    if len(line) > _MAX_EXCERPT:
        line = line[:_MAX_EXCERPT] + "…"
    end = min(end, max(len(line), start + 1))
    return line.rstrip(), _cells(line[:start]), max(1, _cells(line[start:end]))


def _cells(text: str) -> int:
    """Return how many columns a terminal gives a text: two for wide characters, none for marks and joiners."""
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _printable(text: str) -> str:
    """Return the text without what would repaint a terminal, cut to what anybody reads of it."""
    text = text if len(text) <= _MAX_MESSAGE else text[:_MAX_MESSAGE] + "…"
    return _UNPRINTABLE.sub(_visible, text)


def _visible(found: re.Match[str]) -> str:
    return " " if found[0] == "\t" else "\ufffd"


def _workflow_command(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    properties = {
        "file": span.file,
        "line": span.line,
        "col": span.column,
        "endColumn": span.column + span.width,
        "title": f"{diagnostic.number} {diagnostic.code}",
    }
    named = ",".join(f"{name}={_escaped(str(value), in_property=True)}" for name, value in properties.items())
    message = diagnostic.message + (f" ({diagnostic.hint})" if diagnostic.hint else "")
    return f"::{diagnostic.severity} {named}::{_escaped(message)}\n"


def _escaped(text: str, *, in_property: bool = False) -> str:
    """Source: GitHub's toolkit, `escapeData` and `escapeProperty` of its command module."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    text = _printable(text)
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text


def _plain(text: str, code: str) -> str:
    del code
    return text


def _ansi(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"
