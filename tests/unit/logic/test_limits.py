"""No condition, whoever wrote it, works on one tweet for long or makes much of it."""

from typing import Any

import pytest

from tests.unit.logic.conditions import VOCABULARY, parsed
from tocsin.logic.evaluation.compile import Limits, TermFailed, compile_condition, compile_value
from tocsin.logic.evaluation.run import OutOfBudget, Run
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched, Verdict

ACCUMULATOR, CURRENT = {"var": "accumulator"}, {"var": "current"}
MANY = list(range(60))


def verdict(condition: Any, data: Any = None) -> Verdict:
    expr = parsed(condition, check_fields=False).expr
    assert expr is not None
    return compile_condition(expr, VOCABULARY).evaluate(Facts(data or {"text": "x"}))


def folded(body: Any, start: Any) -> Any:
    return {"reduce": [MANY, body, start]}


NESTED: Any = {"map": [MANY, {"map": [MANY, {"map": [MANY, 1]}]}]}
SHARED: Any = folded([ACCUMULATOR, ACCUMULATOR], "x")

BOMBS: dict[str, tuple[Any, str]] = {
    "a text that doubles": (folded({"cat": [ACCUMULATOR, ACCUMULATOR]}, "x"), "1 MiB"),
    "a list that doubles": (folded({"merge": [ACCUMULATOR, ACCUMULATOR]}, [1]), "too large"),
    "a number that squares": (folded({"*": [ACCUMULATOR, ACCUMULATOR]}, 3), "bits"),
    "loops in loops": (NESTED, "steps"),
    "a list of the same list, written out": ({"cat": [SHARED]}, "too large"),
    "a list of the same list, compared": ({"==": [SHARED, SHARED]}, "too large"),
    "a list of the same list, as a text": ({"==": [SHARED, "x"]}, "too large"),
    "a list of the same list, as a path": ({"var": [[SHARED]]}, "too large"),
    "a long text, many times": ({"map": [MANY, {"cat": [CURRENT, "x" * 50_000]}]}, "1 MiB"),
}


@pytest.mark.parametrize(("bomb", "why"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_fails_and_says_why(bomb: Any, why: str) -> None:
    result = verdict(bomb)
    assert isinstance(result, Failed)
    assert why in result.error


def test_what_went_over_the_limit_is_not_mended_by_a_true_term_beside_it() -> None:
    assert isinstance(verdict({"or": [NESTED, True]}), Failed)
    assert isinstance(verdict({"or": [{">": ["x", 1]}, True]}), Matched)


def test_a_failure_over_the_limit_names_a_term() -> None:
    result = verdict({"and": [True, NESTED]})
    assert isinstance(result, Failed)
    assert result.at[:2] == ("and", 1)


def test_each_evaluation_begins_with_full_limits() -> None:
    expr = parsed({"all": [MANY, True]}).expr
    assert expr is not None
    value = compile_value(expr, VOCABULARY, Limits(steps=200))
    assert [value(Facts({})) for _ in range(3)] == [True] * 3


def test_a_value_is_small_enough_to_write_out() -> None:
    expr = parsed(SHARED).expr
    assert expr is not None
    with pytest.raises(TermFailed, match="too large"):
        compile_value(expr, VOCABULARY)(Facts({}))


def test_weighing_stops_long_before_the_end_of_what_is_too_large() -> None:
    value: Any = "x"
    for _ in range(200):
        value = [value, value]
    with pytest.raises(OutOfBudget):
        Run(Facts({})).weigh(value)


@pytest.mark.parametrize("data", [{"text": []}, {"user": "x"}, {"metrics": [1]}, {"metrics": {"likes": {}}}])
def test_no_data_makes_a_condition_raise(data: Any) -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    for field in ("text", "user.name", "metrics.likes"):
        for condition in ({"word": [{"var": field}, "x"]}, {"==": [{"var": field}, {"var": "media"}]}):
            verdict(condition, {**data, "media": deep})


def test_macros_within_macros_do_not_grow_without_end() -> None:
    macros: Any = {f"m{n}": ({"and": [{"macro": f"m{n + 1}"}] * 9}, (f"m{n}",)) for n in range(20)}
    macros["m20"] = (True, ("m20",))
    assert [problem.code for problem in parsed({"macro": "m0"}, macros=macros).problems] == ["too-large"]
