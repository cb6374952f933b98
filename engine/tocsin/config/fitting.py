"""Reads mappings of tocsin.yaml by their shapes, without showing a key that may be a secret in the wrong place."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from tocsin.config.masking import shown_key
from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.rules.duration import parse_duration
from tocsin.rules.reading.schema import Shape, fit

_Shape = TypeVar("_Shape", bound=Shape)


def discreet_fit(
    model: type[_Shape], value: Any, at: Path, later: frozenset[str] = frozenset()
) -> tuple[_Shape | None, list[Problem]]:
    """Return the mapping as its shape, None if it doesn't fit, and what is wrong with it."""
    shape, problems = fit(model, value, at, later)
    return shape, [_discreet(problem) for problem in problems]


def read_duration(text: str, at: Path, hint: str) -> tuple[timedelta | None, list[Problem]]:
    """Return the duration that a text means, None if it is none, and what is wrong with it."""
    try:
        return parse_duration(text), []
    except ValueError as error:
        return None, [Problem(code="bad-duration", message=str(error), at=at, hint=hint)]


class SectionReader:
    """Reads a section as far as it can; what is wrong with it gathers in `problems`."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def _fit(self, model: type[_Shape], value: Any, at: Path, later: frozenset[str] = frozenset()) -> _Shape | None:
        shape, problems = discreet_fit(model, value, at, later)
        self.problems += problems
        return shape

    def _duration(self, text: str, at: Path, hint: str) -> timedelta | None:
        duration, problems = read_duration(text, at, hint)
        self.problems += problems
        return duration

    def _note(self, code: str, message: str, at: Path, hint: str, *, on_key: bool = False) -> None:
        self.problems.append(Problem(code=code, message=message, at=at, hint=hint, on_key=on_key))


def _discreet(problem: Problem) -> Problem:
    match problem.code:
        case "unknown-key":
            return replace(problem, message=f"no {shown_key(str(problem.at[-1]))} key here")
        case "bad-severity":
            return replace(problem, message="no such severity")
        case _:
            return problem
