"""What a subscription asks for, as the table of the protocol's open points settles it."""

from typing import Any

import pytest

from tocsin.simulator.subscriptions import BadFilter, Filter, Post, Subscriptions, read_filter


def post(text: str = "hello", **fields: Any) -> Post:
    user = {"id": "42", "username": "Ada", "name": "Ada L."}
    return Post.of({"id": "1", "text": text, "user": user, "metrics": {"retweets": 10}, **fields})


def subscribed(*filters: Any) -> Subscriptions:
    subscriptions = Subscriptions()
    for each in filters:
        read = read_filter(each)
        assert isinstance(read, Filter)
        subscriptions.add(read)
    return subscriptions


KEYWORDS = [
    ("javascript", "I love JavaScript!", True),
    ("JAVASCRIPT", "javascript", True),
    ("java", "javascript", False),
    ("javascript", "#javascript is fun", True),
    ("javascript", "ask @javascript", True),
    ("javascript", "javascripts", False),
    ("#go", "#Go is out", True),
    ("#go", "go home", False),
    ("$btc", "buy $BTC", True),
    ("$btc", "buy btc", False),
    ("not working", "it is NOT working today", True),
    ("not working", "not really working", False),
    ("not working", "knot working", False),
    ("can't log in", "I can't log in", True),
    ("cve-2026-1", "CVE-2026-1: patch", True),
    ("cve-2026-1", "CVE-2026-12", False),
    ("straße", "STRASSE", True),
    ("caído", "CAI\u0301DO", True),
    ("ล่ม", "เว็บ ล่ม แล้ว", True),
    ("地震", "地震 だ", True),
    ("地震", "地震だ", False),
    ("🚀", "to the moon🚀", True),
]


@pytest.mark.parametrize(("keyword", "text", "included"), KEYWORDS)
def test_a_keyword_is_a_whole_token_tag_name_or_phrase(keyword: str, text: str, included: bool) -> None:
    assert subscribed({"keywords": [keyword]}).include(post(text)) is included


FILTERS: list[tuple[Any, bool]] = [
    ({}, True),
    (None, True),
    ({"keywords": []}, True),
    ({"keywords": ["hello", "bye"]}, True),
    ({"keywords": ["bye"]}, False),
    ({"users": ["ada"]}, True),
    ({"users": ["@ADA"]}, True),
    ({"users": ["42"]}, True),
    ({"users": ["ada2"]}, False),
    ({"language": "EN"}, True),
    ({"language": "de"}, False),
    ({"min_retweets": 10}, True),
    ({"min_retweets": 11}, False),
    ({"keywords": ["hello"], "users": ["ada"], "language": "en", "min_retweets": 1}, True),
    ({"keywords": ["hello"], "users": ["bob"]}, False),
]


@pytest.mark.parametrize(("filters", "included"), FILTERS)
def test_fields_are_anded_and_values_ored(filters: Any, included: bool) -> None:
    assert subscribed(filters).include(post(lang="en-GB")) is included


def test_without_a_subscription_nothing_is_included() -> None:
    assert not Subscriptions().include(post())


def test_subscriptions_are_a_union() -> None:
    subscriptions = subscribed({"keywords": ["bye"]}, {"users": ["ada"]})
    assert subscriptions.include(post())


def test_a_tweet_without_text_user_and_metrics_passes_only_what_asks_for_nothing() -> None:
    bare = Post.of({"id": "1", "text": None, "metrics": {"retweets": "many"}})
    assert subscribed({}).include(bare)
    for filters in ({"keywords": ["a"]}, {"users": ["a"]}, {"language": "en"}, {"min_retweets": 1}):
        assert not subscribed(filters).include(bare)


UNSUBSCRIBED: list[tuple[Any, list[Any]]] = [
    ({"keywords": ["a"]}, [{"keywords": ["b"], "language": "en"}, {"users": ["u"]}]),
    ({"keywords": ["A", "b"]}, [{"language": "en"}, {"users": ["u"]}]),
    ({"users": ["@U"]}, [{"keywords": ["a", "b"], "language": "en"}]),
    ({"keywords": ["a", "b"], "language": "en", "users": ["u"]}, []),
    ({"keywords": ["zzz"]}, [{"keywords": ["a", "b"], "language": "en"}, {"users": ["u"]}]),
    ({}, [{"keywords": ["a", "b"], "language": "en"}, {"users": ["u"]}]),
]


@pytest.mark.parametrize(("taken", "left"), UNSUBSCRIBED)
def test_unsubscribing_takes_values_out_and_an_emptied_filter_goes_away(taken: Any, left: list[Any]) -> None:
    subscriptions = subscribed({"keywords": ["a", "b"], "language": "en"}, {"users": ["u"]})
    values = read_filter(taken)
    assert isinstance(values, Filter)
    subscriptions.remove(values)
    assert list(subscriptions) == list(subscribed(*left))


def test_everything_is_unsubscribed_by_its_own_name_only() -> None:
    subscriptions = subscribed({})
    subscriptions.remove(Filter(keywords=("a",)))
    assert subscriptions.include(post())
    subscriptions.remove(Filter())
    assert not subscriptions


JUNK: list[Any] = [
    [],
    "javascript",
    {"keyword": ["a"]},
    {"keywords": "a"},
    {"keywords": [1]},
    {"keywords": [" "]},
    {"users": {"a": 1}},
    {"language": ["en"]},
    {"language": " "},
    {"min_retweets": "10"},
    {"min_retweets": True},
    {"min_retweets": -1},
    {"min_retweets": 1.5},
]


@pytest.mark.parametrize("filters", JUNK)
def test_junk_is_refused_with_a_reason(filters: Any) -> None:
    read = read_filter(filters)
    assert isinstance(read, BadFilter)
    assert read.reason


def test_a_client_may_not_fill_the_memory_with_subscriptions() -> None:
    subscriptions = Subscriptions()
    problems = [subscriptions.add(Filter(users=(str(number),))) for number in range(1_001)]
    assert problems[:1_000] == [None] * 1_000
    assert isinstance(problems[-1], BadFilter)
