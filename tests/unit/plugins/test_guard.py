"""Whatever a transform does, the tweet goes on as it was, in time, and the failure is told with the plugin's name."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import anyio.to_thread
import pytest

from tocsin.errors import PluginError
from tocsin.hookspecs import Drop, Transform
from tocsin.journal import PluginFailed
from tocsin.plugins.breaker import FAILURES, QUARANTINE, REST
from tocsin.plugins.guard import LeftOut, TransformChain
from tocsin.testing import ManualClock, make_tweet

pytestmark = pytest.mark.anyio

Data = dict[str, Any]
Told = list[PluginFailed]
TWEET = make_tweet("hello", entities={"links": ["https://example.org"]}).data


class Bench:
    """A chain over functions, a clock that stands still, and the failures told."""

    def __init__(self, *functions: Callable[[Any], Any], **settings: Any) -> None:
        self.clock = ManualClock()
        self.told = Told()
        transforms = [
            (f"p{number}", Transform(name=f"t{number}", function=function, doc="d", **settings))
            for number, function in enumerate(functions)
        ]
        self.chain = TransformChain(transforms, self.clock, self.told.append)

    async def apply(self, times: int = 1) -> Any:
        for _ in range(times - 1):
            await self.chain.apply(TWEET)
        return await self.chain.apply(TWEET)

    @property
    def errors(self) -> list[str]:
        return [entry.error for entry in self.told]


def add_lang(data: Data) -> Data:
    return {**data, "lang": "en"}


def mutate_and_raise(data: Data) -> Data:
    data["text"] = "changed"
    data["entities"]["links"].append("https://evil.example")
    raise RuntimeError("half way")


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Lets threads that hang go at the end of the test."""
    event = threading.Event()
    yield event
    event.set()


async def test_no_plugins_cost_nothing() -> None:
    assert await Bench().apply() is TWEET


async def test_each_transform_sees_what_the_one_before_made_of_the_tweet() -> None:
    async def add_length(data: Data) -> Data:
        await anyio.sleep(0)
        return {**data, "length": len(data["text"]), "seen": data["lang"]}

    bench = Bench(add_lang, add_length)
    assert await bench.apply() == {**TWEET, "lang": "en", "length": 5, "seen": "en"}
    assert bench.told == []


async def test_a_drop_names_the_plugin_and_ends_the_chain() -> None:
    assert await Bench(lambda _: Drop("spam\n\x1b[31m"), mutate_and_raise).apply() == LeftOut("p0", "spam [31m")


async def test_a_batch_is_answered_in_order() -> None:
    bench = Bench(lambda data: Drop("odd") if data["text"] == "b" else data)
    answers = await bench.chain.apply_batch([make_tweet(text).data for text in "abc"])
    assert [type(answer) for answer in answers] == [dict, LeftOut, dict]


async def test_a_transform_that_changes_the_tweet_and_raises_leaves_no_trace_in_it() -> None:
    before = make_tweet("hello", entities={"links": ["https://example.org"]}).data
    bench = Bench(mutate_and_raise, add_lang)
    assert await bench.apply() == {**before, "lang": "en"}
    assert before == TWEET
    assert [(entry.plugin, entry.hook, entry.error) for entry in bench.told] == [
        ("p0", "transform t0", "tweet 1: RuntimeError: half way")
    ]


def raising(error: BaseException) -> Callable[[Data], Data]:
    def function(_: Data) -> Data:
        raise error

    return function


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize(
    "error",
    [SystemExit(1), KeyboardInterrupt(), BaseExceptionGroup("g", [SystemExit()]), StopIteration(), GeneratorExit()],
)
async def test_whatever_is_raised_is_contained(error: BaseException, slow: bool) -> None:
    bench = Bench(raising(error), add_lang, slow=slow, budget=timedelta(seconds=5))
    assert await bench.apply() == {**TWEET, "lang": "en"}
    assert type(error).__name__ in bench.errors[0]


async def test_a_cancellation_that_a_plugin_makes_up_is_a_failure_of_the_plugin() -> None:
    async def cancelled(_: Data) -> Data:
        raise anyio.get_cancelled_exc_class()

    bench = Bench(cancelled)
    assert await bench.apply() == TWEET
    assert bench.errors == ["tweet 1: CancelledError"]


async def test_the_engines_own_cancellation_passes_through() -> None:
    async def forever(_: Data) -> None:
        await anyio.sleep_forever()

    bench = Bench(forever, budget=timedelta(hours=1))
    with anyio.move_on_after(0.01) as scope:
        await bench.apply()
    assert scope.cancelled_caught
    assert bench.told == []


