"""What operators and filters promise: an answer for everything, the same each time, of the declared type, at once."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from tocsin.clock import SystemClock
from tocsin.hookspecs import Filter, Operator
from tocsin.plugins.contain import describe
from tocsin.plugins.contract.finding import Finding, called
from tocsin.plugins.contract.odd import VALUES, arguments, shown
from tocsin.plugins.operator import guarded_operator
from tocsin.plugins.payload import NotUsable, check_value

QUICK_S: Final = 0.05
"""How long one call may take; a rule may make it for every tweet."""

_CLOCK = SystemClock()


def operator_findings(operator: Operator) -> Iterator[Finding]:
    """Yield what is to be said of an operator."""
    subject = f"operator {operator.name}"
    inputs = arguments(operator.arguments, variadic=operator.variadic) or [()]
    guarded = guarded_operator("this plugin", operator).function
    problem = next(filter(None, (_problem(operator.function, guarded, values) for values in inputs)), None)
    yield _judged(subject, problem, f"pure, quick, and total over {len(inputs)} odd inputs")
    if operator.terms is not None:
        terms = operator.terms
        wrong = next(filter(None, (_problem_with_terms(terms, values) for values in inputs)), None)
        yield _judged(subject, wrong, "its terms are texts, or None")


def filter_findings(wanted: Filter) -> Iterator[Finding]:
    """Yield what is to be said of a filter."""
    subject = f"filter {wanted.name}"

    def guarded(value: Any) -> Any:
        return check_value(wanted.function(value))

    problem = next(filter(None, (_problem(wanted.function, guarded, (value,)) for value in VALUES["any"])), None)
    yield _judged(subject, problem, f"pure, quick, and total over {len(VALUES['any'])} odd values")


def _judged(subject: str, problem: str | None, good: str) -> Finding:
    return Finding("ok", subject, good) if problem is None else Finding("failed", subject, problem)


def _problem(function: Any, guarded: Any, values: tuple[Any, ...]) -> str | None:
    """Return what is wrong with a function's answer to these values."""
    given = deepcopy(values)
    shown_values = f"({', '.join(shown(value) for value in values)})"
    started = _CLOCK.monotonic()
    try:
        first = called(function, *given)
        took = _CLOCK.monotonic() - started
        called(guarded, *deepcopy(values))
        started = _CLOCK.monotonic()
        second = called(function, *deepcopy(values))
        # The first call may prepare what the others use.
        took = min(took, _CLOCK.monotonic() - started)
    except NotUsable as error:
        return f"{error}, for {shown_values}"
    except BaseException as error:  # noqa: BLE001 - a plugin's code
        return f"fails for {shown_values}: {describe(error)}"
    if given != values:
        return f"changes its arguments {shown_values}"
    if first != second:
        return f"isn't pure: gives {shown(first)}, then {shown(second)}, for {shown_values}"
    return f"takes {took * 1000:.0f} ms for {shown_values}" if took > QUICK_S else None


def _problem_with_terms(terms: Any, values: tuple[Any, ...]) -> str | None:
    try:
        found = called(terms, values)
    except BaseException as error:  # noqa: BLE001 - a plugin's code
        return f"terms fails for {shown(values)}: {describe(error)}"
    if found is None or (isinstance(found, tuple) and found and all(isinstance(t, str) and t for t in found)):
        return None
    return f"terms gives {shown(found)} for {shown(values)}: it must be None, or a tuple of texts that aren't empty"
