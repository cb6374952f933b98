"""What YAML's own error messages mean to somebody who writes rules about tweets.

Tweets are full of characters that YAML takes for itself: `#tag`, `@name`, `*`, `%`, `>=`, `!`. Each is recognised and
answered with what to type.
"""

import re
from dataclasses import dataclass
from typing import Any

# Operators that YAML can't take bare, and their word forms where there is one.
_WORD_FORMS = {
    ">": "gt",
    ">=": "gte",
    "!": "not",
    "!!": "",
    "!=": "ne",
    "!==": "",
    "*": "mul",
    "%": "mod",
}
_TOKEN = re.compile(r"[^\s,\[\]{}]+")
_TAG_COMMENT = re.compile(r"[ \t\[{,](#[^\s,\]}#]+)")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text, line and column from 0."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mistake in a file's form; `where` is line, column (both from 1) and width, None if the caller knows."""

    code: str
    message: str
    hint: str
    where: tuple[int, int, int] | None = None


def explain(error: Any, mark: Mark | None, begin: Mark | None, lines: tuple[str, ...]) -> Trouble:
    """Return what a YAMLError comes to, at the place where the reader should look.

    `mark` is where the parser stopped, `begin` where the construct began that it was reading; None if unknown.
    """
    if mark is None:
        return _unreadable_character(lines)
    begin = begin or mark
    problem, context = str(error.problem), str(error.context or "")
    if "cannot start any token" in problem:
        return _sign(lines, mark)
    if any(construct in context for construct in ("block scalar", "an alias", "an anchor", "a directive")):
        return _sign(lines, begin)
    if "escape" in problem:
        return _escape(lines, mark)
    if "quoted scalar" in context:
        return _at(begin, "syntax", "this quote is never closed", "close it at the end of the text")
    if "flow" in context:
        return _open_bracket(lines, begin, mark)
    if "could not find expected ':'" in problem:
        return _no_colon(lines, begin)
    if "mapping values are not allowed" in problem:
        return _colon(lines, mark)
    if "expected key" in problem or "expected '-' indicator" in problem or "<document start>" in problem:
        return _broken_block(lines, mark)
    return _at(_clamped(lines, mark), "syntax", problem, "check the indentation and the quotes around this place")


def null_with_comment(lines: tuple[str, ...], line: int, column: int) -> tuple[int, str, Trouble] | None:
    """Return column, text and trouble where an empty value is followed by what looks like a #tag; else None."""
    if line > len(lines):
        return None
    found = re.match(r"[ \t]*(#[^\s#,\]}]+)", lines[line - 1][column - 1 :])
    if found is None or found[1].startswith("#!"):
        return None
    tag = found[1]
    return column + found.start(1), tag, _unquoted_tag(tag)


def bare_tag(lines: tuple[str, ...], line: int, column: int) -> Trouble:
    """Return what is wrong with a YAML tag that begins at a place (from 0): mostly an operator left unquoted."""
    token = _token(lines, line, column)
    name = token.rstrip(":")
    if name in _WORD_FORMS:
        return Trouble("unquoted-sign", f"an unquoted {name} is a YAML tag, no operator", _quote_or_word(name))
    return Trouble("yaml-tag", f"YAML tags such as {token!r} are not read", "leave the tag out, or quote the text")


_CURLY = re.compile("^[\u201c\u201d\u201e\u2018\u2019].*[\u201c\u201d\u2018\u2019]$", re.DOTALL)
_DASHED = re.compile(r"-[^\s\d.-]")


def odd_scalar(text: str, *, has_lines: bool) -> Trouble | None:
    """Return what is wrong with plain text that YAML takes as it is: the wrong quotes, or dashes without spaces."""
    if len(text) > 1 and _CURLY.match(text):
        return Trouble("curly-quotes", "curly quotes are part of the text", f'write straight ones: "{text[1:-1]}"')
    if has_lines and _DASHED.match(text):
        return Trouble("missing-space", "a dash without a space begins no item of a list", "write a space behind it")
    return None


def bare_template(lines: tuple[str, ...], line: int, column: int) -> Trouble:
    """Return what is wrong with a mapping whose key is no text: mostly a template left unquoted."""
    rest = lines[line - 1][column - 1 :].rstrip()
    if rest.startswith("{{"):
        return Trouble("unquoted-template", "an unquoted {{ … }} is a YAML mapping", f'quote it: "{rest[:60]}"')
    return Trouble("not-json", "a key must be text", "quote it if text is meant")


def _sign(lines: tuple[str, ...], mark: Mark) -> Trouble:
    line, column = mark.line, mark.column
    token = _token(lines, line, column)
    name = token.rstrip(":")
    where = (line + 1, column + 1, max(1, len(token)))
    if line < len(lines) and lines[line][column : column + 1] == "\t":
        return Trouble("syntax", "a tab can't indent", "indent with spaces", (line + 1, column + 1, 1))
    if name in _WORD_FORMS:
        where = (line + 1, column + 1, len(name))
        return Trouble("unquoted-sign", f"an unquoted {name} can't begin a value", _quote_or_word(name), where)
    shown = token[:1] or "this"
    return Trouble("unquoted-sign", f"an unquoted {shown} can't begin a value", f'quote it: "{token}"', where)


