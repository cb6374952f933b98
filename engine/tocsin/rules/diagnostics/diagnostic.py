"""What a user got wrong, with the place, a stable code and a remedy."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tocsin.rules.diagnostics.codes import NUMBERS


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one line of a file; lines and columns count from 1, `width` in characters (at least 1)."""

    file: str
    line: int
    column: int
    width: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One problem: `code` is its name, stable and documented; `hint` says what to type instead."""

    span: Span
    severity: Literal["error", "warning"]
    code: str
    message: str
    hint: str = ""

    @property
    def number(self) -> str:
        """The stable number of the code, such as `T167`."""
        return NUMBERS[self.code]


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics by place, each once."""
    return sorted(set(diagnostics), key=lambda d: (d.span, d.code, d.message))
