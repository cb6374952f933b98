"""The short way through YAML: files in the forms that nearly all rules are written in, read without a parser.

A parser of all of YAML spends 100 µs on a rule, most of it on the places of values that nobody will ask for. What is
read here is what is plain to see line by line: keys in blocks, lists and mappings in brackets, texts that end in the
line in which they begin. Whatever else there is (a mistake, too) makes the short way give up, and the long one decides.
What both read, they read the same; `tests/property/test_quick_yaml_property.py` holds them to it.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from tocsin.model import Json
from tocsin.rules.syntax.scalars import AMBIGUOUS, NotJson, plain_scalar
from tocsin.rules.syntax.trouble import odd_scalar

MAX_DEPTH: Final = 40
MAX_NODES: Final = 150_000
"""How much a file may hold here, each line counted twice and each sign once: with more the long way sees to it."""
MAX_LINE: Final = 1 << 16
_MAX_KEY: Final = 200

# What YAML refuses, takes for a line break, or passes over. Python takes 30 ms to compile classes of far characters.
_CONTROL: Final = re.compile("[\x00-\t\x0b-\x1f\x7f-\x9f]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ODD: Final = ("\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff")
_MARKER: Final = re.compile(r"^(?:---|\.\.\.|%)", re.MULTILINE)

# Letters, digits and signs that mean nothing to YAML wherever they stand, and words of them a space apart.
_SIGN: Final = r"[^\x00-/:-@\[-^`{-\xa0]"
_FIRST: Final = rf"(?:{_SIGN}|[.-](?={_SIGN}))"
_WORD: Final = rf"(?:{_SIGN}|[./+-])"
_PLAIN: Final = rf"{_FIRST}{_WORD}*(?: {_WORD}+)*"
_QUOTED: Final = r""""(?:[^"\\\n]|\\["\\/nt])*"|'[^'\n]*'"""
_ESCAPED: Final = re.compile(r'"(?:[^"\\]|\\["\\/nt])*"')

_TOKEN: Final = re.compile(rf"[\[\]{{}},]|(?:{_QUOTED}|{_PLAIN})(?::(?= ))?|[^ ]")
"""A sign of brackets, a key with its colon, a text; anything else as one character, which is none of these."""
_KEY: Final = re.compile(rf"({_SIGN}{_WORD}*|{_QUOTED}):(?: +|$)")
_TEXT: Final = re.compile(rf"{_FIRST}(?:[^:#]|:(?=\S)|(?<=\S)#)*")
_COMMENT: Final = re.compile(r" +#[^\"']*$")
_FIELD: Final = re.compile(r"\.[A-Za-z]")


class Unusual(Exception):
    """This file takes the long way."""


@dataclass(frozen=True, slots=True)
class Key:
    """Where a key in a block stands: line and column from 1, and the width of what is written."""

    line: int
    column: int
    width: int


@dataclass(frozen=True, slots=True)
class Quick:
    """A file's value, and where the keys of its outermost two levels stand, as far as they are in blocks.

    In a text of the form `.name` no quotes were left out: it is a field wherever an expression is meant.
    """

    value: Json
    keys: dict[tuple[str, ...], Key] = field(default_factory=dict)


def read_quickly(text: str, lines: Sequence[str]) -> Quick | None:
    """Return what a text holds if it is in the usual forms throughout, None if the long way has to be taken."""
    if max(map(len, lines)) > MAX_LINE or _is_unusual(text) or _MARKER.search(text) or not text.strip():
        return None
    try:
        return _Reader(lines).whole()
    except (Unusual, RecursionError):
        return None


def _is_unusual(text: str) -> bool:
    if _CONTROL.search(text):
        return True
    return not text.isascii() and (any(sign in text for sign in _ODD) or _SURROGATE.search(text) is not None)


