"""Reads `throttle:` and `budget:`, wherever they stand: in a rule, in `defaults:`, in an overlay."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, TypeAlias

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.model import Json
from tocsin.rules.duration import parse_duration
from tocsin.rules.flood import Rate, Throttle, parse_rate
from tocsin.rules.reading.conditions import ConditionReader
from tocsin.rules.reading.schema import ThrottleShape, describe, fit, wrong_type
from tocsin.rules.syntax.document import Document

Off: TypeAlias = Literal[False]
"""What takes away a throttle or a budget that another place gives."""

_THROTTLE: Final = "write {every: 30m}, or false for none"
_BUDGET: Final = "write how many in a minute, an hour or a day: 5/day; or false for none"


@dataclass(frozen=True, slots=True)
class FloodKeys:
    """What one place says of how often rules speak; None where it is silent."""

    throttle: Throttle | Off | None = None
    budget: Rate | Off | None = None


SILENT: Final = FloodKeys()


def read_flood(
    conditions: ConditionReader, document: Document, value: dict[str, Json], at: Path
) -> tuple[FloodKeys, list[Problem]]:
    """Return what a mapping says under `throttle` and `budget`, and what is wrong with it."""
    throttle: Throttle | Off | None = None
    budget: Rate | Off | None = None
    problems: list[Problem] = []
    if "throttle" in value:
        throttle, problems = _throttle(conditions, document, value["throttle"], (*at, "throttle"))
    if "budget" in value:
        budget, wrong = read_rate(value["budget"], (*at, "budget"), _BUDGET)
        problems += wrong
    return FloodKeys(throttle, budget), problems


def read_rate(value: Json, at: Path, hint: str) -> tuple[Rate | Off | None, list[Problem]]:
    """Return the rate that stands there, False where `false` does; None where it is neither, and why."""
    if value is False:
        return False, []
    message = f"expected a rate, found {describe(value)}"
    if isinstance(value, str):
        try:
            return parse_rate(value), []
        except ValueError as error:
            message = str(error).partition(": write")[0]
    return None, [Problem(code="bad-rate", message=message, at=at, hint=hint)]


def _throttle(
    conditions: ConditionReader, document: Document, value: Json, at: Path
) -> tuple[Throttle | Off | None, list[Problem]]:
    if value is False:
        return False, []
    if not isinstance(value, dict):
        message = f"expected a mapping, found {describe(value)}"
        return None, [Problem(code="wrong-type", message=message, at=at, hint=_THROTTLE)]
    shape, problems = fit(ThrottleShape, value, at)
    every, wrong = _every(value, at)
    # One that is misspelt is not told to be missing too.
    problems += [] if any("'every'?" in problem.hint for problem in problems) else wrong
    per = None
    if "per" in value and value["per"] is None:
        problems.append(wrong_type("a field or an expression", None, (*at, "per")))
    elif "per" in value:
        per, wrong = conditions.grouping(document, value["per"], (*at, "per"))
        problems += wrong
    if problems or shape is None or every is None:
        return None, problems
    return Throttle(every=every, per=per, then=shape.then), []


def _every(value: dict[str, Json], at: Path) -> tuple[timedelta | None, list[Problem]]:
    if "every" not in value:
        hint = "say for how long repeats are held back: {every: 30m}"
        return None, [Problem(code="missing-key", message="'every' is missing", at=at, hint=hint)]
    every, hint = value["every"], "write a number and a unit: 90s, 30m, 1h30m or 1d"
    message = f"expected a duration, found {describe(every)}"
    if isinstance(every, str):
        try:
            return parse_duration(every), []
        except ValueError as error:
            message = str(error).partition(": write")[0]
    elif isinstance(every, int | float) and not isinstance(every, bool):
        message, hint = "a number alone is no duration", f"write a unit: {every:g}s, {every:g}m or {every:g}h"
    return None, [Problem(code="bad-duration", message=message, at=(*at, "every"), hint=hint)]
