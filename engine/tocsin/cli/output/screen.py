"""Words for a terminal, coloured where it takes colour; nothing that a tweet holds can act on it."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click
from rich.cells import cell_len

from tocsin.notify.escape import clean, one_line

TEXT_MAX = 600
"""As much of a tweet's text as is shown."""


@dataclass(frozen=True, slots=True)
class Screen:
    """How words are set apart; with `colour` false by nothing but what they say."""

    colour: bool

    @classmethod
    def of_output(cls) -> "Screen":
        """Return the screen that standard output is: colours at a terminal, unless NO_COLOR asks for none."""
        return cls(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))

    def safe(self, text: str) -> str:
        """Return the text on one line, without anything that isn't shown."""
        return one_line(text)

    def strong(self, text: str) -> str:
        """Return the text, bold."""
        return self._styled(text, bold=True)

    def good(self, text: str) -> str:
        """Return the text as good news."""
        return self._styled(text, fg="green", bold=True)

    def bad(self, text: str) -> str:
        """Return the text as bad news."""
        return self._styled(text, fg="red", bold=True)

    def faint(self, text: str) -> str:
        """Return the text as an aside."""
        return self._styled(text, dim=True)

    def marked(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[str]:
        """Return a tweet's text as lines, the stretches underlined: in colour, or with `^` in a line below."""
        shown = text[:TEXT_MAX]
        is_marked = [False] * len(shown)
        for start, end in stretches:
            for index in range(start, min(end, len(shown))):
                is_marked[index] = True
        lines: list[str] = []
        begin = 0
        for part in shown.splitlines(keepends=True):
            lines += self._marked_line(part, is_marked[begin : begin + len(part)])
            begin += len(part)
        return [*lines, "…"] if len(text) > TEXT_MAX else lines

    def _marked_line(self, line: str, is_marked: Sequence[bool]) -> list[str]:
        # One at a time, so that what is left out moves no mark.
        characters = [" " if char == "\t" else clean(char).rstrip("\n") for char in line]
        pairs = list(zip(characters, is_marked, strict=True))
        plain = "".join(characters)
        if self.colour:
            return ["".join(click.style(char, underline=True, fg="yellow") if mark else char for char, mark in pairs)]
        marks = "".join(("^" if mark else " ") * cell_len(char) for char, mark in pairs).rstrip()
        return [plain, marks] if marks else [plain]

    def _styled(self, text: str, *, bold: bool | None = None, dim: bool | None = None, fg: str | None = None) -> str:
        return click.style(text, bold=bold, dim=dim, fg=fg) if self.colour and text else text
