"""Rows: what waits for one term, laid out so that looking at it touches as little memory as possible.

Where there are many rules, what has to be fetched from memory for each is most of what it costs. So rules that have
the same kind of question left open are one row, which holds their constants and their numbers side by side, and a loop
in generated code goes through it; most terms have one row.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from tocsin.logic.evaluation.fast import FIRST, Template

Row: TypeAlias = tuple[Any, ...]
"""A function or none, the next row of the same term or none, a width; then as often as there are entries the constants
that the function asks with, and the number of whom it asks for (`matching.told`). That many values are the width.

Without a function the entries are numbers of rules that the term leaves nothing open of.
"""

Waiting: TypeAlias = tuple[int, Template | None, tuple[Any, ...]]
"""A number that stands for rules, what the term leaves open, and its constants."""


class Rows:
    """Lays rows out. Whatever they hold is made anew in the order in which they are: it lies beside them in memory."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def of(self, waiting: Iterable[Waiting], more: Row | None = None) -> Row | None:
        """Return the first row of those that wait for a term, and behind them all `more`."""
        by_test: dict[Template | None, list[Any]] = {}
        widths: dict[Template | None, int] = {}
        for number, test, constants in waiting:
            entry = (*map(self._at_hand, constants), anew(number))
            by_test.setdefault(test, []).extend(entry)
            widths[test] = len(entry)
        row = more
        for test, entries in by_test.items():
            row = (test, row, widths[test], *entries)
        return row

    def _at_hand(self, constant: Any) -> Any:
        """Return a constant; texts that are equal are one, which is at hand when the next rule asks for it."""
        if type(constant) is str:
            known = self._texts.get(constant)
            if known is None:
                known = self._texts[constant] = anew(constant)
            return known
        return anew(constant)


def anew(value: Any) -> Any:
    """Return an equal object that has just been made; of what is neither text nor whole number the same one."""
    if type(value) is str:
        return value[:1] + value[1:]
    return value + 0 if type(value) is int else value


def joined(row: Row, more: Row) -> Row:
    """Return a row and all behind it, and then more."""
    behind = []
    rest: Row | None = row
    while rest is not None:
        behind.append(rest)
        rest = rest[1]
    for each in reversed(behind):
        more = (each[0], more, *each[2:])
    return more


def numbers_of(row: Row | None) -> Iterator[int]:
    """Yield the numbers in a row and in all behind it."""
    while row is not None:
        yield from numbers_in(row)
        row = row[1]


def numbers_in(row: Row) -> Sequence[int]:
    """Return the numbers in one row."""
    width = row[2]
    return row[width + 2 :: width]


def without(row: Row, gone: AbstractSet[int]) -> Row:
    """Return a row, not what is behind it, less the entries of these numbers."""
    width = row[2]
    if gone.isdisjoint(row[width + 2 :: width]):
        return row
    kept: list[Any] = []
    for at in range(FIRST, len(row), width):
        if row[at + width - 1] not in gone:
            kept += row[at : at + width]
    return *row[:FIRST], *kept
