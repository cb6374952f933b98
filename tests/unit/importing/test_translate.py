"""Conditions come out as an author would write them; a lenient translation only ever widens."""

from typing import Any

import pytest

from tocsin.importing.operators import OPERATORS
from tocsin.importing.parse import parse_query
from tocsin.importing.translate import Translation, translate
from tocsin.importing.xrule import XRule, blocks_of, id_of, import_rules, plain, x_rules


def translated(rule: str, *, lenient: bool = False) -> Translation:
    query = parse_query(rule).query
    assert query is not None
    return translate(query, lenient=lenient)


@pytest.mark.parametrize(
    ("rule", "blocks"),
    [
        ("cat", {"match": {"keywords": ["cat"]}}),
        ('cat OR "big  dog"', {"match": {"keywords": ["cat", "big dog"]}}),
        ("from:alice OR from:bob", {"match": {"users": ["alice", "bob"]}}),
        ("cat from:alice lang:en", {"match": {"keywords": ["cat"], "users": ["alice"], "language": "en"}}),
        ("cat dog", {"match": {"keywords": ["cat"]}, "when": {"word": ["dog"]}}),
        ("cat -a -b", {"match": {"keywords": ["cat"]}, "when": {"not": {"word": ["a", "b"]}}}),
        ("cat -(a OR b)", {"match": {"keywords": ["cat"]}, "when": {"not": {"word": ["a", "b"]}}}),
        ("cat -(-dog)", {"match": {"keywords": ["cat"]}, "when": {"word": ["dog"]}}),
        ("((cat)) cat", {"match": {"keywords": ["cat"]}}),
        ("#a OR #b", {"when": {"hashtag": ["a", "b"]}}),
        ("#a lang:ZH-tw", {"when": {"and": [{"hashtag": ["a"]}, {"eq": [{"var": "lang"}, "zh-TW"]}]}}),
        (
            "#a (lang:en OR lang:de OR lang:fr)",
            {"when": {"and": [{"hashtag": ["a"]}, {"in": [{"var": "lang"}, ["en", "de", "fr"]]}]}},
        ),
        (
            "#a -lang:en -lang:de",
            {"when": {"and": [{"hashtag": ["a"]}, {"not": {"in": [{"var": "lang"}, ["en", "de"]]}}]}},
        ),
        ("cat OR from:alice", {"when": {"or": [{"word": ["cat"]}, {"from": ["alice"]}]}}),
        (
            "min_followers:5 followers_count:1..9",
            {
                "when": {
                    "and": [{"gte": [{"var": "user.followers"}, 5]}, {"between": [1, {"var": "user.followers"}, 9]}]
                }
            },
        ),
        (
            "url:a OR url:b OR c",
            {"when": {"or": [{"word": [{"var": "links"}, "a", "b"]}, {"word": ["c"]}]}},
        ),
    ],
)
def test_a_rule_comes_out_as_short_as_an_author_would_write_it(rule: str, blocks: dict[str, Any]) -> None:
    condition = translated(rule).condition
    assert condition is not None
    assert plain(blocks_of(condition)) == blocks


@pytest.mark.parametrize(
    ("rule", "condition", "left_out"),
    [
        ("cat place_country:US", {"word": ["cat"]}, ["no-place"]),
        ("cat -is:nullcast", {"word": ["cat"]}, ["no-promotion"]),
        ("cat (dog OR has:geo)", {"word": ["cat"]}, ["no-place"]),
        ("cat -(dog OR has:geo)", {"and": [{"word": ["cat"]}, {"not": {"word": ["dog"]}}]}, ["no-place"]),
        ("cat -(dog has:geo)", {"word": ["cat"]}, ["no-place"]),
        ("(cat is:quote) OR (dog sample:5)", {"word": ["cat", "dog"]}, ["no-quote", "no-sample"]),
    ],
)
def test_leniently_a_clause_is_left_out_where_that_widens(rule: str, condition: object, left_out: list[str]) -> None:
    result = translated(rule, lenient=True)
    assert plain(result.condition) == condition
    assert [refusal.reason for refusal in result.left_out] == left_out


@pytest.mark.parametrize("rule", ["has:geo", "cat OR has:geo", "-is:nullcast", "-(cat has:geo)"])
def test_leniently_too_a_rule_that_would_match_everything_is_refused(rule: str) -> None:
    result = translated(rule, lenient=True)
    assert result.condition is None
    assert result.refusals[-1].reason == "nothing-left"


def test_every_operator_is_translated_or_refused_in_its_own_example() -> None:
    for name, operator in OPERATORS.items():
        result = translated(f"cat {operator.example}")
        assert (result.condition is None) is bool(result.refusals), name
        assert [refusal.reason for refusal in result.refusals] == [getattr(operator, "reason", None)] * len(
            result.refusals
        )


def test_ids_are_made_of_tags_or_words_and_no_two_are_the_same() -> None:
    assert id_of(XRule(value="cat", tag="Cats & Dogs!")) == "cats-dogs"
    assert id_of(XRule(value='-is:retweet (caf\u00e9 OR "big dog") lang:en -cat')) == "cafe-big-dog"
    assert id_of(XRule(value="速報")) == "imported"
    assert id_of(XRule(value='"X API"')) == "rule-x-api"
    assert [rule.id for rule in import_rules([XRule(value="cat")] * 3)] == ["cat", "cat-2", "cat-3"]


@pytest.mark.parametrize(
    "payload",
    [
        {"data": [{"id": "1", "value": "cat", "tag": "cats"}], "meta": {}},
        {"add": [{"value": "cat", "tag": "cats"}]},
        [{"value": "cat", "tag": "cats"}],
    ],
)
def test_rules_are_found_in_what_x_answers_and_takes(payload: Any) -> None:
    assert x_rules(payload) == [XRule(value="cat", tag="cats")]


@pytest.mark.parametrize("payload", [{"data": 1}, {"data": [{"tag": "cats"}]}, "cat", {"other": []}, 7])
def test_other_json_holds_no_rules(payload: Any) -> None:
    assert x_rules(payload) is None
