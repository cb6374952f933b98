"""The whole service over real files: a source, transforms, the engine, SQLite, the dispatcher."""

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel
import pytest
from anyio import from_thread

from tests.alerts import make_alert
from tocsin.alerting.routes import Route
from tocsin.clock import SystemClock
from tocsin.config.settings import HttpSettings
from tocsin.core.plan import make_plan
from tocsin.errors import ConfigError, PluginError, StoreError, StreamRefused
from tocsin.hookspecs import Drop, Transform
from tocsin.journal import PluginFailed
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import Alert, Delivered, Delivery, DestinationName, Fragment, Gap, Outcome, RichText
from tocsin.plugins.guard import TransformChain
from tocsin.rules.flood import Throttle
from tocsin.runtime.dispatching.dispatcher import Dispatcher
from tocsin.runtime.serial import Serial
from tocsin.runtime.service import Service
from tocsin.sources.replay import ReplaySource
from tocsin.sources.source import Connected, Disconnected, Inbox, Received, Source
from tocsin.store.sqlite import SqliteStore
from tocsin.telemetry.health import Health
from tocsin.telemetry.metrics import Metrics
from tocsin.telemetry.observer import Observer
from tocsin.testing import EPOCH, make_rule, make_ruleset, make_tweet

CHAT = DestinationName("chat")
PATIENCE_S = 30.0


def fail() -> None:
    """Fail as a plugin does whose model isn't there."""
    raise FileNotFoundError("model")


def same(data: Any) -> Any:
    """Leave a tweet as it is."""
    return data


class Recorder:
    """A destination that takes everything and remembers it."""

    name = CHAT

    def __init__(self) -> None:
        self.titles: list[str] = []

    def send(self, alert: Alert, attempt: int) -> Outcome:
        self.titles.append(alert.title.plain())
        return Delivered()


class Scripted:
    """A source that puts events, then ends, waits or refuses."""

    def __init__(self, *events: Any, then: str = "end") -> None:
        self._events = events
        self._then = then

    async def run(self, inbox: Inbox) -> None:
        for event in self._events:
            inbox.put(event)
        if self._then == "refuse":
            raise StreamRefused("the key is refused: see source.api_key", status=401)
        if self._then == "wait":
            await anyio.sleep_forever()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore.open(tmp_path / "tocsin.db")
    yield opened
    opened.close()


def service(
    source: Source, store: SqliteStore, recorder: Recorder, *transforms: Transform, throttle: Throttle | None = None
) -> Service:
    vocabulary = standard_vocabulary()
    rule = make_rule("hacked", {"word": ["hacked"]}, title="{{ text }}", throttle=throttle)
    clock, in_store = SystemClock(), Serial()
    failures = list[PluginFailed]()
    observer = Observer(Metrics(), Health(), lambda level, event, **fields: None)
    return Service(
        plan=make_plan(make_ruleset(rule), [Route(when=None, notify=(CHAT,))], vocabulary),
        source=source,
        store=store,
        dispatcher=Dispatcher(store, {CHAT: recorder}, {}, clock, Random(1), observer.saw, in_store),
        in_store=in_store,
        transforms=TransformChain([("test", transform) for transform in transforms], clock, failures.append),
        plugin_failures=failures,
        observer=observer,
        clock=clock,
    )


def kinds(store: SqliteStore) -> list[str]:
    return [record["kind"] for record in reversed(store.journal())]


@pytest.mark.anyio
async def test_a_replayed_file_becomes_alerts_in_the_store_and_at_the_destination(
    tmp_path: Path, store: SqliteStore
) -> None:
    file = tmp_path / "tweets.jsonl"
    tweets = [make_tweet(text, id=str(number)).data for number, text in enumerate(["hacked!", "quiet", "hacked too"])]
    file.write_text("".join(json.dumps(tweet) + "\n" for tweet in tweets))
    recorder = Recorder()
    await service(ReplaySource(file, SystemClock()), store, recorder).run(signals=False)
    assert recorder.titles == ["hacked!", "hacked too"]
    assert [alert.tweet.id for alert in store.alerts(limit=9)] == ["2", "0"]
    assert store.outbox() == []
    assert [kinds(store)[0], kinds(store).count("seen")] == ["lifecycle", 3]


@pytest.mark.anyio
async def test_the_same_tweets_in_a_second_run_tell_nobody_again(store: SqliteStore) -> None:
    recorder = Recorder()
    for _ in range(2):
        await service(Scripted(Received(make_tweet("hacked"))), store, recorder).run(signals=False)
    assert recorder.titles == ["hacked"]


def hacked(*texts: str) -> list[Received]:
    return [Received(make_tweet(f"hacked {text}", id=text)) for text in texts]


