"""Operators of plugins, made safe to call: whatever they do, the worst is a term that failed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tocsin.hookspecs import Operator
from tocsin.plugins.contain import copied, discreet, name_of
from tocsin.plugins.faults import Faults
from tocsin.plugins.watch import Hung, Watch, Watched

_RESULTS: dict[str, frozenset[type]] = {
    "text": frozenset((str, type(None))),
    "number": frozenset((int, float, type(None))),
    "truth": frozenset((bool, type(None))),
    "list": frozenset((list, type(None))),
    "object": frozenset((dict, type(None))),
    "any": frozenset((str, int, float, bool, list, dict, type(None))),
}
"""What an operator may give back for each declared type: null is always allowed, as everywhere in JSON-logic."""

_CONTAINERS = (dict, list)


class OperatorFailed(Exception):
    """A plugin's operator raised, gave rubbish, or took too long."""


def guarded_operator(
    plugin: str, operator: Operator, watch: Watch | None = None, faults: Faults | None = None
) -> Operator:
    """Return the same operator, contained.

    What it raises, whatever that is, leaves as an `OperatorFailed` that names the plugin, and is told to `faults`; a
    call past its limit is interrupted by `watch`. What it returns has the declared type, the lists and objects that it
    is given are its own, and `terms` that fail say nothing.
    """
    terms = None if operator.terms is None else _guarded_terms(operator.terms)
    function = _guarded_function(plugin, operator, watch or Watch(), faults or Faults())
    return replace(operator, function=function, terms=terms)


def _guarded_function(plugin: str, operator: Operator, watch: Watch, faults: Faults) -> Callable[..., Any]:
    function, allowed = operator.function, _RESULTS[operator.result]
    watched = Watched(plugin, f"operator {operator.name}")
    # A tweet's lists are shared by all rules; text and numbers can't be changed and need no copy.
    shares = not {"list", "object", "any"}.isdisjoint(operator.arguments)
    invoke = watch.call

    def call(*arguments: Any) -> Any:
        if shares:
            arguments = tuple(copied(item) if type(item) in _CONTAINERS else item for item in arguments)
        try:
            value = invoke(watched, function, *arguments)
        except Hung as error:
            raise failed(str(error)) from None
        except BaseException as error:
            raise failed(f"raised {discreet(error)}") from error
        if type(value) not in allowed:
            raise failed(f"returned {name_of(value)}, declared {operator.result}")
        return value

    def failed(how: str) -> OperatorFailed:
        faults.tell(plugin, watched.what, how)
        return OperatorFailed(f"{watched.what} of plugin {plugin} {how}")

    return call


def _guarded_terms(
    terms: Callable[[tuple[Any, ...]], tuple[str, ...] | None],
) -> Callable[[tuple[Any, ...]], tuple[str, ...] | None]:
    def call(arguments: tuple[Any, ...]) -> tuple[str, ...] | None:
        try:
            found: object = terms(arguments)
        except BaseException:  # noqa: BLE001 - no terms only means that the rule is looked at more often
            return None
        # An empty term or tuple would promise what nothing can keep, and rules would lose matches.
        if not isinstance(found, tuple) or not found:
            return None
        return found if all(isinstance(term, str) and term for term in found) else None

    return call
