"""A plugin's source: its tweets reach the engine, and whatever else it does costs nobody but itself."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any

import anyio
import pytest

from tocsin.errors import StreamRefused
from tocsin.hookspecs import Feed, Source, SourceRefused
from tocsin.journal import PluginFailed
from tocsin.runtime.plugin_source import PluginSource
from tocsin.sources.scrapest.backoff import Backoff
from tocsin.sources.source import Connected, Disconnected, Inbox, Received, SourceEvent, Unusable
from tocsin.testing import EPOCH, ManualClock

pytestmark = pytest.mark.anyio

AT_ONCE = Backoff(first=timedelta(0), cap=timedelta(0))


class Bench:
    """A source over one function, and what came of it."""

    def __init__(self, run: Callable[[Any, Feed], Any], capacity: int = 100) -> None:
        self.told = list[PluginFailed]()
        self.inbox = Inbox(capacity)
        source = Source(name="made_up", run=run, doc="d")
        self.source = PluginSource(
            "p", source, "options", clock=ManualClock(), rng=Random(1), on_failure=self.told.append, backoff=AT_ONCE
        )

    async def events(self) -> list[SourceEvent]:
        """Return all that came until the source ended."""
        with anyio.fail_after(20):
            await self.source.run(self.inbox)
        self.inbox.close()
        return await self.inbox.take(1_000)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with anyio.create_task_group() as group:
            group.start_soon(self.source.run, self.inbox)
            yield
            group.cancel_scope.cancel()

    @property
    def errors(self) -> list[str]:
        return [entry.error for entry in self.told]


@pytest.fixture
def release() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def ids(events: list[SourceEvent]) -> list[str]:
    return [event.tweet.id for event in events if isinstance(event, Received)]


async def test_tweets_arrive_in_order_and_the_first_says_that_the_stream_is_seen() -> None:
    async def run(options: Any, feed: Feed) -> None:
        for number in range(3):
            await feed.tweet({"id": str(number), "text": options})

    events = await Bench(run).events()
    assert isinstance(events[0], Connected)
    assert ids(events) == ["0", "1", "2"]
    assert {event.tweet.source for event in events if isinstance(event, Received)} == {"made_up"}


async def test_one_that_breaks_is_run_again_and_the_time_between_is_a_gap() -> None:
    runs: list[int] = []

    async def run(options: Any, feed: Feed) -> None:
        runs.append(1)
        await feed.tweet({"id": str(len(runs))})
        if len(runs) == 1:
            raise ConnectionError("broken off")

    bench = Bench(run)
    events = await bench.events()
    assert ids(events) == ["1", "2"]
    assert [event.reason for event in events if isinstance(event, Disconnected)] == ["ConnectionError: broken off"]
    gaps = [event.gap for event in events if isinstance(event, Connected)]
    assert gaps[0] is None
    assert gaps[1] is not None
    assert gaps[1].cause == "ConnectionError: broken off"
    assert bench.errors == ["broke, tried again in 0.0 s: ConnectionError: broken off"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError(), MemoryError()])
async def test_whatever_it_raises_it_is_run_again(error: BaseException) -> None:
    runs: list[int] = []

    async def run(options: Any, feed: Feed) -> None:
        runs.append(1)
        if len(runs) == 1:
            raise error
        await feed.tweet({"id": "1"})

    bench = Bench(run)
    assert ids(await bench.events()) == ["1"]
    assert len(bench.told) == 1


async def test_one_that_refuses_ends_the_run() -> None:
    async def run(options: Any, feed: Feed) -> None:
        raise SourceRefused("the key is wrong")

    with pytest.raises(StreamRefused, match="source made_up of plugin p: the key is wrong"):
        await Bench(run).events()


@pytest.mark.parametrize("rubbish", [None, 42, {"text": "no id"}, {"id": float("nan")}, {"id": object()}, {1: 2}])
async def test_rubbish_is_counted_and_the_source_goes_on(rubbish: Any) -> None:
    async def run(options: Any, feed: Feed) -> None:
        await feed.tweet(rubbish)
        await feed.tweet({"id": "1"})

    events = await Bench(run).events()
    assert len([event for event in events if isinstance(event, Unusable)]) == 1
    assert ids(events) == ["1"]


async def test_a_tweet_changed_after_it_was_handed_over_is_as_it_was() -> None:
    async def run(options: Any, feed: Feed) -> None:
        data = {"id": "1"}
        await feed.tweet(data)
        data["id"] = "2"
        await feed.tweet(data)

    assert ids(await Bench(run).events()) == ["1", "2"]


async def test_what_it_missed_is_a_gap() -> None:
    async def run(options: Any, feed: Feed) -> None:
        await feed.connected()
        await feed.missed(EPOCH - timedelta(minutes=5), "the API was down")
        await feed.missed("yesterday", "no instant")  # type: ignore[arg-type]

    first, gone, back, unusable = await Bench(run).events()
    assert isinstance(first, Connected)
    assert isinstance(gone, Disconnected)
    assert isinstance(back, Connected)
    assert back.gap is not None
    assert (back.gap.since, back.gap.cause) == (EPOCH - timedelta(minutes=5), "the API was down")
    assert isinstance(unusable, Unusable)


async def test_a_source_waits_while_the_engine_has_enough_to_do() -> None:
    given: list[int] = []

    async def run(options: Any, feed: Feed) -> None:
        for number in range(5_000):
            await feed.tweet({"id": str(number)})
            given.append(number)

    bench = Bench(run, capacity=10)
    taken: list[str] = []
    async with bench.running():
        while len(taken) < 5_000:
            taken += ids(await bench.inbox.take(10))
            assert len(given) - len(taken) < 1_000
    assert taken == [str(number) for number in range(5_000)]
    assert bench.inbox.take_shed() == 0


async def test_one_that_blocks_its_thread_delays_nobody_and_is_left_behind(release: threading.Event) -> None:
    started = threading.Event()

    async def run(options: Any, feed: Feed) -> None:
        started.set()
        release.wait()

    bench = Bench(run)
    with anyio.fail_after(10):
        async with bench.running():
            while not started.is_set():
                await anyio.sleep(0)
    assert bench.errors == ["didn't stop within 1 s; its thread was left behind"]


async def test_at_the_end_it_is_cancelled_and_may_close_what_it_has_open() -> None:
    closed = threading.Event()

    async def run(options: Any, feed: Feed) -> None:
        try:
            await feed.connected()
            await asyncio.sleep(3600)
        finally:
            closed.set()

    bench = Bench(run)
    async with bench.running():
        assert isinstance((await bench.inbox.take(1))[0], Connected)
    assert closed.is_set()
    assert bench.told == []
