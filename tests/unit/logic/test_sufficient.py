"""Terms that make a condition true by themselves."""

from typing import Any

import pytest

from tocsin.logic.parse import Scope, parse
from tocsin.logic.sufficient import sufficient_terms
from tocsin.logic.vocabulary import standard_vocabulary


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"word": ["btc", "to the moon", "c++", "速報"]}, {"btc"}),
        ({"or": [{"word": "btc"}, {"hashtag": "#eth"}, {"matches": "x"}]}, {"btc", "eth"}),
        ({"from": ["@Ann", "bob"]}, {"ann", "bob"}),
        ({"==": [{"var": "lang"}, "en"]}, {"en"}),
        ({"and": [{"word": "btc"}, {"word": "eth"}]}, set()),
        ({"all_words": ["btc", "eth"]}, set()),
        ({"contains": "btc"}, set()),
        ({"word": [{"var": ["text", "btc"]}, "btc"]}, set()),
        ({"===": [{"var": "lang"}, "5"]}, set()),
        ({"not": {"word": "btc"}}, set()),
    ],
)
def test_only_what_says_all_suffices(when: Any, expected: set[str]) -> None:
    expr = parse(when, Scope(standard_vocabulary())).expr
    assert expr is not None
    assert {term.value for term in sufficient_terms(expr)} == expected