class _Reader:
    """Reads the lines that count, by their indentation."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._rows: list[tuple[int, str, int]] = []
        for number, line in enumerate(lines, 1):
            content = line.lstrip(" ")
            if content and content[0] != "#":
                self._rows.append((len(line) - len(content), content.rstrip(" "), number))
        # Behind the last there is one that ends whatever is open.
        self._rows.append((-1, "", 0))
        self._left = MAX_NODES - 2 * len(self._rows)
        if self._left < 0:
            raise Unusual
        self._plain: dict[str, Json] = {}
        self._keys: dict[tuple[str, ...], Key] = {}

    def whole(self) -> Quick:
        """Return the value of the file.

        Raises:
            Unusual: the long way has to be taken.
        """
        if self._rows[0][0] != 0:
            raise Unusual
        if self._rows[0][1][0] in "[{":
            value, row = self._flow(self._rows[0][1], 0)
        else:
            value, row = self._block(0, ())
        if self._rows[row][0] != -1:
            raise Unusual
        return Quick(value, self._keys)

    def _block(self, row: int, at: tuple[str, ...] | None) -> tuple[Json, int]:
        """Return the mapping or list that begins in a row and the row behind it; `at` leads there, None too deep."""
        indent, content, _ = self._rows[row]
        if indent > MAX_DEPTH * 2:
            raise Unusual
        return self._list(row) if content == "-" or content.startswith("- ") else self._mapping(row, indent, at)

    def _mapping(self, row: int, indent: int, at: tuple[str, ...] | None) -> tuple[Json, int]:
        found: dict[str, Json] = {}
        rows = self._rows
        while rows[row][0] == indent:
            _, content, number = rows[row]
            match = _KEY.match(content)
            if match is None:
                raise Unusual
            key = match[1] if content[0] not in "\"'" else match[1][1:-1]
            if key in found or len(key) > _MAX_KEY or "\\" in key:
                raise Unusual
            inside = None
            if at is not None:
                inside = (*at, key)
                self._keys[inside] = Key(number, indent + 1, len(match[1]))
                inside = inside if len(inside) < 2 else None
            found[key], row = self._value(content[match.end() :], row, indent, inside)
        if rows[row][0] > indent:
            raise Unusual
        return found, row

    def _list(self, row: int) -> tuple[Json, int]:
        found: list[Json] = []
        rows = self._rows
        indent = rows[row][0]
        while rows[row][0] == indent and rows[row][1].startswith("- "):
            _, content, number = rows[row]
            rest = content[2:].lstrip(" ")
            if rest.startswith("- ") or rest == "-":
                raise Unusual
            if _KEY.match(rest):
                # A mapping that begins in the dash's own line, indented as far as its first key.
                rows[row] = (indent + len(content) - len(rest), rest, number)
                item, row = self._block(row, None)
            else:
                item, row = self._value(rest, row, indent, None)
            found.append(item)
        if rows[row][0] > indent or (rows[row][0] == indent and rows[row][1] == "-"):
            raise Unusual
        return found, row

    def _value(self, rest: str, row: int, indent: int, at: tuple[str, ...] | None) -> tuple[Json, int]:
        """Return what stands behind a key or dash, and the row behind it."""
        below, following, _ = self._rows[row + 1]
        if not rest:
            if below > indent:
                return self._block(row + 1, at)
            if below == indent and following.startswith("- ") and not self._rows[row][1].startswith("- "):
                return self._list(row + 1)
            return None, row + 1
        if rest[0] in "[{":
            return self._flow(rest, row)
        if below > indent:
            raise Unusual
        if " #" in rest:
            rest = _COMMENT.sub("", rest)
        if rest[0] in "\"'":
            return self._quoted(rest), row + 1
        if _TEXT.fullmatch(rest) is None:
            raise Unusual
        return self._scalar(rest), row + 1

    def _flow(self, rest: str, row: int) -> tuple[Json, int]:
        """Return the list or mapping in brackets that begins in a row, and the row behind the one it ends in."""
        indent = self._rows[row][0]
        tokens: list[str] = []
        open_brackets = 0
        while True:
            if " #" in rest:
                rest = _COMMENT.sub("", rest)
            more = _TOKEN.findall(rest)
            tokens += more
            open_brackets += more.count("[") + more.count("{") - more.count("]") - more.count("}")
            row += 1
            if open_brackets <= 0:
                break
            # What goes on in the next line must not begin where a key could, nor at all once the file has ended.
            if self._rows[row][0] <= indent:
                raise Unusual
            rest = self._rows[row][1]
        if self._rows[row][0] > indent:
            raise Unusual
        self._left -= len(tokens)
        if self._left < 0:
            raise Unusual
        following = iter(tokens)
        value = self._item(next(following), following, 0)
        if next(following, None) is not None:
            raise Unusual
        return value, row

    def _item(self, first: str, tokens: Iterator[str], depth: int) -> Json:
        """Return the value that begins with a token, the rest of it taken from `tokens`."""
        if depth > MAX_DEPTH:
            raise Unusual
        if first == "[":
            return self._items(tokens, depth)
        if first == "{":
            return self._pairs(tokens, depth)
        if first[0] in "\"'":
            return self._quoted(first)
        return self._scalar(first)

    def _items(self, tokens: Iterator[str], depth: int) -> Json:
        found: list[Json] = []
        first = next(tokens, "")
        if first == "]":
            return found
        while True:
            found.append(self._item(first or ",", tokens, depth + 1))
            sign = next(tokens, "")
            if sign == "]":
                return found
            if sign != ",":
                raise Unusual
            first = next(tokens, "")

    def _pairs(self, tokens: Iterator[str], depth: int) -> Json:
        found: dict[str, Json] = {}
        first = next(tokens, "")
        if first == "}":
            return found
        while True:
            if len(first) < 2 or first[-1] != ":" or len(first) > _MAX_KEY:
                raise Unusual
            key = first[1:-2] if first[0] in "\"'" else first[:-1]
            if key in found or "\\" in key:
                raise Unusual
            found[key] = self._item(next(tokens, ","), tokens, depth + 1)
            sign = next(tokens, "")
            if sign == "}":
                return found
            if sign != ",":
                raise Unusual
            first = next(tokens, "")

    def _quoted(self, written: str) -> str:
        """Return the text in quotes, if that is all there is and holds nothing to be resolved."""
        quote, text = written[0], written[1:-1]
        if len(written) < 2 or written[-1] != quote or _FIELD.match(text):
            raise Unusual
        if quote == '"' and "\\" in text:
            if _ESCAPED.fullmatch(written) is None:
                raise Unusual
            # The few escapes that are let through mean the same to JSON.
            text = str(json.loads(written))
            if _FIELD.match(text):
                raise Unusual
        elif quote in text:
            raise Unusual
        return text

    def _scalar(self, text: str) -> Json:
        """Return what plain text stands for, if it is sure to be no mistake."""
        try:
            return self._plain[text]
        except KeyError:
            pass
        if text[-1] == ":" or text in ",]}[{" or _PLAIN_START.match(text) is None or text.lower() in AMBIGUOUS:
            raise Unusual
        if odd_scalar(text, has_lines=False) is not None:
            raise Unusual
        try:
            value = self._plain[text] = plain_scalar(text)
        except NotJson:
            raise Unusual from None
        return value


_PLAIN_START: Final = re.compile(_FIRST)
