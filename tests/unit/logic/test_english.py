"""A condition in plain words, each clause on a line of its own."""

from typing import Any

import pytest

from tests.unit.logic.conditions import parsed
from tocsin.logic.proofs.english import WORDS_MAX, outline


def told(condition: Any) -> list[str]:
    expr = parsed(condition).expr
    assert expr is not None
    return ["  " * clause.depth + clause.text for clause in outline(expr)]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"word": ["hacked"]}, "the text has the word 'hacked'"),
        ({"not": {"word": ["hacked"]}}, "the text does not have the word 'hacked'"),
        ({"not": {"word": ["a", "b"]}}, "the text has none of the words 'a', 'b'"),
        ({"contains": [{"var": "user.name"}, "bot"]}, "user.name contains 'bot'"),
        ({"not": {"contains": ["{x}"]}}, "the text does not contain '{x}'"),
        ({"all_words": ["a", "b"]}, "the text has all of the words 'a', 'b'"),
        ({"from": ["bob"]}, "the username is 'bob'"),
        ({"link": ["a.com", "b.com"]}, "the links lead to one of 'a.com', 'b.com'"),
        ({"gte": [{"var": "metrics.likes"}, 5]}, "metrics.likes is 5 or more"),
        ({"<": [5, {"var": "metrics.likes"}]}, "metrics.likes is more than 5"),
        ({"not": {"lt": [{"var": "metrics.likes"}, 5]}}, "metrics.likes is 5 or more"),
        ({"between": [1, {"var": "metrics.likes"}, 9]}, "metrics.likes is from 1 to 9"),
        ({"<": [1, {"var": "metrics.likes"}, 9]}, "metrics.likes is from 1 to 9, these left out"),
        ({"ne": [{"var": "lang"}, "en"]}, "lang is not 'en'"),
        ({"in": [{"var": "lang"}, ["de", "fr"]]}, "lang is one of 'de', 'fr'"),
        ({"var": "is_retweet"}, "is_retweet is true"),
        ({"not": {"not": {"var": "is_retweet"}}}, "is_retweet is true"),
        ({"not": {"var": "links"}}, "links: there are none"),
        ({"gt": [{"+": [{"var": ["metrics.likes", 0]}, {"var": "metrics.quotes"}]}, 9]},
         "metrics.likes (or 0 if it has none) + metrics.quotes is more than 9"),
        ({"none": [{"var": "hashtags"}, {"eq": [{"var": ""}, "ad"]}]}, "none of hashtags is such that it is 'ad'"),
        (True, "true of every tweet"),
    ],
)  # fmt: skip
def test_a_clause_is_one_claim(condition: Any, words: str) -> None:
    assert told(condition) == [words]


def test_what_belongs_together_stands_under_a_heading() -> None:
    condition = {
        "and": [
            {"or": [{"word": ["a"]}, {"word": ["b"]}]},
            {"and": [{"var": "lang"}, {"not": {"or": [{"word": ["c"]}, {"word": ["d"]}]}}]},
        ]
    }
    assert told(condition) == [
        "all of these:",
        "  any of these:",
        "    the text has the word 'a'",
        "    the text has the word 'b'",
        "  lang is not empty",
        "  none of these:",
        "    the text has the word 'c'",
        "    the text has the word 'd'",
    ]


def test_a_choice_is_told_in_its_order() -> None:
    assert told({"if": [{"var": "is_reply"}, {"word": ["a"]}, {"word": ["b"]}]}) == [
        "the first of these whose 'if' is so decides:",
        "  if is_reply is true",
        "    then the text has the word 'a'",
        "  otherwise the text has the word 'b'",
    ]


def test_of_many_words_only_some_are_listed() -> None:
    (line,) = told({"word": [f"w{n}" for n in range(100)]})
    assert line.endswith(f"'w{WORDS_MAX - 1}' and {100 - WORDS_MAX} more")
