"""What the terms of a condition leave open."""

from typing import Any

import pytest

from tocsin.logic.parse import Scope, parse
from tocsin.logic.terms import NOTHING_LEFT, cover_of
from tocsin.logic.vocabulary import standard_vocabulary

VOCABULARY = standard_vocabulary()
SCOPE = Scope(VOCABULARY)
BTC, LONG = {"word": "btc"}, {"word": "to the moon"}
LIKED: Any = {">": [{"var": "metrics.likes"}, 5]}
FIVE: Any = {"==": [{"var": "metrics.likes"}, 5]}
ENGLISH: Any = {"==": [{"var": "lang"}, "en"]}
NOTHING = True


def parsed(when: Any) -> Any:
    return parse(when, SCOPE).expr


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (BTC, {"btc": NOTHING}),
        ({"word": ["btc", "to the moon"]}, {"btc": NOTHING, "moon": LONG}),
        ({"word": "c++"}, {"c": {"word": "c++"}}),
        ({"word": ["up the moon", "to the moon"]}, {"moon": {"or": [{"word": "up the moon"}, LONG]}}),
        ({"all_words": ["btc", "the"]}, {"btc": {"word": "the"}}),
        ({"all_words": ["btc", "to the moon"]}, {"moon": {"and": [BTC, LONG]}}),
        ({"contains": "btc"}, {"btc": NOTHING}),
        ({"contains": "to the moon"}, {"to the moon": NOTHING}),
        ({"starts_with": "btc"}, {"btc": {"starts_with": "btc"}}),
        ({"hashtag": "#Btc"}, {"btc": NOTHING}),
        ({"from": ["@Ann", "bob"]}, {"ann": NOTHING, "bob": NOTHING}),
        (ENGLISH, {"en": NOTHING}),
        ({"===": [{"var": "lang"}, "5"]}, {"5": NOTHING}),
        (FIVE, {5: FIVE, "5": FIVE}),
        (LIKED, {5: NOTHING}),
        ({"<": [5, {"var": "metrics.likes"}, 9]}, {5: {"<": [5, {"var": "metrics.likes"}, 9]}}),
        ({"in": ["btc", {"var": "text"}]}, {"btc": NOTHING}),
        ({"and": [ENGLISH, BTC]}, {"btc": ENGLISH}),
        ({"and": [ENGLISH, BTC, LIKED]}, {"btc": {"and": [ENGLISH, LIKED]}}),
        ({"and": [BTC, {"or": [LIKED, {"matches": "x"}]}]}, {"btc": {"or": [LIKED, {"matches": "x"}]}}),
        ({"or": [{"and": [BTC, ENGLISH]}, {"hashtag": "eth"}]}, {"btc": ENGLISH, "eth": NOTHING}),
        ({"or": [BTC, {"and": [BTC, ENGLISH]}]}, {"btc": NOTHING}),
        ({"if": [BTC, LIKED, False]}, {"btc": {"if": [BTC, LIKED, False]}}),
        ({"!": [{"!": [BTC]}]}, {"btc": {"!": [{"!": [BTC]}]}}),
    ],
)  # fmt: skip
def test_of_a_condition_only_what_a_term_leaves_open_is_left(when: Any, expected: dict[Any, Any]) -> None:
    cover = cover_of(parsed(when), VOCABULARY)
    assert cover is not None
    open_ = {key: NOTHING_LEFT if left is NOTHING else parsed(left) for key, left in expected.items()}
    assert {term.value: left for term, left in cover.items()} == open_
