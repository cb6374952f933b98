"""Reasons name the true leaves, with the values that were seen."""

from typing import Any

import pytest

from tests.unit.logic.conditions import VOCABULARY, parsed
from tocsin.logic.facts import Facts
from tocsin.logic.proofs.proof import Prover
from tocsin.logic.proofs.reasons import LINES_MAX
from tocsin.testing import make_tweet

DATA = make_tweet("an exploit, BTC drained", lang="en", metrics__likes=140).data


def because(condition: Any) -> tuple[str, ...]:
    expr = parsed(condition).expr
    assert expr is not None
    return Prover(expr, VOCABULARY).because(Facts(DATA))


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ({"word": ["hacked", "exploit"]}, "word 'exploit' in text"),
        ({">": [{"var": "metrics.likes"}, 100]}, "metrics.likes is 140 (> 100)"),
        ({"<": [100, {"var": "metrics.likes"}]}, "metrics.likes is 140 (> 100)"),
        ({"between": [100, {"var": "metrics.likes"}, 200]}, "metrics.likes is 140 (100 <= it <= 200)"),
        ({"in": [{"var": "lang"}, ["en", "de"]]}, "lang is 'en' (in ['en', 'de'])"),
        ({"!": [{"word": ["giveaway"]}]}, "not word 'giveaway' in text"),
        ({"var": "lang"}, "lang is 'en'"),
    ],
)
def test_a_true_leaf_is_named_with_what_was_seen(condition: Any, reason: str) -> None:
    assert because(condition) == (reason,)


def test_only_what_is_true_counts() -> None:
    assert because({"or": [{"word": ["hacked"]}, {"word": ["btc"]}]}) == ("word 'btc' in text",)


def test_a_term_that_failed_beside_a_true_one_is_left_out() -> None:
    assert because({"or": [{">": [{"var": "text"}, 1]}, {"word": ["btc"]}]}) == ("word 'btc' in text",)


def test_there_are_few_and_each_is_short() -> None:
    lines = because({"and": [{"contains": ["e", "x" * n]} for n in range(1, 40)]})
    assert len(lines) <= LINES_MAX
    assert all(len(line) < 300 and "\n" not in line for line in lines)
