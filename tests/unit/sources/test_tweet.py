"""The canonical tweet: ids as text without loss, the time read once, everything else untouched."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.model import Tweet
from tocsin.sources.scrapest.decode import Malformed
from tocsin.sources.scrapest.tweet import instant_of, tweet_of
from tocsin.testing import EPOCH


def read(literal: str) -> Tweet | Malformed:
    message = f'{{"type": "tweet", "data": {literal}}}'
    return tweet_of(json.loads(message)["data"], message, source="test", received_at=EPOCH)


@pytest.mark.parametrize(
    ("literal", "tweet_id"),
    [
        ('"1234567890"', "1234567890"),
        ('"007"', "007"),
        ("1886493083207827456", "1886493083207827456"),
        ("1886493083207827457.0", "1886493083207827457"),
        ("1.886493083207827457e18", "1886493083207827457"),
    ],
)
def test_an_id_becomes_text_without_loss(literal: str, tweet_id: str) -> None:
    tweet = read(f'{{"id": {literal}}}')
    assert isinstance(tweet, Tweet)
    assert (tweet.id, tweet.data["id"]) == (tweet_id, tweet_id)


@pytest.mark.parametrize(
    ("literal", "reason"),
    [
        ("null", "its data is missing"),
        ("[1]", "its data is not an object"),
        ("{}", "its id is missing"),
        ('{"id": null}', "its id is missing"),
        ('{"id": ""}', "its id is empty"),
        ('{"id": true}', "its id is neither text nor a number"),
        ('{"id": {}}', "its id is neither text nor a number"),
        ('{"id": 1.5}', "its id is not a whole number"),
        ('{"id": 1e300}', "its id is not a whole number"),
        ('{"id": ' + "9" * 100 + "}", "its id is longer than 64 characters"),
    ],
)
def test_without_a_usable_id_it_is_no_tweet(literal: str, reason: str) -> None:
    assert read(literal) == Malformed(reason)


def test_a_numeric_user_id_becomes_text_and_the_rest_is_untouched() -> None:
    tweet = read('{"id": "1", "user": {"id": 44196397, "x": [null]}, "metrics": null, "new": {"a": 1.0}}')
    assert isinstance(tweet, Tweet)
    assert tweet.data == {"id": "1", "user": {"id": "44196397", "x": [None]}, "metrics": None, "new": {"a": 1.0}}


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2024-01-01T00:00:00Z", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2024-01-01T02:00:00+02:00", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2024-01-01T00:00:00.123Z", datetime(2024, 1, 1, 0, 0, 0, 123000, tzinfo=UTC)),
        ("2024-01-01T00:00:00.123456789Z", datetime(2024, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("9999-12-31T23:59:59-05:00", None),
        ("2024-01-01T00:00:00", None),
        ("Mon Jan 01 00:00:00 +0000 2024", None),
        ("", None),
        (1704067200, None),
        (None, None),
    ],
)
def test_a_time_is_read_if_it_is_iso_8601_with_a_zone(value: Any, instant: datetime | None) -> None:
    assert instant_of(value) == instant


def test_a_time_that_cant_be_read_stays_in_the_data() -> None:
    tweet = read('{"id": "1", "created_at": "yesterday"}')
    assert isinstance(tweet, Tweet)
    assert (tweet.created_at, tweet.data["created_at"]) == (None, "yesterday")
