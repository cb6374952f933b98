"""Proofs name what was seen and where; a why-not names what was nearest."""

from typing import Any

import pytest

from tests.unit.logic.conditions import VOCABULARY, parsed
from tocsin.logic.facts import Facts
from tocsin.logic.proofs.proof import Leaf, Proof, Prover, WhyNot
from tocsin.testing import make_tweet


def explained(condition: Any, text: Any = "hello", **fields: Any) -> Proof | WhyNot:
    expr = parsed(condition).expr
    assert expr is not None
    return Prover(expr, VOCABULARY).explain(Facts(make_tweet(text, **fields).data))


def only_leaf(condition: Any, text: Any = "hello", **fields: Any) -> Leaf:
    (leaf,) = explained(condition, text, **fields).leaves
    return leaf


def test_of_an_or_the_branch_with_fewest_leaves_is_the_proof() -> None:
    condition = {"or": [{"and": [{"word": ["a"]}, {"word": ["b"]}]}, {"word": ["c"]}]}
    assert [leaf.reason for leaf in explained(condition, "a b c").leaves] == ["word 'c' in text"]


def test_through_not_a_false_inner_part_is_proved_by_what_makes_it_false() -> None:
    condition = {"not": {"and": [{"word": ["a"]}, {"word": ["b"]}, {"word": ["c"]}]}}
    proof = explained(condition, "a c")
    assert isinstance(proof, Proof)
    assert [(leaf.truth, leaf.reason) for leaf in proof.leaves] == [(False, "not word 'b' in text")]


def test_a_choice_is_proved_by_the_way_that_was_taken() -> None:
    condition = {"if": [{"word": ["a"]}, {"word": ["x"]}, {"word": ["b"]}]}
    assert [leaf.reason for leaf in explained(condition, "b").leaves] == ["not word 'a' in text", "word 'b' in text"]


def test_a_failed_leaf_is_shown_with_its_error_and_place() -> None:
    why = explained({"and": [{"word": ["a"]}, {"not": {">": [{"var": "text"}, 3]}}]}, "a")
    assert isinstance(why, WhyNot)
    assert why.failed
    assert [(leaf.truth, leaf.at) for leaf in why.leaves] == [(None, ("and", 1, "not", ">"))]
    assert "'>':" in why.leaves[0].error


def test_a_failed_leaf_beside_a_false_one_is_not_to_blame() -> None:
    why = explained({"and": [{">": [{"var": "text"}, 3]}, {"word": ["b"]}]}, "a")
    assert isinstance(why, WhyNot)
    assert (why.failed, [leaf.truth for leaf in why.leaves]) == (False, [False])


def test_a_condition_that_takes_too_long_as_a_whole_failed_without_a_leaf_to_blame() -> None:
    loops = [{"none": [{"var": "entities.urls"}, {"==": [{"var": ""}, f"x{n}"]}]} for n in range(8)]
    likes = [{"<": [{"var": "metrics.likes"}, 1_000 + n]} for n in range(200)]
    why = explained({"and": [*likes, *loops]}, "a", entities={"urls": ["u"] * 500})
    assert isinstance(why, WhyNot)
    assert (why.failed, why.leaves) == (True, ())
    assert "too many steps" in why.error


@pytest.mark.parametrize(
    ("condition", "text", "found"),
    [
        ({"word": ["hacked"]}, "They were HACKED!", ("hacked", 10, 16, "HACKED")),
        ({"word": ["two words"]}, "  some two \n\n words", ("two words", 7, 19, "two \n\n words")),
        ({"contains": ["strasse"]}, "An der Straße 5", ("strasse", 7, 13, "Straße")),
        ({"word": ["cafe\u0301"]}, "un café noir", ("cafe\u0301", 3, 7, "café")),
        ({"contains": ["障害"]}, "GitHub 障害かな", ("障害", 7, 9, "障害")),
        ({"starts_with": ["rt @"]}, "RT @a: b", ("rt @", 0, 4, "RT @")),
        ({"ends_with": ["end."]}, "the END.", ("end.", 4, 8, "END.")),
        ({"matches": [r"cve-\d+"]}, "éé CVE-2026", (r"cve-\d+", 3, 11, "CVE-2026")),
        ({"hashtag": ["btc"]}, "#btcx and #BTC", ("btc", 10, 14, "#BTC")),
        ({"cashtag": ["$tsla"]}, "buy $TSLA now", ("$tsla", 4, 9, "$TSLA")),
        ({"link": ["example.com"]}, "see https://www.example.com/a.", ("example.com", 4, 29, "https://www.example.com/a")),
        ({"from": ["@SomeOne"]}, "x", ("@SomeOne", 0, 7, "someone")),
    ],
)  # fmt: skip
def test_a_pattern_is_found_at_its_place_in_the_text_as_written(
    condition: Any, text: str, found: tuple[str, int, int, str]
) -> None:
    (one,) = only_leaf(condition, text).found
    assert (one.pattern, one.start, one.end, one.text) == found


