"""Laws of the stream's protocol: nothing that comes raises, and the server holds what is wanted."""

import itertools
import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.config.settings import Subscription
from tocsin.model import Tweet
from tocsin.sources.events import Received
from tocsin.sources.scrapest.decode import Malformed
from tocsin.sources.scrapest.protocol import DuplicateReceived, ScrapestProtocol, Unrecognised
from tocsin.sources.scrapest.subscription import FreshConnection
from tocsin.testing import EPOCH

words = st.sampled_from(["a", "b", "c"])
subscriptions = st.builds(
    Subscription,
    keywords=st.lists(words, max_size=3).map(tuple),
    users=st.lists(st.sampled_from(["u", "v"]), max_size=2).map(tuple),
    language=st.sampled_from([None, "en", "de"]),
    min_retweets=st.sampled_from([None, 0, 10, 100]),
)
changes = st.lists(st.one_of(st.lists(subscriptions, max_size=4), st.just("reconnect")), max_size=8)

# What trips readers: quotes, brackets, escapes, a byte order mark, halves of pairs, NUL; the full range starts slowly.
texts = st.text(st.sampled_from('a1"\\{}[]:,. \ud83d\ude00\ufeff\x00😀é'))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
tweets = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "text", "user", "created_at", "metrics", "other"), json_values)
)


class Server:
    """The stand-in server's reading of the protocol, written apart from ours.

    Subscriptions add up; `unsubscribe` takes its values out of every one. The notes leave open what becomes of a
    subscription that loses all values of one field but has others: it goes if `drops`, else the field no longer counts.
    """

    def __init__(self, *, drops: bool) -> None:
        self.drops = drops
        self.held: list[dict[str, Any]] = []

    def hear(self, message: str) -> None:
        heard = json.loads(message)
        if heard["action"] == "subscribe":
            self.held.append(heard["filters"])
        else:
            self.held = [rest for each in self.held if (rest := self._without(each, heard["filters"])) is not None]

    def lets_through(self, tweet: dict[str, Any]) -> bool:
        return any(admits(each, tweet) for each in self.held)

    def _without(self, held: dict[str, Any], values: dict[str, Any]) -> dict[str, Any] | None:
        rest: dict[str, Any] = {}
        for name, value in held.items():
            if isinstance(value, list):
                left = [item for item in value if item not in values.get(name, [])]
                rest |= {name: left} if left else {}
            elif values.get(name) != value:
                rest[name] = value
        emptied = len(rest) < len(held)
        return None if emptied and (self.drops or not rest) else rest


def admits(filters: dict[str, Any], tweet: dict[str, Any]) -> bool:
    return (
        ("keywords" not in filters or bool({*filters["keywords"]} & {*tweet["words"]}))
        and ("users" not in filters or tweet["user"] in filters["users"])
        and ("language" not in filters or tweet["lang"] == filters["language"])
        and tweet["retweets"] >= filters.get("min_retweets", 0)
    )


UNIVERSE = [
    {"words": words_of, "user": user, "lang": lang, "retweets": retweets}
    for words_of, user, lang, retweets in itertools.product(
        ["", "a", "b", "c", "ab", "bc"], ["u", "v", "w"], ["en", "de", None], [0, 10, 100]
    )
]


def wants(wanted: Sequence[Subscription], tweet: dict[str, Any]) -> bool:
    return any(
        (not each.keywords or bool({*each.keywords} & {*tweet["words"]}))
        and (not each.users or tweet["user"] in each.users)
        and (each.language is None or tweet["lang"] == each.language)
        and tweet["retweets"] >= (each.min_retweets or 0)
        for each in wanted
    )


@pytest.mark.parametrize("drops", [True, False])
@settings(deadline=None)
@given(first=st.lists(subscriptions, max_size=4), steps=changes)
def test_after_any_changes_and_reconnects_the_server_sends_just_what_is_wanted(
    drops: bool, first: list[Subscription], steps: list[Any]
) -> None:
    protocol, wanted, server = ScrapestProtocol(first), first, Server(drops=drops)
    protocol.connected()
    for step in ["start", *steps]:
        if step == "reconnect":
            protocol.connected()
            server = Server(drops=drops)
        elif step != "start":
            wanted = step
            protocol.want(wanted)
        messages = protocol.changes()
        if isinstance(messages, FreshConnection):
            protocol.connected()
            server, messages = Server(drops=drops), protocol.changes()
        assert not isinstance(messages, FreshConnection)
        for message in messages:
            server.hear(message)
        assert [server.lets_through(each) for each in UNIVERSE] == [wants(wanted, each) for each in UNIVERSE]


@given(st.lists(st.one_of(st.binary(), texts)))
def test_whatever_bytes_come_nothing_raises_and_everything_is_counted(messages: list[str | bytes]) -> None:
    protocol = ScrapestProtocol([])
    for message in messages:
        assert isinstance(protocol.receive(message, EPOCH), Malformed | Unrecognised)
    assert sum(protocol.counts.values()) == len(messages)


@given(tweets)
def test_whatever_data_a_tweet_has_it_can_be_kept_or_has_a_reason(data: dict[str, Any]) -> None:
    protocol = ScrapestProtocol([])
    received = protocol.receive(json.dumps({"type": "tweet", "data": data}), EPOCH)
    assert isinstance(received, Received | Malformed)
    if isinstance(received, Received):
        json.dumps(received.tweet.data, ensure_ascii=False, allow_nan=False).encode()
        assert is_canonical(received.tweet)


@pytest.mark.parametrize("drops", [True, False])
@settings(deadline=None)
@given(st.lists(subscriptions, max_size=4), st.lists(subscriptions, max_size=4))
def test_not_even_between_two_messages_is_less_sent_than_stays_wanted(
    drops: bool, before: list[Subscription], after: list[Subscription]
) -> None:
    protocol, server = ScrapestProtocol(before), Server(drops=drops)
    first = protocol.changes()
    protocol.want(after)
    second = protocol.changes()
    assert not isinstance(first, FreshConnection)
    for message in first:
        server.hear(message)
    steady = [each for each in UNIVERSE if wants(before, each) and wants(after, each)]
    for message in () if isinstance(second, FreshConnection) else second:
        server.hear(message)
        assert all(server.lets_through(each) for each in steady)


@given(tweets, tweets)
def test_a_tweet_is_a_duplicate_if_and_only_if_its_content_is_the_same(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    one, other = (json.dumps({"type": "tweet", "data": data | {"id": "1"}}) for data in (first, second))
    protocol = ScrapestProtocol([])
    before, alone = protocol.receive(one, EPOCH), ScrapestProtocol([]).receive(other, EPOCH)
    if isinstance(before, Received) and isinstance(alone, Received):
        is_same = json.dumps(before.tweet.data, sort_keys=True) == json.dumps(alone.tweet.data, sort_keys=True)
        assert isinstance(protocol.receive(other, EPOCH), DuplicateReceived) == is_same


def is_canonical(tweet: Tweet) -> bool:
    in_utc = tweet.created_at is None or tweet.created_at.tzinfo is UTC
    return in_utc and tweet.data["id"] == tweet.id != ""
