"""Plugins that see the journal: in order, in their own thread, and without anybody waiting for them."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tocsin.journal import Lifecycle, PluginFailed, Seen
from tocsin.model import TweetId
from tocsin.plugins.breaker import FAILURES
from tocsin.plugins.listening import QUEUE, Audience, Listener
from tocsin.testing import EPOCH, ManualClock, make_tweet

TWEET = make_tweet("hello", id="7")
SEEN = Seen(at=EPOCH, tweet_id=TWEET.id, source="test")
STARTED = Lifecycle(at=EPOCH, event="started", detail="")


class Bench:
    """An audience of one, and what it did and failed at."""

    def __init__(self, observe: Any = None) -> None:
        self.seen: list[Any] = []
        self.finished: list[str] = []
        self.told: list[PluginFailed] = []
        listener = Listener("p", observe or self.observe, lambda: self.finished.append(threading.current_thread().name))
        self.audience = Audience([listener], ManualClock(), self.told.append)

    def observe(self, entry: Any, tweet: Any) -> None:
        self.seen.append((entry, None if tweet is None else tweet.data, threading.current_thread().name))

    @property
    def errors(self) -> list[str]:
        return [entry.error for entry in self.told]


@pytest.fixture
def release() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_entries_come_in_order_in_one_thread_with_the_tweets_that_they_are_about() -> None:
    bench = Bench()
    bench.audience.tell([STARTED, SEEN], {TWEET.id: TWEET, TweetId("8"): make_tweet(id="8")})
    bench.audience.close(10)
    assert bench.seen == [(STARTED, None, "tocsin-p-observe"), (SEEN, TWEET.data, "tocsin-p-observe")]
    assert bench.finished == ["tocsin-p-observe"]
    assert bench.told == []


def test_an_observer_that_changes_the_tweet_changes_its_own_copy() -> None:
    def change(entry: Any, tweet: Any) -> None:
        tweet.data["text"] = "changed"
        tweet.data["user"]["name"] = "changed"

    bench = Bench(change)
    bench.audience.tell([SEEN], {TWEET.id: TWEET})
    bench.audience.close(10)
    assert TWEET.data["text"] == "hello"
    assert TWEET.data["user"]["name"] != "changed"


def test_one_that_raises_is_told_of_and_left_alone_after_a_row() -> None:
    def leave(entry: Any, tweet: Any) -> None:
        raise SystemExit(3)

    bench = Bench(leave)
    bench.audience.tell([STARTED] * 100)
    bench.audience.close(10)
    assert bench.errors[:FAILURES] == ["raised SystemExit: 3"] * FAILURES
    assert bench.errors[FAILURES:] == ["5 calls in a row failed: not called for a while"]
    assert bench.finished == ["tocsin-p-observe"]


def test_nobody_waits_for_one_that_hangs_and_what_it_misses_is_counted(release: threading.Event) -> None:
    bench = Bench(lambda entry, tweet: release.wait())
    bench.audience.tell([STARTED] * (QUEUE + 50))
    bench.audience.close(0.01)
    assert bench.errors[0] == f"fell behind by {QUEUE} entries; 1 were not given to it"
    assert bench.errors[-1].startswith("was not done within 0.0 s of the end; ")


def test_it_does_not_hear_of_its_own_failures() -> None:
    bench = Bench()
    own = PluginFailed(at=EPOCH, plugin="p", hook="tocsin_observe", error="e")
    other = PluginFailed(at=EPOCH, plugin="q", hook="tocsin_observe", error="e")
    bench.audience.tell([own, other])
    bench.audience.close(10)
    assert [entry for entry, _, _ in bench.seen] == [other]


def test_without_listeners_there_is_no_audience() -> None:
    assert Audience((), ManualClock(), print).is_empty