def test_a_tag_that_only_the_stream_names_has_no_place() -> None:
    (one,) = only_leaf({"hashtag": ["btc"]}, "no tag", entities={"hashtags": ["BTC"]}).found
    assert (one.field, one.text, one.start) == ("hashtags", "btc", None)


def test_the_element_that_decided_over_a_list_is_named() -> None:
    leaf = only_leaf({"some": [{"var": "hashtags"}, {"in": ["t", {"var": ""}]}]}, "#a #btc #t")
    assert [(one.name, one.value) for one in leaf.seen][1:] == [("the element of hashtags that decides", "btc")]


@pytest.mark.parametrize(
    ("condition", "needs"),
    [
        ({"gte": [{"var": "metrics.retweets"}, 100]}, "metrics.retweets is 40, needs 100 or more"),
        ({"<": [100, {"var": "metrics.retweets"}]}, "metrics.retweets is 40, needs more than 100"),
        ({"between": [50, {"var": "metrics.retweets"}, 60]}, "metrics.retweets is 40, needs to be from 50 to 60"),
        ({"eq": [{"var": "lang"}, "de"]}, "lang is 'en', needs to be 'de'"),
        ({"in": [{"var": "lang"}, ["de", "fr"]]}, "lang is 'en', needs to be one of 'de', 'fr'"),
        ({"word": ["btc", "bitcoin"]}, "text has none of btc, bitcoin; nearest to 'bitcoin': 'bitcoins'"),
        ({"word": ["giveaway"]}, "text does not have giveaway"),
        ({"not": {"word": ["free"]}}, "text must not have free (word)"),
        ({"from": ["bob"]}, "user.username is 'someone', needs to be bob"),
        ({"not": {"lt": [{"var": "metrics.retweets"}, 50]}}, "metrics.retweets is 40, needs 50 or more"),
        (
            {"some": [{"var": "hashtags"}, {"eq": [{"var": ""}, "btc"]}]},
            "hashtags is []; needed: one of hashtags is such that it is 'btc'",
        ),
        ({"var": "user.verified"}, "user.verified is false; needed: user.verified is true"),
    ],
)
def test_what_is_missing_is_said_in_words(condition: Any, needs: str) -> None:
    fields = {"metrics__retweets": 40, "lang": "en", "user__verified": False}
    why = explained(condition, "free bitcoins for all", **fields)
    assert isinstance(why, WhyNot)
    assert why.nearest[0].missing[0].need.words == needs


def test_changes_are_ranked_by_their_number_then_by_distance() -> None:
    near, far = {"gte": [{"var": "metrics.likes"}, 10]}, {"gte": [{"var": "metrics.likes"}, 1000]}
    condition = {"or": [{"and": [near, {"word": ["x"]}]}, far, {"gte": [{"var": "metrics.retweets"}, 10]}]}
    why = explained(condition, "hello", metrics__likes=9, metrics__retweets=8)
    assert isinstance(why, WhyNot)
    ways = [[missing.need.words for missing in change.missing] for change in why.nearest]
    assert ways == [
        ["metrics.retweets is 8, needs 10 or more"],
        ["metrics.likes is 9, needs 1000 or more"],
        ["metrics.likes is 9, needs 10 or more", "text does not have x"],
    ]


def test_what_no_tweet_can_make_true_has_nothing_nearest() -> None:
    why = explained({"and": [{"word": ["a"]}, {"not": {"word": ["a"]}}]}, "a")
    assert isinstance(why, WhyNot)
    assert why.nearest == ()
