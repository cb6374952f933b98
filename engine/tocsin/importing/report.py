"""Refusals as compilers show mistakes: the rule, a caret under the place, and what to write instead."""

import unicodedata

from tocsin.importing.query import Refusal
from tocsin.importing.xrule import Imported

_WIDTH = 150


def as_text(rule: Imported) -> str:
    """Return what stands in the way of a rule, each under its place; empty if nothing does."""
    return "".join(_one(rule, refusal) for refusal in rule.refusals)


def _one(rule: Imported, refusal: Refusal) -> str:
    shown = "".join(_shown(char) for char in rule.source.value)
    start, end = refusal.start, max(refusal.end, refusal.start + 1)
    cut = max(0, start - _WIDTH // 2) if len(shown) > _WIDTH else 0
    line = ("…" if cut else "") + shown[cut : cut + _WIDTH] + ("…" if len(shown) > cut + _WIDTH else "")
    before = _cells(shown[cut:start]) + (1 if cut else 0)
    width = max(1, min(_cells(shown[start:end]), _cells(line) - before))
    hint = f" {refusal.hint}" if refusal.hint else ""
    message = "".join(_shown(char) for char in refusal.message)
    headline = f"{rule.id}:1:{start + 1}: error[{refusal.reason}]: {message}"
    return f"{headline}\n    1 | {line}\n      | {' ' * before}{'^' * width}{hint}\n"


def _shown(char: str) -> str:
    if char.isspace():
        return " "
    return char if char == "\u200d" or not unicodedata.category(char).startswith("C") else "\ufffd"


def _cells(text: str) -> int:
    """Return how many columns a terminal gives a text: two for wide characters, none for marks and joiners."""
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
