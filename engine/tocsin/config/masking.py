"""What of tocsin.yaml may be shown beside a diagnostic: only what is known to be harmless."""

import re
from dataclasses import replace

from tocsin.logic.ast import Path
from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.syntax.document import Document

_HARMLESS_TOP = frozenset({"rules", "routes", "inhibit", "state", "http", "log", "reload"})
_HARMLESS_SOURCE = frozenset({"type", "subscribe", "insecure", "path"})
_HARMLESS_DESTINATION = frozenset({"action", "retry"})
_TIME_OF_DAY = r"[0-9]{1,2}([:.h][0-9]{0,2})? ?([ap]\.?m\.?)?"
_AREAS = "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Etc|Europe|Indian|Pacific|US"
_QUIET = {
    "zone": re.compile(rf"({_AREAS})[/ _-]?[A-Za-z/ _+-]{{0,30}}[0-9]{{0,2}}|UTC|GMT", re.IGNORECASE),
    "from": re.compile(_TIME_OF_DAY, re.IGNORECASE),
    "to": re.compile(_TIME_OF_DAY, re.IGNORECASE),
    "days": re.compile(r"(mo|tu|we|th|fr|sa|su)[a-z]{0,7}", re.IGNORECASE),
    "then": re.compile(r"hold|drop|wait|skip|keep|defer|discard|none"),
}
"""What under `quiet:` looks like what belongs there, if misspelt; anything else may be a key in the wrong place."""

_WORD = re.compile(r"[a-z][a-z_-]{0,30}")
_LEADING_KEY = re.compile(r"\s*(?:- )?[a-z][a-z_]{0,30}:(?=\s|$)")
_HIDDEN = re.compile(r"[^\s{}\[\]:,\"'|>-]")
_REFERENCE = re.compile(r"\$\{(?:[A-Za-z_][A-Za-z0-9_]*|file:[^{}]*)\}")

# The reader of YAML quotes what it stumbled over, which here may be a key that begins with an @ or a #.
_WITHOUT_VALUE = {
    "unquoted-sign": ("a value begins with a sign that YAML takes for itself", "quote the whole value"),
    "unquoted-tag": ("what begins with # is a YAML comment: nothing is left of this value", "quote the whole value"),
    "unquoted-template": ("an unquoted {{ … }} is a YAML mapping", "quote the whole value"),
    "yaml-tag": ("what begins with ! is a YAML tag", "quote the whole value"),
    "not-json": ("this can't be read as a JSON value", "quote it if text is meant"),
    "bad-escape": ("an escape that YAML doesn't know", "in single quotes backslashes stand for themselves"),
}


def masked_lines(document: Document) -> tuple[str, ...]:
    """Return the lines of the file, of the same length, with `*` for all that may be secret.

    Keys, references such as `${NAME}` and the values of harmless settings stay.
    """
    shown: dict[int, list[tuple[int, int]]] = {}
    for at, place in document.places.items():
        if is_harmless(at) or _is_hours(at, _text(document, place.span)):
            _show(shown, place.span)
    for at, span in document.keys.items():
        if isinstance(at[-1], str) and _WORD.fullmatch(at[-1]):
            _show(shown, span)
    return tuple(_masked(line, shown.get(number, [])) for number, line in enumerate(document.lines, 1))


def is_harmless(at: Path) -> bool:
    """Whether the value at a path can hold no secret."""
    match at[1:]:
        case (str() as top, *_) if top in _HARMLESS_TOP:
            return True
        case ("source", str() as key, *_):
            return key in _HARMLESS_SOURCE
        case ("destinations", str(), str() as key, *_):
            return key in _HARMLESS_DESTINATION
        case _:
            return False


def _is_hours(at: Path, text: str) -> bool:
    match at[1:]:
        case ("destinations", str(), "quiet", str() as key, *_) if key in _QUIET:
            return _QUIET[key].fullmatch(text) is not None
        case _:
            return False


def _text(document: Document, span: Span) -> str:
    return document.lines[span.line - 1][span.column - 1 :][: span.width].strip("\"'")


def without_values(diagnostic: Diagnostic) -> Diagnostic:
    """Return a diagnostic of the YAML reader without the text that it quotes."""
    if diagnostic.code not in _WITHOUT_VALUE:
        return diagnostic
    message, hint = _WITHOUT_VALUE[diagnostic.code]
    return replace(diagnostic, message=message, hint=hint)


def shown_key(key: str) -> str:
    """Return a key for a message, unless it looks like a value that slipped into its place."""
    return repr(key) if _WORD.fullmatch(key) else "such"


def _show(shown: dict[int, list[tuple[int, int]]], span: Span) -> None:
    shown.setdefault(span.line, []).append((span.column - 1, span.column - 1 + span.width))


def _masked(line: str, shown: list[tuple[int, int]]) -> str:
    result = list(_HIDDEN.sub("*", line))
    keep = [*shown, *(found.span() for found in _REFERENCE.finditer(line))]
    leading = _LEADING_KEY.match(line)
    if leading:
        keep.append(leading.span())
    for start, end in keep:
        result[start:end] = line[start:end]
    return "".join(result)
