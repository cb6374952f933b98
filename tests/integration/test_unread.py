"""Messages that wait unread, from the stream to the journal: each is evaluated or counted, with the time it came."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any

import anyio
import pytest

from tocsin.alerting.memory import AlertMemory
from tocsin.bench.stream import plan_of
from tocsin.config.settings import SourceSettings
from tocsin.core.engine import Engine
from tocsin.plugins.guard import TransformChain
from tocsin.runtime.ingest import Ingest
from tocsin.runtime.pipeline import Pipeline
from tocsin.runtime.serial import Serial
from tocsin.sources.scrapest.connection import ScrapestSource
from tocsin.sources.source import Connected, Inbox
from tocsin.store.memory import MemoryStore
from tocsin.telemetry.health import Health
from tocsin.telemetry.metrics import Metrics
from tocsin.telemetry.observer import Observer
from tocsin.testing import EPOCH, ManualClock, make_rule

pytestmark = pytest.mark.anyio

PLAN = plan_of([make_rule("hacked", {"contains": ["hacked"]})])
EARLIER = EPOCH - timedelta(seconds=9)


def tweet(number: int | str) -> bytes:
    return json.dumps({"type": "tweet", "data": {"id": str(number), "text": "hacked"}}).encode()


class Bench:
    """A source's reader, an inbox and the loop that takes from it; nothing is connected."""

    def __init__(self, inbox: Inbox | None = None) -> None:
        self.inbox = Inbox() if inbox is None else inbox
        self.store, self.clock = MemoryStore(), ManualClock()
        settings = SourceSettings(url="ws://127.0.0.1:1/ws")
        self.source = ScrapestSource(settings, (), clock=self.clock, rng=Random(1), log=lambda *a, **k: None)
        self.ingest = Ingest(
            inbox=self.inbox,
            pipeline=Pipeline(TransformChain((), self.clock, print), Engine(PLAN, AlertMemory())),
            store=self.store,
            in_store=Serial(),
            observer=Observer(Metrics(), Health(), lambda level, event, **fields: None),
            clock=self.clock,
            on_commit=lambda step: None,
            plugin_failures=[],
        )

    def came(self, *messages: bytes) -> None:
        self.inbox.put_unread(messages, EARLIER, self.source)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.ingest.run)
            with anyio.fail_after(20):
                yield
            self.inbox.close()

    def told(self, kind: str, field: str) -> list[Any]:
        """Return what the entries of a kind say, oldest first."""
        return [record[field] for record in self.store.journal(kinds=(kind,), limit=10_000)[::-1]]


async def test_whatever_came_is_journalled_in_order_with_the_time_at_which_it_came() -> None:
    bench = Bench()
    bench.came(tweet(1), b"junk", tweet(1), tweet(2))
    async with bench.running():
        pass
    kinds = [record["kind"] for record in bench.store.journal()[::-1] if record["kind"] not in {"matched", "opened"}]
    assert kinds == ["seen", "unusable", "dropped", "seen"]
    assert bench.told("dropped", "at") == bench.told("unusable", "at") == [EARLIER.isoformat()]
    assert {alert.tweet.received_at for alert in bench.store.alerts(limit=9)} == {EARLIER}


async def test_a_flood_is_read_and_decided_as_far_as_it_fits_and_the_rest_is_counted() -> None:
    bench = Bench(Inbox(capacity=700))
    for begin in range(0, 3_000, 100):
        bench.came(*(tweet(number) for number in range(begin, begin + 100)))
    bench.inbox.put(Connected(EPOCH))
    async with bench.running():
        pass
    assert bench.told("seen", "tweet_id") == [str(number) for number in range(2_301, 3_000)]
    assert (bench.told("shed", "count"), bench.told("gap", "since")) == ([2_301], [EARLIER.isoformat()])


async def test_stopped_before_they_were_read_tweets_are_counted_and_the_news_is_told() -> None:
    bench = Bench()
    bench.came(tweet(1), b"junk", tweet(2))
    bench.inbox.put(Connected(EPOCH))
    bench.came(tweet(3))
    await bench.ingest.finish("stopped")
    assert (bench.told("shed", "count"), bench.told("connection", "state")) == ([3], ["connected"])
    assert bench.told("seen", "tweet_id") == []


async def test_a_tweet_that_was_given_up_is_evaluated_when_it_is_sent_again() -> None:
    bench = Bench(Inbox(capacity=1))
    bench.came(tweet(1), tweet(2))
    async with bench.running():
        with anyio.fail_after(20):
            while bench.inbox.waiting:
                await anyio.wait_all_tasks_blocked()
        bench.came(tweet(1))
    assert (bench.told("seen", "tweet_id"), bench.told("dropped", "tweet_id")) == (["2", "1"], [])
