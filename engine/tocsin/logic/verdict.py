"""What a rule says of a tweet."""

from dataclasses import dataclass
from typing import TypeAlias

from tocsin.logic.ast import Path


@dataclass(frozen=True, slots=True)
class Matched:
    """The condition is true. `because` names the terms that made it so, one short line each."""

    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotMatched:
    """The condition is false."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The condition couldn't be evaluated: neither true nor false. `at` is the path of the term that failed."""

    error: str
    at: Path = ()


Verdict: TypeAlias = Matched | NotMatched | Failed
