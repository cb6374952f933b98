"""Conditions that say only what must not be."""

from typing import Any

import pytest

from tocsin.logic.exclusions import exclusions_of
from tocsin.logic.parse import Scope, parse
from tocsin.logic.terms import NOTHING_LEFT
from tocsin.logic.vocabulary import standard_vocabulary

VOCABULARY = standard_vocabulary()
SCOPE = Scope(VOCABULARY)
RT, FOREIGN = {"!": {"word": "rt9"}}, {"!=": [{"var": "lang"}, "en"]}
LIKED: Any = {">": [{"var": "metrics.likes"}, {"var": "metrics.retweets"}]}


def parsed(when: Any) -> Any:
    return parse(when, SCOPE).expr


@pytest.mark.parametrize(
    ("when", "guard", "terms"),
    [
        (RT, None, {"rt9"}),
        ({"!": {"word": ["rt9", "ad9"]}}, None, {"rt9", "ad9"}),
        ({"and": [RT, LIKED, {"!": {"from": "ann"}}]}, LIKED, {"rt9", "ann"}),
        ({"and": [RT, FOREIGN]}, FOREIGN, {"rt9"}),
        # What is in half of the tweets is asked once, not told of each rule.
        (FOREIGN, FOREIGN, set()),
        # A phrase is more than its rarest word.
        ({"!": {"word": "to the moon"}}, {"!": {"word": "to the moon"}}, set()),
        # What fails on its default is neither true nor false.
        ({"!": {"word": [{"var": ["text", 0]}, "btc"]}}, {"!": {"word": [{"var": ["text", 0]}, "btc"]}}, set()),
        (LIKED, LIKED, set()),
    ],
)
def test_a_condition_comes_apart_into_its_guard_and_what_excludes_it(when: Any, guard: Any, terms: set[str]) -> None:
    found = exclusions_of(parsed(when), VOCABULARY)
    assert found.guard == (NOTHING_LEFT if guard is None else parsed(guard))
    assert {term.value for term in found.terms} == terms
