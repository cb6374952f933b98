"""What can be proved of conditions, and what must not be claimed."""

import pytest

from tests.unit.logic.conditions import VOCABULARY, parsed
from tocsin.logic.reasoning.formula import Formula, formula_of
from tocsin.logic.reasoning.implication import Prover

LIKES = {"var": "metrics.likes"}
LANG = {"var": "lang"}
NAME = {"var": "user.username"}


def formula(condition: object) -> Formula:
    result = parsed(condition, check_fields=False)
    assert result.expr is not None, result.problems
    return formula_of(result.expr)


def implies(one: object, other: object) -> bool:
    return Prover(VOCABULARY).is_implied([formula(one)], formula(other))


@pytest.mark.parametrize(
    "condition",
    [
        {"and": [{"gt": [LIKES, 5]}, {"lt": [LIKES, 5]}]},
        {"and": [{"between": [1, LIKES, 5]}, {"gte": [LIKES, 6]}]},
        {"and": [{"gt": [LIKES, 5]}, {"eq": [LIKES, None]}]},
        {"and": [{"eq": [LANG, "en"]}, {"ne": [LANG, "en"]}]},
        {"and": [{"in": [LANG, ["en", "de"]]}, {"in": [LANG, ["fr", "it"]]}]},
        {"and": [{"word": "a"}, {"not": {"word": ["b", "a"]}}]},
        {"and": [{"contains": "ab"}, {"not": {"contains": "A"}}]},
        {"and": [{"starts_with": "rt @"}, {"starts_with": "@"}]},
        {"and": [{"from": "alice"}, {"eq": [NAME, "bob"]}]},
        {"and": [{"eq": [{"var": "is_retweet"}, True]}, {"not": {"var": "is_retweet"}}]},
        {"and": [{"or": [{"word": "a"}, {"word": "b"}]}, {"not": {"word": "a"}}, {"not": {"word": "b"}}]},
        {"and": [{"gt": [{"+": [LIKES, 1]}, 5]}, {"lt": [{"+": [LIKES, 1]}, 4]}]},
        {"word": [LIKES, "ten"]},
    ],
)
def test_what_can_never_be_true_is_proved(condition: object) -> None:
    assert Prover(VOCABULARY).is_never_true(formula(condition))


@pytest.mark.parametrize(
    "condition",
    [
        {"and": [{"gt": [LIKES, 5]}, {"lt": [LIKES, 6]}]},
        {"and": [{"not": {"gt": [LIKES, 5]}}, {"not": {"lte": [LIKES, 5]}}]},
        {"and": [{"gt": [LIKES, 5]}, {"lt": [{"var": "metrics.retweets"}, 5]}]},
        {"and": [{"eq": [LANG, "None"]}, {"eq": [LANG, None]}]},
        {"and": [{"eq": [{"var": "anything"}, 5]}, {"eq": [{"var": "anything"}, 7]}]},
        {"and": [{"word": "ab"}, {"not": {"word": "a"}}]},
        {"and": [{"word": "a b"}, {"not": {"contains": "a b"}}]},
        {"and": [{"hashtag": "a"}, {"not": {"hashtag": "b"}}]},
    ],
)
def test_what_some_tweet_makes_true_is_never_denied(condition: object) -> None:
    assert not Prover(VOCABULARY).is_never_true(formula(condition))


def test_what_may_fail_is_not_always_true() -> None:
    either = {"or": [{"gt": [{"var": "text"}, 3]}, {"not": {"gt": [{"var": "text"}, 3]}}]}
    assert not Prover(VOCABULARY).is_always_true(formula(either))


def test_a_missing_number_is_neither_more_nor_less() -> None:
    either = {"or": [{"gt": [LIKES, 5]}, {"lte": [LIKES, 5]}]}
    assert not Prover(VOCABULARY).is_always_true(formula(either))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"word": "major outage"}, {"word": "outage"}),
        ({"word": "outage"}, {"contains": "OUT"}),
        ({"all_words": ["a", "b"]}, {"word": ["b", "c"]}),
        ({"word": "a b c"}, {"all_words": ["a", "c"]}),
        ({"link": "blog.a.example/x"}, {"link": "a.example"}),
        ({"gt": [LIKES, 10]}, {"gte": [LIKES, 10]}),
        ({"eq": [LANG, "en"]}, {"in": [LANG, ["de", "en"]]}),
        ({"eq": [NAME, "alice"]}, {"from": ["alice", "bob"]}),
        ({"gt": [LIKES, 10]}, {"!!": LIKES}),
    ],
)
def test_what_says_more_implies_what_says_less(one: object, other: object) -> None:
    assert (implies(one, other), implies(other, one)) == (True, False)


def test_thousands_of_words_are_given_up_rather_than_compared() -> None:
    many = {"word": [f"word{number}" for number in range(20_000)]}
    assert not Prover(VOCABULARY).is_never_true(formula({"and": [many, {"not": {"contains": "nothing"}}]}))