def _quote_or_word(name: str) -> str:
    word = _WORD_FORMS[name]
    return f'quote it: "{name}", or use the word form {word}' if word else f'quote it: "{name}"'


def _escape(lines: tuple[str, ...], mark: Mark) -> Trouble:
    if mark.line < len(lines):
        column = lines[mark.line].rfind("\\", 0, mark.column + 1)
        if column >= 0:
            shown = lines[mark.line][column : column + 2]
            hint = "in single quotes backslashes stand for themselves: '\\d+'"
            return Trouble(
                "bad-escape", f"{shown} means nothing in double quotes", hint, (mark.line + 1, column + 1, 2)
            )
    return _at(mark, "bad-escape", "an escape that YAML doesn't know", "use single quotes")


def _open_bracket(lines: tuple[str, ...], begin: Mark, mark: Mark) -> Trouble:
    """A tag within brackets comments out the bracket that closes them, and the parser stops much later."""
    last = _clamped(lines, mark).line
    for number in range(last, max(-1, last - 100), -1):
        found = _TAG_COMMENT.search(lines[number])
        if found and _is_inside_brackets(lines[number][: found.start(1)]):
            tag = found[1]
            trouble = _unquoted_tag(tag)
            return Trouble(trouble.code, trouble.message, trouble.hint, (number + 1, found.start(1) + 1, len(tag)))
    bracket = lines[begin.line][begin.column : begin.column + 1] if begin.line < len(lines) else ""
    if bracket not in ("[", "{"):
        return _at(_clamped(lines, begin), "syntax", "a bracket before this is never closed", "close it with ] or }")
    closing = "]" if bracket == "[" else "}"
    message = f"this {bracket} is never closed, or a comma is missing behind it"
    return _at(begin, "syntax", message, f"close it with {closing}")


def _is_inside_brackets(text: str) -> bool:
    opened = text.count("[") + text.count("{") > text.count("]") + text.count("}")
    return opened and text.count('"') % 2 == 0


def _unquoted_tag(tag: str) -> Trouble:
    return Trouble("unquoted-tag", f"an unquoted {tag} is a YAML comment: nothing is left of it", f'quote it: "{tag}"')


def _colon(lines: tuple[str, ...], mark: Mark) -> Trouble:
    line = lines[mark.line] if mark.line < len(lines) else ""
    earlier = line.find(": ")
    if 0 <= earlier < mark.column:
        value = line[earlier + 2 :].strip()
        where = (mark.line + 1, line.index(value, earlier + 2) + 1, max(1, len(value)))
        return Trouble("syntax", "a text with ': ' in it must be quoted", "put quotes around the whole text", where)
    hint = "indent it as far as the keys beside it; the line above may lack its own colon or quotes"
    return _at(mark, "syntax", "a key is not expected here", hint)


def _no_colon(lines: tuple[str, ...], begin: Mark) -> Trouble:
    text = lines[begin.line][begin.column :].rstrip() if begin.line < len(lines) else ""
    key, sign, value = re.match(r"([\w-]*)\s*([:=]?)\s*(.*)", text).groups()  # type: ignore[union-attr]
    hint = f"write `{key}: {value}`" if key and value else "write `key: value`, or indent it below the line above"
    message = "a space is missing behind this colon" if sign == ":" else "a colon is missing in this line"
    return Trouble("syntax", message, hint, (begin.line + 1, begin.column + 1, max(1, len(text))))


def _broken_block(lines: tuple[str, ...], mark: Mark) -> Trouble:
    mark = _clamped(lines, mark)
    line = lines[mark.line]
    before = line[: mark.column].rstrip()
    if before.endswith(('"', "'")):
        return _at(mark, "syntax", "text goes on behind a closing quote", "put quotes around the whole text")
    if line[mark.column :].startswith("//"):
        return _at(mark, "syntax", "a comment does not begin with //", "begin it with #")
    return _at(mark, "syntax", "this line doesn't fit the lines above it", "indent it as far as the keys beside it")


def _unreadable_character(lines: tuple[str, ...]) -> Trouble:
    """PyYAML's ReaderError has no mark; the C parser's has only an offset. The first such character is meant."""
    for number, line in enumerate(lines, 1):
        found = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]", line)
        if found:
            code = f"U+{ord(found[0]):04X}"
            where = (number, found.start() + 1, 1)
            return Trouble("bad-character", f"the control character {code} can't stand here", "remove it", where)
    return Trouble("syntax", "this can't be read as YAML", "")


def _clamped(lines: tuple[str, ...], mark: Mark) -> Mark:
    """Return the mark, or the end of the last line that has text if the mark lies behind it."""
    if mark.line < len(lines) and lines[mark.line].strip():
        return mark
    number = min(mark.line, len(lines) - 1)
    while number > 0 and not lines[number].strip():
        number -= 1
    return Mark(number, max(0, len(lines[number].rstrip()) - 1))


def _at(mark: Mark, code: str, message: str, hint: str) -> Trouble:
    return Trouble(code, message, hint, (mark.line + 1, mark.column + 1, 1))


def _token(lines: tuple[str, ...], line: int, column: int) -> str:
    found = _TOKEN.match(lines[line], column) if line < len(lines) else None
    return found[0] if found else ""