@pytest.mark.anyio
async def test_what_a_throttle_held_back_is_told_though_no_further_tweet_comes(store: SqliteStore) -> None:
    recorder = Recorder()
    throttle = Throttle(every=timedelta(milliseconds=200), then="update")
    subject = service(Scripted(*hacked("1", "2", "3"), then="wait"), store, recorder, throttle=throttle)
    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(partial(subject.run, signals=False))
            while len(recorder.titles) < 2:
                await anyio.lowlevel.checkpoint()
            subject.stop("seen enough")
    assert recorder.titles == ["hacked 1", "hacked 3"]
    assert [alert.held_back for alert in store.alerts(limit=9)] == [1, 0]


@pytest.mark.anyio
async def test_what_a_throttle_held_back_is_counted_over_restarts(store: SqliteStore) -> None:
    throttle = Throttle(every=timedelta(hours=1))
    for text in ("1", "2", "3", "2"):
        await service(Scripted(*hacked(text)), store, Recorder(), throttle=throttle).run(signals=False)
    held = [record for name, record in store.state().items() if "tweet" in record]
    assert [(record["tweet"]["id"], record["held_back"]) for record in held] == [("3", 1)]
    causes = [record["cause"] for record in store.journal(kinds=["withheld"])]
    assert causes == ["repeat", "throttle", "throttle"]


@pytest.mark.anyio
async def test_the_time_between_two_runs_is_a_gap_in_the_journal(store: SqliteStore) -> None:
    for _ in range(2):
        await service(Scripted(Connected(SystemClock().now())), store, Recorder()).run(signals=False)
    [gap] = [record for record in store.journal() if record["kind"] == "gap"]
    assert gap["cause"] == "tocsin was not running"
    assert gap["since"] <= gap["until"]


@pytest.mark.anyio
async def test_a_gap_that_is_still_open_at_the_end_is_closed_in_the_journal(store: SqliteStore) -> None:
    events = [Connected(EPOCH), Disconnected(EPOCH, "reset", None, Gap(EPOCH, None, "reset"))]
    await service(Scripted(*events), store, Recorder()).run(signals=False)
    [gap] = [record for record in store.journal() if record["kind"] == "gap"]
    assert (gap["since"], gap["cause"]) == (EPOCH.isoformat(), "reset")


@pytest.mark.anyio
async def test_a_refusal_ends_the_run_after_what_came_before_it_was_delivered(store: SqliteStore) -> None:
    recorder = Recorder()
    refused = Scripted(Received(make_tweet("hacked")), Disconnected(SystemClock().now(), "401"), then="refuse")
    with pytest.raises(StreamRefused, match="api_key"):
        await service(refused, store, recorder).run(signals=False)
    assert recorder.titles == ["hacked"]
    assert [record["state"] for record in store.journal(kinds=["connection"])] == ["refused"]


@pytest.mark.anyio
async def test_its_time_limit_ends_a_source_that_would_go_on(store: SqliteStore) -> None:
    subject = service(Scripted(Received(make_tweet("hacked")), then="wait"), store, Recorder())
    with anyio.fail_after(20):
        await subject.run(limit=timedelta(milliseconds=1), signals=False)
    assert [record["event"] for record in store.journal(kinds=["lifecycle"])] == ["stopped", "started"]


@pytest.mark.anyio
async def test_a_transform_changes_what_rules_see_and_can_leave_a_tweet_out(store: SqliteStore) -> None:
    def change(data: dict[str, Any]) -> Mapping[str, Any] | Drop:
        return Drop("spam") if "spam" in data["text"] else {**data, "text": data["text"].replace("h4cked", "hacked")}

    transform = Transform(name="deleet", function=change, doc="Undo leetspeak.")
    events = [Received(make_tweet("h4cked", id="1")), Received(make_tweet("hacked spam", id="2"))]
    recorder = Recorder()
    await service(Scripted(*events), store, recorder, transform).run(signals=False)
    assert recorder.titles == ["hacked"]
    [dropped] = [record for record in store.journal() if record["kind"] == "dropped"]
    assert (dropped["tweet_id"], dropped["reason"]) == ("2", "spam")


def stumble(data: dict[str, Any]) -> Mapping[str, Any]:
    if "trap" in data["text"]:
        raise ValueError("fell in")
    return data


@pytest.mark.anyio
async def test_a_plugin_s_failure_is_in_the_journal_beside_the_tweet_that_went_on(store: SqliteStore) -> None:
    transform = Transform(name="walker", function=stumble, doc="Falls into traps.")
    await service(Scripted(Received(make_tweet("a hacked trap"))), store, Recorder(), transform).run(signals=False)
    [failed] = store.journal(kinds=["plugin-failed"])
    assert (failed["plugin"], "fell in" in failed["error"]) == ("test", True)
    assert len(store.alerts(limit=9)) == 1


