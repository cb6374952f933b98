"""What a rule may not say is refused before anything is evaluated, with the place and a remedy."""

import time
from typing import Any

import pytest

from tests.unit.logic.conditions import holds, parsed, verdict
from tocsin.logic.ast import FieldRef
from tocsin.logic.verdict import Failed


def nested(depth: int) -> Any:
    value: Any = True
    for _ in range(depth):
        value = {"!": [value]}
    return value


REFUSED: list[tuple[str, Any, str]] = [
    ("forbidden-operator", {"method": ["x", "upper"]}, ""),
    ("forbidden-operator", {"log": ["x"]}, ""),
    ("dotted-operator", {"word.__globals__": ["x"]}, "var"),
    ("unknown-operator", {"wrod": ["x"]}, "word"),
    ("two-keys", {"word": ["x"], "contains": ["y"]}, "and"),
    ("empty-mapping", {"and": [{}]}, ""),
    ("wrong-arity", {">": [1]}, ""),
    ("wrong-arity", {"between": [1, 2]}, "between"),
    ("wrong-arity", {"word": []}, ""),
    ("too-deep", nested(70), "macro"),
    ("unknown-field", {"var": "metrics.retweet"}, "metrics.retweets"),
    ("unknown-field", {">": [FieldRef("metric.likes"), 1]}, "metrics.likes"),
    ("unknown-macro", {"macro": "nope"}, ""),
    ("unknown-list", {"word": [{"list": "nope"}]}, ""),
    ("bad-pattern", {"matches": ["(?=x)"]}, "RE2"),
    ("bad-pattern", {"word": ["  "]}, ""),
    ("bad-pattern", {"word": [3]}, "quote"),
    ("bad-argument", {"reduce": [[1], {"var": "current"}, {"var": "text"}]}, "number"),
    ("not-json", {"==": [float("nan"), 1]}, ""),
]


@pytest.mark.parametrize(("code", "condition", "hint"), REFUSED, ids=[str(case[1])[:50] for case in REFUSED])
def test_it_is_refused_with_a_code_and_a_hint(code: str, condition: Any, hint: str) -> None:
    result = parsed(condition)
    assert result.expr is None
    assert [problem.code for problem in result.problems] == [code]
    assert hint in result.problems[0].hint
    assert result.problems[0].hint


def test_every_mistake_is_reported_at_once() -> None:
    result = parsed({"and": [{"wrod": ["x"]}, {"var": "nope"}, {"or": [{"method": 1}]}]})
    assert [problem.code for problem in result.problems] == ["unknown-operator", "unknown-field", "forbidden-operator"]


def test_macros_that_refer_to_one_another_are_refused_with_the_chain() -> None:
    macros: Any = {"a": ({"macro": "b"}, ("a",)), "b": ({"macro": "a"}, ("b",))}
    [problem] = parsed({"macro": "a"}, macros=macros).problems
    assert (problem.code, "a → b → a" in problem.message) == ("macro-cycle", True)


def test_a_field_below_an_unknown_object_needs_a_default() -> None:
    assert parsed({"var": "geo.place"}).expr is None
    assert parsed({"var": ["geo.place", None]}).expr is not None


def test_fields_of_list_elements_are_not_checked() -> None:
    assert parsed({"some": [{"var": "media"}, {"==": [{"var": "type"}, "video"]}]}).expr is not None


@pytest.mark.parametrize(
    "bomb",
    [
        {"reduce": [list(range(64)), {"cat": [{"var": "accumulator"}, {"var": "accumulator"}]}, "x" * 64]},
        {"reduce": [list(range(64)), {"*": [{"var": "accumulator"}, {"var": "accumulator"}]}, 10]},
        {"reduce": [list(range(64)), {"merge": [{"var": "accumulator"}, {"var": "accumulator"}]}, [1]]},
    ],
    ids=["text", "number", "list"],
)
def test_a_bomb_fails_within_bounds(bomb: Any) -> None:
    began = time.perf_counter()
    assert isinstance(verdict(bomb), Failed)
    assert time.perf_counter() - began < 5


def test_a_failure_names_the_term() -> None:
    result = verdict({"and": [{"word": ["hello"]}, {">": [{"var": "text"}, 3]}]})
    assert isinstance(result, Failed)
    assert result.at == ("and", 1, ">")


def test_sugar_means_what_the_language_says() -> None:
    assert holds({"between": [1, {"var": "metrics.likes"}, 9]}, metrics={"likes": 5})
    assert holds({"gte": [{"var": "metrics.likes"}, 5]}, metrics={"likes": 5})
    assert holds({"not": {"word": ["nope"]}})
    assert holds({"?:": [True, True, False]})
    assert parsed({"word": [{"list": "coins"}]}, lists={"coins": ("btc", "eth")}) == parsed({"word": ["btc", "eth"]})
    assert parsed({"in": [{"var": "lang"}, {"list": "coins"}]}, lists={"coins": ("en",)}).expr is not None
