"""Reads YAML 1.2 (hence JSON) strictly: JSON values only, duplicate keys refused, every value with its place.

Depth, size and alias expansion are bounded before anything is built from them (`nodes`).
"""

import re
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path as FilePath

from tocsin.logic.ast import Path
from tocsin.model import Json
from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.syntax.document import Document, Place, Postponed, let_go, split_lines
from tocsin.rules.syntax.nodes import Composer, Mapping, Marked, Node, Refused, Scalar, Sequence
from tocsin.rules.syntax.quick import read_quickly
from tocsin.rules.syntax.recovery import without_entry
from tocsin.rules.syntax.scalars import AMBIGUOUS, NotJson, plain_scalar
from tocsin.rules.syntax.trouble import Trouble, bare_template, null_with_comment, odd_scalar

MAX_SIZE_BYTES = 1 << 20
"""The largest file that is read. Long lists belong in `lists: {name: {file: …}}`."""
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def read_document(path: FilePath, name: str) -> Document:
    """Return the document in a file; `name` is how diagnostics call it. Never raises for what the file holds."""
    try:
        if path.exists() and not path.is_file():
            return _unreadable(name, "no-such-file", "not a file")
        size_bytes = path.stat().st_size
        if size_bytes > MAX_SIZE_BYTES:
            return _unreadable(name, "too-large", f"{size_bytes:,} bytes; a file may have {MAX_SIZE_BYTES:,}")
        with path.open("rb") as file:
            # Not `read_bytes`: what has no size of its own, such as a device, may have no end.
            raw = file.read(MAX_SIZE_BYTES + 1)
        if len(raw) > MAX_SIZE_BYTES:
            return _unreadable(name, "too-large", f"no end within {MAX_SIZE_BYTES:,} bytes")
    except OSError as error:
        return _unreadable(name, "no-such-file", f"can't be read: {error.strerror or error}")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = "it looks like UTF-16: save the file as UTF-8" if _is_utf_16(raw) else "save the file as UTF-8"
        return _unreadable(name, "bad-encoding", "not UTF-8", hint, line)
    if _is_utf_16(raw):
        return _unreadable(name, "bad-encoding", "not UTF-8", "it looks like UTF-16: save the file as UTF-8")
    return parse_document(text, name)


