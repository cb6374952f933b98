"""A tree of YAML nodes with places, built from parser events within bounds.

From events, never by PyYAML's own composer: that recurses in C, and 100,000 brackets take the process down.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.syntax.document import Place
from tocsin.rules.syntax.trouble import Mark, Trouble, bare_tag, explain

MAX_DEPTH = 200
"""How deep collections may nest: enough for a condition of the full depth, twice over."""
MAX_NODES = 200_000
"""How many values one file may hold, with aliases written out."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Scalar:
    """Text; `style` is its quote or block sign, None or empty if plain."""

    text: str
    place: Place
    style: str | None
    size: int = 1


@dataclass(slots=True)
class Sequence:
    """A list."""

    place: Place
    items: list["Node"] = field(default_factory=list)
    size: int = 1
    trouble: Trouble | None = None


@dataclass(slots=True)
class Mapping:
    """Pairs of key and value, in order, keys not yet compared."""

    place: Place
    pairs: list[tuple["Node", "Node"]] = field(default_factory=list)
    size: int = 1
    trouble: Trouble | None = None


@dataclass(slots=True)
class Marked:
    """A node that can be read but must not stand: it has a tag, or is an alias of nothing."""

    node: "Node"
    place: Place
    trouble: Trouble
    size: int = 1


_Collection: TypeAlias = Sequence | Mapping
Node: TypeAlias = Scalar | Sequence | Mapping | Marked


class Refused(Exception):
    """The text can't be read on from here; `is_syntax` unless a bound was exceeded."""

    def __init__(self, diagnostic: Diagnostic, *, is_syntax: bool = False) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.is_syntax = is_syntax