ITSELF: list[Any] = []
ITSELF.append(ITSELF)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "returned None; return the tweet's dict, changed or not, or Drop(reason)"),
        (["a"], "returned a list; return the tweet's dict, changed or not, or Drop(reason)"),
        (Drop, "returned a type; return the tweet's dict, changed or not, or Drop(reason)"),
        (Drop(3), "gave a int as the reason of its Drop"),  # type: ignore[arg-type]
        ({**TWEET, "tags": {"a", "b"}}, "returned a set at .tags; return plain JSON values"),
        ({**TWEET, "deep": [{"a": object()}]}, "returned a object at .deep.0.a; return plain JSON values"),
        (dict([*TWEET.items(), (3, "x")]), "returned a int as a key; JSON has text keys"),
        ({**TWEET, "score": float("nan")}, "returned nan at .score; JSON has no such number"),
        ({**TWEET, "loop": ITSELF}, "nested its result deeper than 64"),
        ({**TWEET, "id": "2"}, "changed the tweet's id; add fields instead"),
        ({}, "changed the tweet's id; add fields instead"),
    ],
)
async def test_rubbish_is_not_taken_for_a_tweet(answer: Any, reason: str) -> None:
    bench = Bench(lambda _: answer)
    assert await bench.apply() is TWEET
    assert bench.errors == [f"tweet 1: {reason}"]


async def test_on_error_drop_leaves_the_tweet_out() -> None:
    assert await Bench(mutate_and_raise, on_error="drop").apply() == LeftOut("p0", "RuntimeError: half way")


async def test_on_error_halt_stops_the_engine() -> None:
    with pytest.raises(PluginError, match="plugin p0: transform t0 failed and says on_error=halt"):
        await Bench(mutate_and_raise, on_error="halt").apply()


async def test_after_failures_in_a_row_a_transform_rests_and_is_tried_again() -> None:
    calls: list[Data] = []

    def fails(data: Data) -> Data:
        calls.append(data)
        raise ValueError("no")

    bench = Bench(fails)
    await bench.apply(times=FAILURES + 20)
    assert len(calls) == FAILURES
    assert bench.errors[-1] == "5 calls in a row failed or took too long: not called for 0:01:00"
    assert len(bench.errors) == FAILURES + 1
    bench.clock.advance(REST)
    await bench.apply(times=20)
    assert len(calls) == FAILURES + 1


async def test_a_transform_that_recovers_is_used_again() -> None:
    works = False
    bench = Bench(lambda data: {**data, "ok": True} if works else None)
    await bench.apply(times=FAILURES)
    assert bench.chain.states[0].is_resting
    works = True
    bench.clock.advance(REST)
    assert (await bench.apply())["ok"] is True
    assert not bench.chain.states[0].is_resting


async def test_a_slow_synchronous_transform_is_warned_of_then_put_in_quarantine() -> None:
    def dawdle(data: Data) -> Data:
        bench.clock.advance(timedelta(milliseconds=80))
        return {**data, "late": True}

    bench = Bench(dawdle)
    assert (await bench.apply(times=FAILURES))["late"] is True
    assert bench.errors == [
        "took 80 ms, its budget is 50 ms",
        "5 calls in a row failed or took too long: not called for 0:10:00",
    ]
    bench.clock.advance(QUARANTINE / 2)
    assert await bench.apply() == TWEET


async def test_an_async_transform_that_hangs_is_given_up_at_the_end_of_its_budget() -> None:
    async def forever(_: Data) -> None:
        await anyio.sleep_forever()

    bench = Bench(forever, add_lang, budget=timedelta(milliseconds=5))
    assert await bench.apply() == {**TWEET, "lang": "en"}
    assert bench.errors == ["tweet 1: gave no answer within 0.005 s"]


async def test_a_thread_that_hangs_is_left_behind_and_no_second_one_started(release: threading.Event) -> None:
    calls: list[Data] = []

    def hang(data: Data) -> Data:
        calls.append(data)
        release.wait()
        return data

    bench = Bench(hang, slow=True, budget=timedelta(milliseconds=5))
    assert await bench.apply(times=3) == TWEET
    assert len(calls) == 1
    assert bench.errors[1] == "tweet 1: an earlier call still hangs in its thread"
    assert (bench.chain.states[0].overruns, bench.chain.states[0].abandoned) == (3, 1)


async def test_prepare_runs_once_before_the_first_tweet() -> None:
    order: list[str] = []

    def note(data: Data) -> Data:
        order.append("tweet")
        return data

    bench = Bench(note, prepare=lambda: order.append("prepare"))
    await bench.apply(times=2)
    assert order == ["prepare", "tweet", "tweet"]


async def test_a_transform_whose_prepare_fails_is_not_called() -> None:
    def prepare() -> None:
        raise KeyError("model")

    bench = Bench(mutate_and_raise, prepare=prepare)
    assert await bench.apply(times=3) is TWEET
    assert bench.errors == ["prepare failed, so the transform isn't used: KeyError: 'model'"]


@asynccontextmanager
async def lag() -> AsyncIterator[list[float]]:
    """Give the longest pauses that the event loop made meanwhile, in seconds."""
    longest = [0.0]

    async def watch() -> None:
        while True:
            began = anyio.current_time()
            await anyio.sleep(0.001)
            longest[0] = max(longest[0], anyio.current_time() - began)

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        yield longest
        group.cancel_scope.cancel()