def unread_document(path: FilePath, name: str) -> Document | None:
    """Return the document in a file with nothing but its text, the rest to be read when it is asked for.

    To be used only for what has been read before, without a mistake; None if it is plain that this isn't such a file.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_SIZE_BYTES + 1) if path.is_file() else b""
        text = raw.decode("utf-8-sig") if len(raw) <= MAX_SIZE_BYTES else ""
    except (OSError, UnicodeDecodeError):
        return None
    document = _with_text(Document(file=name), text)
    let_go([document])
    return document


def parse_document(text: str, name: str) -> Document:
    """Return the document in a text, whatever the text is: what is wrong with it is among its `problems`."""
    return _with_text(_quickly(text, name) or read_thoroughly(text, name), text)


def _with_text(document: Document, text: str) -> Document:
    name, raw = document.file, text.encode("utf-8", "surrogatepass")
    digest = blake2b(raw, digest_size=16).digest()
    return replace(document, digest=digest, again=lambda: parse_document(raw.decode("utf-8", "surrogatepass"), name))


def _quickly(text: str, name: str) -> Document | None:
    """Return the document in a text in the usual forms, places to be worked out when they are asked for."""
    lines = split_lines(text)
    quick = read_quickly(text, lines)
    if quick is None:
        return None
    resolved: list[_Resolver] = []

    def resolver() -> _Resolver:
        if not resolved:
            resolved.append(_read(text, name, lines)[1])
        return resolved[0]

    keys: dict[Path, Span] = {
        (name, *at): Span(name, key.line, key.column, key.width) for at, key in quick.keys.items()
    }
    return Document(
        file=name,
        lines=lines,
        value=quick.value,
        places=Postponed({}, lambda: resolver().places),
        keys=Postponed(keys, lambda: resolver().keys),
        has_plain_fields=True,
    )


def read_thoroughly(text: str, name: str) -> Document:
    """Return the document in a text by the long way, which takes whatever text there is."""
    lines = split_lines(text)
    problems: list[Diagnostic] = []
    lost: set[Path] = set()
    while True:
        try:
            root, resolver = _read(text, name, lines)
        except Refused as refused:
            problems.append(refused.diagnostic)
            others = without_entry(split_lines(text), refused.diagnostic.span.line) if refused.is_syntax else None
            if others is None or len(problems) * len(text) > MAX_SIZE_BYTES:
                return Document(file=name, lines=lines, problems=tuple(problems), is_broken=True)
            lost.add((name, others.section, others.name))
            text = "\n".join(others.lines)
            continue
        return Document(
            file=name,
            lines=lines,
            value=root,
            problems=(*problems, *resolver.problems),
            places=resolver.places,
            keys=resolver.keys,
            mistaken=frozenset(resolver.mistaken | lost),
        )


def _read(text: str, name: str, lines: tuple[str, ...]) -> "tuple[Json, _Resolver]":
    """Return the value of a text and how it was resolved.

    Raises:
        Refused: it can't be read.
    """
    text, shifts = _join_surrogates(text)
    root = Composer(name, lines, shifts).compose(text)
    resolver = _Resolver(name, lines)
    return resolver.value(root, (name,)) if root is not None else None, resolver


def _unreadable(name: str, code: str, message: str, hint: str = "", line: int = 1) -> Document:
    problem = Diagnostic(span=Span(name, line, 1), severity="error", code=code, message=message, hint=hint)
    return Document(file=name, problems=(problem,), is_broken=True)


def _is_utf_16(raw: bytes) -> bool:
    """Whether every other byte of the first few is zero, as in Latin text over UTF-16; such bytes are UTF-8 too."""
    head = raw[2:66] if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else raw[:64]
    return len(head) > 2 and (not any(head[1::2]) or not any(head[::2]))


def _join_surrogates(text: str) -> tuple[str, dict[int, list[int]]]:
    r"""Return the text with JSON's `\ud83d\ude00` written as YAML's `\U0001f600`, and where lines got shorter.

    JSON writers emit such pairs for every emoji, and YAML has no such escape. The second value gives, by line from 0,
    the columns in the new text behind which the source is two characters further right.
    """
    if "\\u" not in text:
        return text, {}
    shifts: dict[int, list[int]] = {}
    pieces: list[str] = []
    position = start_of_line = line = 0
    for found in _SURROGATES.finditer(text):
        code = 0x10000 + ((int(found[2], 16) & 0x3FF) << 10) + (int(found[3], 16) & 0x3FF)
        pieces += [text[position : found.start()], found[1], f"\\U{code:08x}"]
        line += text.count("\n", position, found.start())
        start_of_line = text.rfind("\n", position, found.start()) + 1 or start_of_line
        columns = shifts.setdefault(line, [])
        columns.append(found.end() - start_of_line - 2 * (len(columns) + 1))
        position = found.end()
    pieces.append(text[position:])
    return "".join(pieces), shifts


class _Resolver:
    """Turns nodes into JSON, noting the place of each value and what may not stand."""

    def __init__(self, name: str, lines: tuple[str, ...]) -> None:
        self._name = name
        self._lines = lines
        self.places: dict[Path, Place] = {}
        self.keys: dict[Path, Span] = {}
        self.problems: list[Diagnostic] = []
        self.mistaken: set[Path] = set()

    def value(self, node: Node, at: Path) -> Json:
        """Return the JSON value of a node; recursion is bounded by the depth of the tree."""
        self.places[at] = node.place
        match node:
            case Scalar():
                return self._scalar(node, at)
            case Sequence():
                return [self.value(item, (*at, index)) for index, item in enumerate(node.items)]
            case Mapping():
                return self._mapping(node, at)
            case Marked():
                self._complain(node.trouble, node.place.span, at)
                return self.value(node.node, at)

    def _scalar(self, node: Scalar, at: Path) -> Json:
        if node.style:
            return node.text
        span = node.place.span
        if node.text == "":
            found = null_with_comment(self._lines, span.line, span.column)
            if found is not None:
                column, tag, trouble = found
                self._complain(trouble, Span(self._name, span.line, column, len(tag)), at)
                return tag
            return None
        if node.text.lower() in AMBIGUOUS and not _is_own(at):
            self._complain(_ambiguous(node.text), span, at)
            return node.text
        odd = odd_scalar(node.text, has_lines=node.place.last_line > span.line)
        if odd is not None:
            self._complain(odd, span, at)
            return node.text
        try:
            return plain_scalar(node.text)
        except NotJson as error:
            self._complain(Trouble("not-json", str(error), "quote it if text is meant"), span, at)
            return node.text

    def _mapping(self, node: Mapping, at: Path) -> Json:
        result: dict[str, Json] = {}
        for key_node, value_node in node.pairs:
            key = self._key(key_node, node, at)
            if key is None:
                continue
            path = (*at, key)
            if key in result:
                self._complain(self._duplicate(key, at), key_node.place.span, None)
                continue
            self.keys[path] = key_node.place.span
            result[key] = self.value(value_node, path)
        return result

    def _key(self, node: Node, mapping: Mapping, at: Path) -> str | None:
        if isinstance(node, Marked):
            self._complain(node.trouble, node.place.span, at)
            node = node.node
        if not isinstance(node, Scalar):
            if at not in self.mistaken:
                span = mapping.place.span
                self._complain(bare_template(self._lines, span.line, span.column), span, at)
            return None
        if not node.style and node.text == "<<":
            trouble = Trouble("merge-key", "merge keys (<<) are not read", "write the keys out, or use a macro")
            self._complain(trouble, node.place.span, at)
            return None
        return node.text

    def _duplicate(self, key: str, at: Path) -> Trouble:
        first = self.keys[(*at, key)].line
        if len(at) == 2 and at[1] == "rules":
            return Trouble(
                "duplicate-rule", f"rule {key!r} is defined twice; first in line {first}", "give one of them another id"
            )
        in_condition = {"when", "macros"}.intersection(at)
        hint = "keep one, or put both under 'and'" if in_condition else "keep one of them"
        return Trouble("duplicate-key", f"key {key!r} occurs twice; first in line {first}", hint)

    def _complain(self, trouble: Trouble, span: Span, at: Path | None) -> None:
        if at is not None:
            self.mistaken.add(at)
        self.problems.append(
            Diagnostic(span=span, severity="error", code=trouble.code, message=trouble.message, hint=trouble.hint)
        )


def _is_own(at: Path) -> bool:
    """Whether the path leads through a key that begins with `x-`: what stands there is the user's."""
    return any(isinstance(step, str) and step.startswith("x-") for step in at[1:])


def _ambiguous(text: str) -> Trouble:
    meant = "true" if text.lower() in {"yes", "on"} else "false"
    norwegian = " (Norwegian)" if text.lower() == "no" else ""
    return Trouble(
        "ambiguous-scalar",
        f"a bare {text} is text to some readers of YAML and {meant} to others",
        f'quote it: "{text}"{norwegian}, or write {meant}',
    )
