"""From what is in a field to the rules that wait for it."""

from typing import Any

import pytest

from tocsin.logic.atoms import Kind, Term
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.matching.index import postings_of

VOCABULARY = standard_vocabulary()


def found(kind: Kind, field: str, values: list[Any], data: dict[str, Any]) -> list[Any]:
    """Return the values whose terms hold of a tweet, in the order given."""
    waiting = {Term(kind, field, value): (None, None, 1, place) for place, value in enumerate(values)}
    places: set[int] = set()
    for postings in postings_of(waiting, VOCABULARY):
        places |= postings.numbers(Facts(data))
    return [values[place] for place in sorted(places)]


@pytest.mark.parametrize(("kind", "expected"), [(">", [1, 2]), (">=", [1, 2, 3]), ("<", [4, 5]), ("<=", [3, 4, 5])])
def test_bounds_are_open_or_closed_as_their_sign_says(kind: Kind, expected: list[int]) -> None:
    for value in (3, 3.0):
        assert found(kind, "metrics.likes", [5, 1, 4, 2, 3], {"metrics": {"likes": value}}) == [
            bound for bound in (5, 1, 4, 2, 3) if bound in expected
        ]


@pytest.mark.parametrize(("value", "expected"), [(None, []), ("4", [3, 9]), (True, [3, 9]), (float("nan"), [])])
def test_what_is_no_number_may_stand_for_one(value: Any, expected: list[int]) -> None:
    assert found(">", "metrics.likes", [3, 9], {"metrics": {"likes": value}}) == expected


def test_a_link_is_found_by_its_host_and_all_above() -> None:
    data = {"text": "see https://a.news.example.com:8080/x", "entities": {"urls": ["http://t.co/1"]}}
    hosts = ["example.com", "news.example.com", "b.example.com", "le.com", "t.co", "com"]
    assert found("host", "links", hosts, data) == ["example.com", "news.example.com", "t.co", "com"]


def test_in_looks_into_texts_and_lists() -> None:
    assert found("raw", "text", ["BTC", "btc"], {"text": "xBTCx"}) == ["BTC"]
    assert found("raw", "entities.urls", ["BTC", "btc"], {"entities": {"urls": [1, "BTC"]}}) == ["BTC"]
    assert found("raw", "user", ["BTC"], {"user": {"BTC": 1}}) == ["BTC"]
    assert found("raw", "lang", ["BTC"], {"lang": 5}) == []


def test_a_number_equals_its_text_and_null_the_word_none() -> None:
    values = ["None", "5", 5, "5.0", "6"]
    assert found("equal", "lang", values, {"lang": 5}) == ["5", 5]
    assert found("equal", "lang", values, {"lang": 5.0}) == [5, "5.0"]
    assert found("equal", "lang", values, {}) == ["None"]
    assert found("equal", "lang", values, {"lang": True}) == values


def test_tags_are_found_in_the_text_and_among_those_the_stream_names() -> None:
    data = {"text": "#BTC and $TSLA", "entities": {"hashtags": ["#Eth"]}}
    assert found("#", "hashtags", ["btc", "eth", "tsla"], data) == ["btc", "eth"]
    assert found("$", "cashtags", ["btc", "tsla"], data) == ["tsla"]
    assert found("#", "text", ["btc", "tsla"], data) == ["btc"]


def test_an_index_past_the_end_of_a_list_is_left_to_the_rules() -> None:
    assert found("word", "media.3", ["btc"], {"media": []}) == ["btc"]
