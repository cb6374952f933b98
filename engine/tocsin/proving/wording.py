"""How values and texts of tests are shown: on one line, cut, and without what could repaint a terminal."""

from collections.abc import Sequence
from typing import Any

from tocsin.logic.ast import Var
from tocsin.proving.clauses import Observed

_VALUE_MAX = 70


def printable(text: str) -> str:
    """Return the text with whatever isn't printed replaced; line breaks stay."""
    return "".join(char if char == "\n" or char.isprintable() else "\ufffd" for char in text)


def shown(value: Any) -> str:
    """Return a JSON value as a reader would write it, cut if it is long."""
    match value:
        case str():
            text = f"'{value}'"
        case None:
            text = "null"
        case bool():
            text = "true" if value else "false"
        case _:
            text = str(value)
    flat = printable(" ".join(text.split()))
    return flat if len(flat) <= _VALUE_MAX else flat[: _VALUE_MAX - 1] + "…"


def truth_word(observed: Observed) -> str:
    """Return what a clause came to in a word."""
    return {True: "true", False: "false", None: "failed"}[observed.truth]


def values_seen(observed: Observed) -> str:
    """Return the values that a clause looked at, `text is 'Moved to GitHub'`; nothing where the clause is the value."""
    if isinstance(observed.clause.expr, Var):
        return ""
    return ", ".join(f"{name} is {shown(value)}" for name, value in dict(observed.values).items())


def aligned(rows: Sequence[Sequence[str]], indent: str) -> list[str]:
    """Return rows as lines whose cells begin in the same columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return [
        (indent + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 test`, `2 tests`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