@pytest.mark.anyio
async def test_a_transform_that_halts_loses_no_alert_of_the_tweets_before(store: SqliteStore) -> None:
    transform = Transform(name="walker", function=stumble, doc="Falls into traps.", on_error="halt")
    events = [Received(make_tweet(text, id=text)) for text in ("hacked", "a trap", "hacked too")]
    with pytest.raises(PluginError, match="walker"):
        await service(Scripted(*events), store, Recorder(), transform).run(signals=False)
    assert [alert.tweet.id for alert in store.alerts(limit=9)] == ["hacked"]
    assert [record["count"] for record in store.journal(kinds=["shed"])] == [2]
    assert len(store.journal(kinds=["plugin-failed"])) == 1


@pytest.mark.anyio
async def test_an_address_that_is_taken_is_a_mistake_of_the_configuration(store: SqliteStore) -> None:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as taken:
        port = taken.extra(anyio.abc.SocketAttribute.local_port)
        subject = service(Scripted(then="wait"), store, Recorder())
        subject.http = HttpSettings(host="127.0.0.1", port=port)
        with pytest.raises(ConfigError, match="listen at 127"), anyio.fail_after(20):
            await subject.run(signals=False)


def leave_waiting(store: SqliteStore, title: str) -> None:
    """Put an alert into the outbox, as an earlier run would have left it."""
    at = SystemClock().now()
    alert = make_alert(title=RichText((Fragment(title, trusted=True),)), at=at)
    store.commit([alert], [Delivery(alert=alert, destination=CHAT, due_at=at)], [])


@pytest.mark.anyio
async def test_what_waits_is_sent_before_the_transforms_have_loaded_what_they_need(store: SqliteStore) -> None:
    sent = threading.Event()
    came_first: list[bool] = []

    class Telling(Recorder):
        def send(self, alert: Alert, attempt: int) -> Outcome:
            sent.set()
            return super().send(alert, attempt)

    transform = Transform(name="heavy", function=same, doc="", prepare=lambda: came_first.append(sent.wait(PATIENCE_S)))
    leave_waiting(store, "left over")
    await service(Scripted(), store, Telling(), transform).run(signals=False)
    assert came_first == [True]


@pytest.mark.anyio
async def test_a_transform_that_can_not_be_prepared_and_halts_ends_the_run_in_order(store: SqliteStore) -> None:
    transform = Transform(name="heavy", function=same, doc="", prepare=fail, on_error="halt")
    leave_waiting(store, "left over")
    recorder = Recorder()
    with pytest.raises(PluginError, match="prepare failed"):
        await service(Scripted(then="wait"), store, recorder, transform).run(signals=False)
    assert recorder.titles == ["left over"]
    assert store.outbox(states=("waiting", "sending")) == []
    assert "prepare failed" in store.journal(kinds=["lifecycle"])[0]["detail"]


@pytest.mark.anyio
async def test_a_run_that_is_stopped_while_transforms_load_does_not_wait_for_them(store: SqliteStore) -> None:
    over, token = threading.Event(), anyio.lowlevel.current_token()

    def prepare() -> None:
        from_thread.run_sync(subject.stop, "enough", token=token)
        over.wait(PATIENCE_S)

    transform = Transform(name="heavy", function=same, doc="", prepare=prepare)
    subject = service(Scripted(then="wait"), store, Recorder(), transform)
    with anyio.fail_after(PATIENCE_S / 2):
        await subject.run(signals=False)
    over.set()
    assert [record["event"] for record in store.journal(kinds=["lifecycle"])] == ["stopped", "started"]


class FullFirst(SqliteStore):
    """A store whose disk is full for the first tries."""

    failures = 2

    def commit(self, *batch: Any, **more: Any) -> int:
        if batch[0] and self.failures:
            self.failures -= 1
            raise StoreError("the disk is full")
        return super().commit(*batch, **more)


@pytest.mark.anyio
async def test_a_batch_that_the_disk_does_not_take_is_kept_until_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.runtime.ingest.COMMIT_PAUSE", timedelta(0))
    store = FullFirst.open(tmp_path / "full.db")
    recorder = Recorder()
    await service(Scripted(Received(make_tweet("hacked"))), store, recorder).run(signals=False)
    store.close()
    assert recorder.titles == ["hacked"]


@pytest.mark.anyio
async def test_a_stop_commits_what_was_decided_while_the_disk_was_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.runtime.service.INGEST_GRACE", timedelta(0))
    monkeypatch.setattr("tocsin.runtime.ingest.COMMIT_PAUSE", timedelta(hours=1))
    store = FullFirst.open(tmp_path / "full.db")
    store.failures = 1
    lost = Disconnected(EPOCH, "reset", None, Gap(EPOCH, None, "reset"))
    source = Scripted(Received(make_tweet("hacked")), lost, Connected(EPOCH, Gap(EPOCH, EPOCH, "reset")), then="wait")
    subject = service(source, store, Recorder())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(partial(subject.run, signals=False))
        with anyio.fail_after(10):
            while subject.observer.health.store_problem is None:
                await anyio.lowlevel.checkpoint()
        subject.stop("enough")
    assert [len(store.alerts(limit=9)), kinds(store).count("gap"), kinds(store).count("shed")] == [1, 1, 0]
    store.close()
