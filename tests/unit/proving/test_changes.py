"""The changes that a condition is put through, one at a time."""

from typing import Any

import pytest

from tocsin.logic.parse import Scope, parse
from tocsin.logic.printing import to_json
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.proving.changes import Change, changes

LIKES = {"var": "metrics.likes"}


def changes_of(condition: Any) -> list[Change]:
    """Return the changes of a condition written in JSON."""
    expr = parse(condition, Scope(standard_vocabulary())).expr
    assert expr is not None
    return list(changes(expr))


def labels(condition: Any) -> list[str]:
    return [change.label for change in changes_of(condition)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"word": "a"}, ["always true", "never true"]),
        ({"word": ["a", "b"]}, ["always true", "never true", "without 'a'", "without 'b'"]),
        ({"and": [{"word": "a"}, {"word": "b"}]}, ["or for and", "dropped", "dropped"]),
        ({"or": [{"word": "a"}, {"word": "b"}]}, ["and for or", "dropped", "dropped"]),
        ({"and": [{"not": {"word": "a"}}]}, ["without not"]),
        ({"and": [{"in": [{"var": "lang"}, ["en", "de"]]}]}, ["without 'en'", "without 'de'"]),
        ({"and": [{"==": [{"var": "lang"}, "en"]}]}, ["!= for =="]),
        ({"and": [{">=": [LIKES, 5]}]}, ["< for >=", "> for >=", "6 for 5", "4 for 5"]),
        ({"and": [{"<": [LIKES, 5]}]}, [">= for <", "<= for <", "6 for 5", "4 for 5"]),
        ({"and": [{"<=": [1, LIKES, 9]}]}, ["< for <=", "2 for 1", "0 for 1", "10 for 9", "8 for 9"]),
        ({"and": [{">": [LIKES, {"var": "metrics.replies"}]}]}, ["<= for >"]),
        ({"and": [{"if": [{"word": "a"}, {"word": "b"}, {"word": "c"}]}]},
         ["always the first branch", "always the second branch"]),
        ({"and": [{"some": [{"var": "hashtags"}, {"==": [{"var": ""}, "a"]}]}]}, ["all for some", "!= for =="]),
        ({"and": [{"==": [{"max": [LIKES, 3]}, 4]}]}, ["!= for ==", "min for max", "dropped", "dropped"]),
        ({"and": [{"==": [{"-": [LIKES, 3]}, 4]}]}, ["!= for ==", "dropped"]),
    ],
)  # fmt: skip
def test_what_a_condition_is_changed_to(condition: Any, expected: list[str]) -> None:
    assert labels(condition) == expected


def test_no_change_leaves_its_node_as_it_was() -> None:
    both = {"and": [{"word": ["a", "b"]}, {"or": [{"not": {"contains": "c"}}, {">": [LIKES, 1]}]}]}
    assert [change for change in changes_of(both) if to_json(change.node) == to_json(change.replacement)] == []


@pytest.mark.parametrize(
    ("condition", "label", "values", "effect"),
    [
        ({">=": [LIKES, 5]}, "> for >=", (5,), -1),
        ({">=": [LIKES, 5]}, "6 for 5", (5,), -1),
        ({">=": [LIKES, 5]}, "4 for 5", (4,), 1),
        ({"<": [LIKES, 5]}, "<= for <", (5,), 1),
        ({"<": [5, LIKES]}, "6 for 5", (6,), -1),
        ({"not": {">=": [LIKES, 5]}}, "4 for 5", (4,), -1),
    ],
)  # fmt: skip
def test_a_shifted_threshold_names_the_values_that_tell(
    condition: Any, label: str, values: tuple[int, ...], effect: int
) -> None:
    (change,) = [one for one in changes_of({"and": [condition]}) if one.label == label]
    assert (change.values, change.effect) == (values, effect)


def test_the_effect_is_turned_by_not_and_unknown_inside_if() -> None:
    words = {"word": ["a", "b"]}
    assert {c.effect for c in changes_of({"and": [words]})} == {-1}
    assert {c.effect for c in changes_of({"and": [{"none": [{"var": "links"}, words]}]}) if c.word} == {1}
    assert {c.effect for c in changes_of({"and": [{"if": [words, True, False]}]}) if c.word} == {0}
