"""Reads what a test expects, or tells why nothing can be meant by it."""

from typing import Any, Final

from pydantic import Field

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import did_you_mean
from tocsin.model import Json, Severity
from tocsin.rules.cases import MATCH, NO_MATCH, Expectation
from tocsin.rules.reading.schema import Shape, fit, wrong_type
from tocsin.rules.reading.words import words

_WHOLE: Final = {"match": MATCH, "no_match": NO_MATCH}
_SEVERITIES: Final = [severity.value for severity in Severity]


class ExpectationShape(Shape):
    """`expect` as a mapping."""

    alerts: int | None = Field(None, ge=0)
    severity: str | None = None
    title: str | None = None
    key: str | None = None
    because: Any = None


def read_expectation(value: Json, at: Path, tweets: int | None) -> tuple[Expectation | None, list[Problem]]:
    """Return what is expected, None where that can't be told, and what is wrong with it.

    `tweets` is how many tweets the test has, None where that isn't known: no rule raises more alerts than that.
    """
    match value:
        case str():
            found = _WHOLE.get(value)
            hint = did_you_mean(value, _WHOLE, "write match, no_match, or {alerts: 1}")
            return found, [] if found else [_bad(f"nothing is expected by {value!r}", at, hint)]
        case dict():
            return _mapping(value, at, tweets)
        case _:
            return None, [wrong_type("match, no_match or a mapping", value, at)]


def _mapping(value: dict[str, Json], at: Path, tweets: int | None) -> tuple[Expectation | None, list[Problem]]:
    shape, problems = fit(ExpectationShape, value, at)
    if not value:
        problems.append(_bad("nothing is expected", at, "write match, no_match, or {alerts: 1}"))
    if shape is None or problems:
        return None, problems
    because: tuple[str, ...] = ()
    if "because" in value:
        because, problems = words(value["because"], (*at, "because"))
    severity = None
    if shape.severity is not None:
        if shape.severity in _SEVERITIES:
            severity = Severity(shape.severity)
        else:
            problems.append(_no_severity(shape.severity, (*at, "severity")))
    problems += _contradictions(value, shape.alerts, at, tweets)
    expectation = Expectation(
        least=1 if shape.alerts is None else shape.alerts,
        most=shape.alerts,
        severity=severity,
        title=shape.title,
        key=shape.key,
        because=because,
    )
    return (None if problems else expectation), problems


def _contradictions(value: dict[str, Json], alerts: int | None, at: Path, tweets: int | None) -> list[Problem]:
    if alerts == 0 and len(value) > 1:
        other = next(key for key in value if key != "alerts")
        return [_bad(f"no alert, and its {other}", (*at, other), "leave it out, or expect an alert", on_key=True)]
    if alerts is not None and tweets is not None and alerts > tweets:
        count = "one tweet" if tweets == 1 else f"{tweets} tweets"
        return [_bad(f"{alerts} alerts of {count}", (*at, "alerts"), "a tweet raises one alert of a rule at most")]
    return []


def _no_severity(text: str, at: Path) -> Problem:
    hint = did_you_mean(text, _SEVERITIES, f"one of {', '.join(_SEVERITIES)}")
    return Problem(code="bad-severity", message=f"no severity {text!r}", at=at, hint=hint)


def _bad(message: str, at: Path, hint: str, *, on_key: bool = False) -> Problem:
    return Problem(code="bad-expectation", message=message, at=at, hint=hint, on_key=on_key)
