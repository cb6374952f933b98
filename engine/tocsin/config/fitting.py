"""Values of tocsin.yaml held against their shape, and durations; problems never show what may be secret."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from tocsin.config.masking import shown_key
from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.rules.duration import parse_duration
from tocsin.rules.reading.schema import Shape, fit

_Shape = TypeVar("_Shape", bound=Shape)


def fitted(
    model: type[_Shape], value: Any, at: Path, later: frozenset[str] = frozenset()
) -> tuple[_Shape | None, list[Problem]]:
    """Return the value as a shape, None where it has another, and what is wrong with it."""
    shape, problems = fit(model, value, at, later)
    return shape, [
        replace(problem, message=f"no {shown_key(str(problem.at[-1]))} key here")
        if problem.code == "unknown-key"
        else problem
        for problem in problems
    ]


def read_duration(text: str, at: Path, hint: str) -> tuple[timedelta | None, list[Problem]]:
    """Return the duration that a text means, None if it is none, and what is wrong with it."""
    try:
        return parse_duration(text), []
    except ValueError as error:
        return None, [Problem(code="bad-duration", message=str(error), at=at, hint=hint)]
