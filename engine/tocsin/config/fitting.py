"""Fits a mapping of tocsin.yaml to its shape, without showing a key that may be a secret in the wrong place."""

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


def _discreet(problem: Problem) -> Problem:
    match problem.code:
        case "unknown-key":
            return replace(problem, message=f"no {shown_key(str(problem.at[-1]))} key here")
        case "bad-severity":
            return replace(problem, message="no such severity")
        case _:
            return problem
