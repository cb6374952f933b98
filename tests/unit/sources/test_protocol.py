"""The protocol without I/O: what messages mean and what is counted."""

import json
from typing import Any

import pytest

from tocsin.config.settings import Subscription
from tocsin.sources.events import Received
from tocsin.sources.scrapest.decode import Malformed
from tocsin.sources.scrapest.duplicates import Duplicates
from tocsin.sources.scrapest.protocol import DuplicateReceived, ScrapestProtocol, Unrecognised
from tocsin.testing import EPOCH


def protocol() -> ScrapestProtocol:
    return ScrapestProtocol([Subscription(keywords=("a",))])


def message(**data: Any) -> str:
    return json.dumps({"type": "tweet", "data": {"id": "1", "text": "hello", **data}})


def test_a_tweet_is_received_with_the_time_that_was_passed_in() -> None:
    received = protocol().receive(message(), EPOCH)
    assert isinstance(received, Received)
    assert (received.tweet.id, received.tweet.received_at, received.tweet.source) == ("1", EPOCH, "scrapest")


def test_a_binary_frame_is_read_like_a_text_frame() -> None:
    assert protocol().receive(message().encode(), EPOCH) == protocol().receive(message(), EPOCH)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"type": "subscribed", "filters": {}}', "subscribed"),
        ('{"id": "1"}', "(none)"),
        ('{"type": 7}', "(not text)"),
        ('{"type": "a\\nb"}', "a b"),
    ],
)
def test_other_types_are_tolerated_and_counted(text: str, kind: str) -> None:
    stream = protocol()
    assert stream.receive(text, EPOCH) == Unrecognised(kind)
    assert stream.counts == {f"type {kind}": 1}


def test_a_server_that_invents_types_cant_fill_the_memory() -> None:
    stream = protocol()
    for number in range(10_000):
        stream.receive(json.dumps({"type": f"t{number}"}), EPOCH)
    assert len(stream.counts) <= 101
    assert sum(stream.counts.values()) == 10_000


def test_the_same_content_again_is_a_duplicate_whatever_the_order_of_its_fields() -> None:
    stream = protocol()
    stream.receive('{"type": "tweet", "data": {"id": "1", "text": "a"}}', EPOCH)
    stream.connected()
    assert stream.receive('{"data": {"text": "a", "id": 1}, "type": "tweet"}', EPOCH) == DuplicateReceived("1")  # type: ignore[arg-type]


def test_the_same_tweet_with_other_metrics_is_no_duplicate() -> None:
    stream = protocol()
    stream.receive(message(metrics={"retweets": 99}), EPOCH)
    assert isinstance(stream.receive(message(metrics={"retweets": 100}), EPOCH), Received)


def test_what_came_is_counted_by_kind() -> None:
    stream = protocol()
    for text in (message(), message(), message(created_at="now"), message(created_at=None), "junk", '{"type": "x"}'):
        stream.receive(text, EPOCH)
    assert stream.counts == {
        "tweet": 3, "duplicate": 1, "time unread": 1, "malformed": 1, "type x": 1,
    }  # fmt: skip


def test_a_tweet_without_data_is_malformed() -> None:
    assert protocol().receive('{"type": "tweet"}', EPOCH) == Malformed("its data is missing")


def test_the_memory_of_duplicates_forgets_what_was_seen_longest_ago() -> None:
    memory = Duplicates(capacity=2)
    for name in ("a", "b", "a", "c"):
        memory.is_repeat({"id": name})
    assert [memory.is_repeat({"id": name}) for name in ("c", "a", "b")] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "is_tweet"),
    [
        (message(), True),
        ('{"type":"tweet","data":{"id":"1"}}', True),
        ('{ "type" : "tweet", "data": {"id": "1"} }', True),
        ('{"data": {"id": "1"}, "type": "tweet"}', True),
        ('{"data":{"id":"1"},"type":"tweet"}', True),
        ('{"data": {"id": "1"}, "type": "tweet", "v": 2}', True),
        ('{"type": "subscribed", "filters": {}}', False),
        ('{"type": "tweets", "data": {"id": "1"}}', False),
        ('{"v": 1, "type": "tweet"}', True),  # plainly meant as one: sooner one too many than one unheard of
        ('{"v": 1, "type": "tweet", "data": 1}', False),
        ("junk", False),
    ],
)
def test_of_what_nobody_will_read_it_is_known_whether_it_is_a_tweet(text: str, is_tweet: bool) -> None:
    stream = protocol()
    assert stream.give_up([text.encode()], EPOCH) == is_tweet
    assert stream.counts["unread"] == is_tweet
    assert sum(stream.counts.values()) == 1


def test_a_tweet_that_was_given_up_unread_is_none_that_came_before() -> None:
    """Sent again after a reconnect it is the first copy that anybody sees."""
    stream = protocol()
    stream.give_up([message().encode()], EPOCH)
    assert isinstance(stream.receive(message(), EPOCH), Received)
