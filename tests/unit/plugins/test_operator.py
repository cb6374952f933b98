"""A plugin's operator can fail a term; it can't do more."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from tocsin.hookspecs import Operator, Type
from tocsin.plugins.faults import Faults
from tocsin.plugins.operator import OperatorFailed, guarded_operator
from tocsin.testing import EPOCH


def guarded(function: Callable[..., Any], result: Type = "truth", **settings: Any) -> Operator:
    operator = Operator(
        name="odd", arguments=("any",), result=result, function=function, doc="d", example="e", **settings
    )
    return guarded_operator("maths", operator)


def raising(error: BaseException) -> Callable[[Any], Any]:
    def function(_: Any) -> Any:
        raise error

    return function


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), BaseExceptionGroup("g", [SystemExit()])])
def test_what_would_end_the_program_becomes_a_plain_exception(error: BaseException) -> None:
    with pytest.raises(OperatorFailed, match="operator odd of plugin maths raised"):
        guarded(raising(error)).function(1)


def test_a_failure_names_the_plugin_and_quotes_no_tweet() -> None:
    faults = Faults()
    operator = Operator(name="odd", arguments=("any",), result="number", function=int, doc="d", example="e")
    with pytest.raises(OperatorFailed) as failed:
        guarded_operator("maths", operator, faults=faults).function("meet me at nine")
    reason = "raised ValueError: invalid literal for int() with base 10"
    assert str(failed.value) == f"operator odd of plugin maths {reason}"
    [told] = faults.taken(EPOCH)
    assert (told.plugin, told.hook, told.error) == ("maths", "operator odd", reason)


def test_what_fails_on_every_tweet_is_told_now_and_then() -> None:
    faults = Faults()
    operator = Operator(name="odd", arguments=("any",), result="number", function=int, doc="d", example="e")
    function = guarded_operator("maths", operator, faults=faults).function
    for _ in range(1_000):
        with pytest.raises(OperatorFailed):
            function("x")
    told = faults.taken(EPOCH)
    assert len(told) == 10
    assert told[-1].error.endswith("(512 failures so far)")
    assert faults.counts == {("maths", "operator odd"): 1_000}


@pytest.mark.parametrize(
    ("result", "value", "allowed"),
    [
        ("truth", True, True),
        ("truth", 1, False),
        ("number", 2.5, True),
        ("number", True, False),
        ("text", "a", True),
        ("text", b"a", False),
        ("any", [1], True),
        ("any", {1}, False),
        ("list", None, True),
    ],
)
def test_the_result_has_the_declared_type(result: Type, value: Any, allowed: bool) -> None:
    function = guarded(lambda _: value, result).function
    if allowed:
        assert function("x") == value
    else:
        with pytest.raises(OperatorFailed, match=f"declared {result}"):
            function("x")


def test_lists_of_the_tweet_cannot_be_changed() -> None:
    links = ["a", ["b"]]
    guarded(lambda value: value[1].clear() or True).function(links)
    assert links == ["a", ["b"]]


@pytest.mark.parametrize("found", [None, (), ("",), ["moon"], ("moon", 3)])
def test_terms_that_promise_nothing_usable_say_nothing(found: Any) -> None:
    terms = guarded(bool, terms=lambda _: found).terms
    assert terms is not None
    assert terms(("x",)) is None


def test_terms_that_raise_say_nothing_and_good_ones_are_kept() -> None:
    assert cast("Any", guarded(bool, terms=raising(SystemExit())).terms)(("x",)) is None
    assert cast("Any", guarded(bool, terms=lambda _: ("moon",)).terms)(("x",)) == ("moon",)
