"""How tweets sound, and when nothing is said about it."""

from typing import Any

import pytest
from tocsin_sentiment import Options, tocsin_transforms
from tocsin_sentiment.analyzer import Analyzer

from tocsin.hookspecs import Transform
from tocsin.testing import make_tweet

ANALYZER = Analyzer()


def sentiment(text: str) -> float:
    rated = ANALYZER.sentiment_of(text)
    assert rated is not None
    return rated


def transform(**options: Any) -> Transform:
    registered: list[Transform] = []
    tocsin_transforms(registered.append, Options(**options))
    return registered[0]


@pytest.mark.parametrize(
    "text",
    ["I love this update, best app ever!", "thank you so much, great support 😊", "what a wonderful day"],
)
def test_glad_tweets_are_above_zero(text: str) -> None:
    assert sentiment(text) > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "this is a horrible outage, worst bank ever",
        "I hate waiting, terrible service 😡",
        "they stole my money, disgusting",
    ],
)
def test_angry_tweets_are_below_zero(text: str) -> None:
    assert sentiment(text) < -0.5


def test_a_negation_turns_the_sense() -> None:
    assert sentiment("the app is good") > 0 > sentiment("the app is not good")


def test_plain_statements_are_zero() -> None:
    assert sentiment("the train to Berlin leaves at nine") == 0


def test_names_and_links_do_not_count() -> None:
    assert sentiment("RT @love_happy: the train leaves https://example.org/great/win") == 0


@pytest.mark.parametrize("text", ["", "  ", "12:30", "https://t.co/love", "@love", "!!!"])
def test_nothing_is_said_where_there_is_nothing_to_read(text: str) -> None:
    assert ANALYZER.sentiment_of(text) is None


def test_a_very_long_text_takes_no_longer_than_its_beginning() -> None:
    assert sentiment("awful " * 100_000) == sentiment("awful " * 166)


def test_tweets_in_other_languages_get_none() -> None:
    add = transform().function
    assert "sentiment" not in add(dict(make_tweet("ich hasse das, furchtbar", lang="de").data))
    assert add(dict(make_tweet("I hate this", lang="en").data))["sentiment"] < 0


def test_a_tweet_of_unknown_language_is_taken_for_english() -> None:
    tweet = dict(make_tweet("I hate this").data)
    tweet.pop("lang", None)
    assert transform().function(tweet)["sentiment"] < 0


@pytest.mark.parametrize("text", [None, 7, ["love"], "\ud800"])
def test_odd_texts_go_through(text: Any) -> None:
    assert transform().function({"id": "1", "text": text})["id"] == "1"
