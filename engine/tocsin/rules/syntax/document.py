"""A file once read: its JSON value, and where each part of it stands."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from tocsin.logic.ast import FieldRef, Path
from tocsin.logic.problems import Problem
from tocsin.model import Json
from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span

_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_FIELD = re.compile(r"\.[A-Za-z]")
_T = TypeVar("_T")


def split_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a text, broken wherever YAML breaks them."""
    return tuple(_LINE_BREAK.split(text))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: `span` is its first line, `last_line` the line it ends on.

    `is_plain` if it is unquoted text, `is_block` if it is text that begins in the next line (`|` or `>`).
    """

    span: Span
    last_line: int
    is_plain: bool = False
    is_block: bool = False


class Postponed(Mapping[Path, _T]):
    """Where things stand, some of it known; all of it is worked out when anything else is asked for."""

    __slots__ = ("_all", "_known", "_read")

    def __init__(self, known: Mapping[Path, _T], read: Callable[[], Mapping[Path, _T]]) -> None:
        self._known = known
        self._read = read
        self._all: Mapping[Path, _T] | None = None

    def __getitem__(self, at: Path) -> _T:
        return self._known[at] if at in self._known else self._whole()[at]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def _whole(self) -> Mapping[Path, _T]:
        if self._all is None:
            self._all = self._read()
        return self._all


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file's value with places, and the problems found while reading it.

    `value` is plain JSON, None too where the file could not be read (`is_broken`). Paths begin with the file's name.
    `mistaken` holds the paths of values that have been complained of: what later checks find there is a consequence.
    With `has_plain_fields` no text of the form `.name` is in quotes. Files of one `digest` are the same to the letter.
    `again` reads the same once more; with it the larger parts can be let go of (`let_go`).
    """

    file: str
    lines: tuple[str, ...] = ()
    value: Json = None
    problems: tuple[Diagnostic, ...] = ()
    is_broken: bool = False
    places: Mapping[Path, Place] = field(default_factory=dict)
    keys: Mapping[Path, Span] = field(default_factory=dict)
    mistaken: frozenset[Path] = frozenset()
    has_plain_fields: bool = False
    digest: bytes = b""
    again: "Callable[[], Document] | None" = field(default=None, repr=False, compare=False)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            # Python asks here for what isn't there: of a document whose parts were let go, those.
            if name not in _LARGE or self.again is None:
                raise AttributeError(name)
            fresh = self.again()
            for each in _LARGE:
                object.__setattr__(self, each, getattr(fresh, each))
            return getattr(fresh, name)

    def span(self, at: Path, *, on_key: bool = False) -> Span:
        """Return the place of a value, or of its key; of the nearest thing around it if it has none of its own."""
        if on_key and at in self.keys:
            return self.keys[at]
        for length in range(len(at), 0, -1):
            place = self.places.get(at[:length])
            if place is not None:
                return place.span
        return Span(self.file, 1, 1)

    def span_of(self, at: Path, needle: str, *, after_line: int = 0) -> Span:
        """Return where `needle` occurs as a whole word in a scalar's source; the scalar's own place if it doesn't.

        `after_line` skips that many lines of the text first.
        """
        place = self.places.get(at)
        if place is None or not needle:
            return self.span(at)
        pattern = re.compile(rf"(?<![\w.]){re.escape(needle)}(?!\w)")
        first = place.span.line + after_line + int(place.is_block)
        for number in range(first, min(place.last_line, len(self.lines)) + 1):
            start = place.span.column - 1 if number == place.span.line else 0
            found = pattern.search(self.lines[number - 1], start)
            if found:
                return Span(self.file, number, found.start() + 1, len(needle))
        return place.span

    def expression(self, value: Json, at: Path) -> object:
        """Return the value as an expression: unquoted scalars like `.text` in it become field references."""
        if isinstance(value, str):
            return FieldRef(value[1:]) if _FIELD.match(value) and self._is_plain(at) else value
        if self.has_plain_fields:
            return _with_fields(value)
        if isinstance(value, list):
            return [self.expression(item, (*at, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {key: self.expression(item, (*at, key)) for key, item in value.items()}
        return value

    def _is_plain(self, at: Path) -> bool:
        if self.has_plain_fields:
            return True
        place = self.places.get(at)
        return place is not None and place.is_plain

    def place(self, problems: Iterable[Problem]) -> list[Diagnostic]:
        """Return problems as diagnostics, without those that only follow from a mistake already reported."""
        return [self._diagnostic(problem) for problem in problems if not self._is_consequence(problem.at)]

    def _diagnostic(self, problem: Problem) -> Diagnostic:
        span = self.span(problem.at, on_key=problem.on_key)
        return Diagnostic(span=span, severity="error", code=problem.code, message=problem.message, hint=problem.hint)

    def _is_consequence(self, at: Path) -> bool:
        return bool(self.mistaken) and any(at[:length] in self.mistaken for length in range(1, len(at) + 1))


_LARGE: Final = ("lines", "value", "places", "keys")


def let_go(documents: Iterable[Document]) -> None:
    """Keep only the text of the documents; what is asked for after that is read from it again, and then stays."""
    for document in documents:
        if document.again is not None:
            for name in _LARGE:
                # What has been let go of before, and not asked for since, is not there.
                with suppress(AttributeError):
                    object.__delattr__(document, name)


class Lines(Mapping[str, Sequence[str]]):
    """The lines of documents by name, and of `more` files."""

    def __init__(self, documents: Mapping[str, Document], more: Mapping[str, Sequence[str]] | None = None) -> None:
        self._documents = documents
        self._more = more or {}

    def __getitem__(self, name: str) -> Sequence[str]:
        """Return the lines of a file."""
        document = self._documents.get(name)
        return self._more[name] if document is None else document.lines

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter({**self._more, **self._documents})

    def __len__(self) -> int:
        """Return how many files there are."""
        return len({**self._more, **self._documents})


def _with_fields(value: Json) -> object:
    """Return the value, every text of the form `.name` in it a field reference."""
    if isinstance(value, str):
        return FieldRef(value[1:]) if value[:1] == "." and _FIELD.match(value) else value
    if isinstance(value, list):
        return [_with_fields(item) for item in value]
    if isinstance(value, dict):
        return {key: _with_fields(item) for key, item in value.items()}
    return value