async def test_one_that_blocks_without_saying_slow_blocks_its_own_thread_only(release: threading.Event) -> None:
    def block(data: Data) -> Data:
        release.wait()
        return data

    bench = Bench(block, budget=timedelta(milliseconds=20))
    async with lag() as longest:
        assert await bench.apply() == TWEET
    assert bench.errors == ["tweet 1: gave no answer within 0.2 s; its thread was left behind"]
    assert longest[0] < 0.15


async def test_an_async_one_that_blocks_its_loop_blocks_no_other(release: threading.Event) -> None:
    async def block(data: Data) -> Data:
        release.wait()
        return data

    bench = Bench(block, add_lang, budget=timedelta(milliseconds=20))
    async with lag() as longest:
        assert await bench.apply() == {**TWEET, "lang": "en"}
    assert bench.errors == ["tweet 1: gave no answer within 0.14 s; its thread was left behind"]
    assert longest[0] < 0.15


@pytest.mark.skipif(sys.gettrace() is not None, reason="no thread is ended while a tracer looks on")
async def test_one_that_burns_the_processor_is_ended_once_it_is_left_behind() -> None:
    ended = threading.Event()

    def burn(data: Data) -> Data:
        try:
            while True:
                pass
        finally:
            ended.set()

    bench = Bench(burn, budget=timedelta(milliseconds=10))
    assert await bench.apply() == TWEET
    assert await anyio.to_thread.run_sync(ended.wait, 20)


async def test_a_thread_that_ends_after_all_is_followed_by_a_new_one(release: threading.Event) -> None:
    waits = [release]

    def block_once(data: Data) -> Data:
        if waits:
            waits.pop().wait()
        return {**data, "ok": True}

    bench = Bench(block_once, budget=timedelta(milliseconds=5), slow=True)
    assert await bench.apply() == TWEET
    release.set()
    with anyio.fail_after(20):
        while (await bench.apply()) == TWEET:
            bench.clock.advance(QUARANTINE)
            await anyio.sleep(0)
    assert bench.chain.states[0].abandoned == 1


async def test_calls_of_one_transform_share_a_thread_and_an_event_loop() -> None:
    places: list[Any] = []

    async def note(data: Data) -> Data:
        places.append((threading.current_thread(), asyncio.get_running_loop()))
        return data

    await Bench(note).apply(times=3)
    assert len(set(places)) == 1
    assert places[0][0].name == "tocsin-p0-t0"


TWEETS = [make_tweet(text, id=text).data for text in "abc"]


async def test_a_batch_transform_gets_all_at_once_and_one_bad_answer_spoils_no_other() -> None:
    sizes: list[int] = []

    def number(batch: list[Data]) -> list[Any]:
        sizes.append(len(batch))
        return [{**data, "n": n} if n != 1 else None for n, data in enumerate(batch)]

    bench = Bench(number, batch=True)
    answers = await bench.chain.apply_batch(TWEETS)
    assert sizes == [3]
    assert answers == [{**TWEETS[0], "n": 0}, TWEETS[1], {**TWEETS[2], "n": 2}]
    assert bench.errors == ["tweet b: returned None; return the tweet's dict, changed or not, or Drop(reason)"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "returned None; return a list with as many tweets as it was given"),
        ([], "returned 0 answers; return a list with as many tweets as it was given"),
        ((1, 2, 3), "returned a tuple; return a list with as many tweets as it was given"),
    ],
)
async def test_a_batch_without_an_answer_for_each_goes_on_as_it_was_and_is_told_once(answer: Any, reason: str) -> None:
    def spoil(batch: Any) -> Any:
        batch.clear()
        return answer

    bench = Bench(spoil, batch=True)
    assert await bench.chain.apply_batch(TWEETS) == TWEETS
    assert bench.errors == [f"3 tweets: {reason}"]


async def test_one_that_fails_on_every_tweet_is_told_of_a_few_times_only() -> None:
    bench = Bench(mutate_and_raise)
    assert await bench.chain.apply_batch([TWEET] * 1_000) == [TWEET] * 1_000
    assert len(bench.told) == FAILURES + 1


async def test_a_batch_ends_where_one_says_halt_and_what_came_before_is_answered() -> None:
    def fail_on_b(data: Data) -> Data:
        return {**data, "ok": 1 / (data["text"] != "b")}

    chain = Bench(fail_on_b, add_lang, on_error="halt").chain
    first, last = await chain.apply_batch(TWEETS)
    assert first == {**TWEETS[0], "ok": 1.0, "lang": "en"}
    assert isinstance(last, PluginError)


async def test_a_prepare_that_fails_stops_the_engine_where_that_is_asked_for() -> None:
    def prepare() -> None:
        raise KeyError("model")

    with pytest.raises(PluginError, match="prepare failed"):
        await Bench(mutate_and_raise, on_error="halt", prepare=prepare).chain.prepare()