class Composer:
    """Builds a tree of nodes from parser events, within bounds."""

    def __init__(self, name: str, lines: tuple[str, ...], shifts: dict[int, list[int]]) -> None:
        self._name = name
        self._lines = lines
        self._shifts = shifts
        self._anchors: dict[str, Node | None] = {}
        self._open: list[tuple[_Collection, str | None, Node | None]] = []
        self._root: Node | None = None
        self._count = 0
        self._last: Any = None

    def compose(self, text: str) -> Node | None:
        """Return the document's root; None where it is empty.

        Raises:
            Refused: a syntax error, more than one document, or a bound exceeded.
        """
        try:
            for event in self._events(text):
                self._last = event
                self._take(event)
        except yaml.YAMLError as error:
            mark, begin = (self._shifted(getattr(error, name, None)) for name in ("problem_mark", "context_mark"))
            trouble = self._late_quote(mark) or explain(error, mark, begin, self._lines)
            raise self._refused(trouble, is_syntax=True) from error
        return self._root

    def _late_quote(self, mark: Mark | None) -> Trouble | None:
        """Return the trouble if the parser stopped behind a quoted text that ran on to the quote of another text."""
        last: Any = self._last
        if mark is None or not isinstance(last, ScalarEvent) or last.style not in ("'", '"'):
            return None
        last = cast("Any", last)
        if not last.start_mark.line < last.end_mark.line == mark.line:
            return None
        message = f"this quote is closed only in line {mark.line + 1}"
        where = (last.start_mark.line + 1, self._column(last.start_mark), 1)
        return Trouble("syntax", message, "close it at the end of the text", where)

    def _events(self, text: str) -> Iterator[Any]:
        loader = _LOADER(text)
        try:
            while loader.check_event():
                yield loader.get_event()
        finally:
            loader.dispose()

    def _take(self, event: Any) -> None:
        match event:
            case ScalarEvent():
                self._add(Scalar(event.value, self._place(event), event.style), event)
            case SequenceStartEvent():
                self._begin(Sequence(self._place(event)), event)
            case MappingStartEvent():
                self._begin(Mapping(self._place(event)), event)
            case SequenceEndEvent() | MappingEndEvent():
                self._end(event)
            case AliasEvent():
                self._alias(event)
            case DocumentStartEvent() if self._root is not None:
                trouble = Trouble("many-documents", "a second document begins here", "keep one document in a file")
                raise self._refused_at(event, trouble)
            case _:
                pass

    def _begin(self, collection: _Collection, event: Any) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise self._refused_at(event, Trouble("too-deep", f"nested more than {MAX_DEPTH} deep", "use macros"))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        tagged = self._tag_trouble(event)
        self._open.append((collection, event.anchor, None))
        collection.trouble = tagged

    def _end(self, event: Any) -> None:
        collection, anchor, _ = self._open.pop()
        start = collection.place.span
        line, column = event.end_mark.line + 1, self._column(event.end_mark)
        if line == start.line:
            span = Span(self._name, line, start.column, max(1, column - start.column))
        else:
            text = self._lines[start.line - 1].rstrip()
            span = Span(self._name, start.line, start.column, max(1, len(text) - start.column + 1))
        collection.place = Place(span, line)
        node: Node = collection
        if collection.trouble is not None:
            node = Marked(collection, collection.place, collection.trouble, collection.size)
        if anchor is not None:
            self._anchors[anchor] = node
        self._attach(node)

    def _add(self, scalar: Scalar, event: Any) -> None:
        trouble = self._tag_trouble(event)
        node: Node = scalar if trouble is None else Marked(scalar, scalar.place, trouble)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._attach(node)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            hint = f'quote it: "*{event.anchor}"' if event.anchor else "quote it"
            trouble = Trouble(
                "unquoted-sign", f"*{event.anchor} refers to nothing", f"{hint}, or use the word form mul"
            )
            self._attach(Marked(Scalar(f"*{event.anchor}", self._place(event), "'"), self._place(event), trouble))
            return
        node = self._anchors[event.anchor]
        if node is None:
            raise self._refused_at(
                event, Trouble("alias-cycle", f"*{event.anchor} stands inside itself", "write it out, or use a macro")
            )
        self._attach(node, at=event)

    def _attach(self, node: Node, at: Any = None) -> None:
        self._count += node.size if at is not None else 1
        if self._count > MAX_NODES:
            trouble = Trouble(
                "too-large",
                f"more than {MAX_NODES:,} values, counting what aliases repeat",
                "put long lists into files: {file: …}",
            )
            raise self._refused(trouble) if at is None else self._refused_at(at, trouble)
        if not self._open:
            self._root = node
            return
        parent, anchor, key = self._open[-1]
        parent.size += node.size
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif key is None:
            self._open[-1] = (parent, anchor, node)
        else:
            parent.pairs.append((key, node))
            self._open[-1] = (parent, anchor, None)

    def _tag_trouble(self, event: Any) -> Trouble | None:
        if event.tag is None:
            return None
        return bare_tag(self._lines, event.start_mark.line, self._column(event.start_mark) - 1)

    def _place(self, event: Any) -> Place:
        line, column = event.start_mark.line + 1, self._column(event.start_mark)
        last_line = int(event.end_mark.line) + 1
        if last_line == line:
            width = self._column(event.end_mark) - column
        else:
            # A block scalar ends at the start of the line behind it.
            last_line -= int(event.end_mark.column == 0)
            width = len(self._lines[line - 1].rstrip()) - column + 1 if line <= len(self._lines) else 1
        style = event.style if isinstance(event, ScalarEvent) else "none"
        span = Span(self._name, line, column, max(1, width))
        return Place(span, last_line, is_plain=not style, is_block=style in ("|", ">"))

    def _column(self, mark: Any) -> int:
        shifts = self._shifts.get(mark.line)
        if not shifts:
            return int(mark.column) + 1
        column = int(mark.column)
        return column + 1 + 2 * bisect_right(shifts, column)

    def _shifted(self, mark: Any) -> Mark | None:
        return None if mark is None else Mark(mark.line, self._column(mark) - 1)

    def _refused_at(self, event: Any, trouble: Trouble) -> Refused:
        span = self._place(event).span
        return self._refused(Trouble(trouble.code, trouble.message, trouble.hint, (span.line, span.column, span.width)))

    def _refused(self, trouble: Trouble, *, is_syntax: bool = False) -> Refused:
        line, column, width = trouble.where or (1, 1, 1)
        return Refused(
            Diagnostic(
                span=Span(self._name, line, column, width),
                severity="error",
                code=trouble.code,
                message=trouble.message,
                hint=trouble.hint,
            ),
            is_syntax=is_syntax,
        )
