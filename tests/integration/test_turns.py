"""What happens between two tweets, and where the journal has it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from tocsin import journal
from tocsin.alerting.memory import AlertMemory
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.core.step import Step
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.plugins.guard import TransformChain
from tocsin.runtime.ingest import Ingest
from tocsin.runtime.pipeline import Pipeline
from tocsin.runtime.serial import Serial
from tocsin.sources.source import Inbox, Received
from tocsin.store.memory import MemoryStore
from tocsin.telemetry.health import Health
from tocsin.telemetry.metrics import Metrics
from tocsin.telemetry.observer import Observer
from tocsin.testing import EPOCH, ManualClock, make_rule, make_ruleset, make_tweet

pytestmark = pytest.mark.anyio

OLD, NEW = (
    make_plan(make_ruleset(make_rule("r", {"word": ["x"]}, title=title)), (), standard_vocabulary())
    for title in ("old", "new")
)


def swapped(revision: str) -> Step:
    entry = journal.Reloaded(at=EPOCH, revision=revision, previous="", added=0, changed=1, removed=0, detail="")
    return Step(entries=(entry,))


@asynccontextmanager
async def ingesting(inbox: Inbox, store: MemoryStore) -> AsyncIterator[Ingest]:
    clock = ManualClock()
    ingest = Ingest(
        inbox=inbox,
        pipeline=Pipeline(TransformChain((), clock, print), Engine(OLD, AlertMemory())),
        store=store,
        in_store=Serial(),
        observer=Observer(Metrics(), Health(), lambda level, event, **fields: None),
        clock=clock,
        on_commit=lambda step: None,
        plugin_failures=[],
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ingest.run)
        with anyio.fail_after(20):
            yield ingest
        inbox.close()


async def test_a_turn_comes_at_once_where_no_tweet_does() -> None:
    store = MemoryStore()
    async with ingesting(Inbox(), store) as ingest:
        await ingest.between_tweets(lambda engine: engine.replace(NEW), swapped(NEW.revision))
        assert [record["revision"] for record in store.journal()] == [NEW.revision]


async def test_tweets_before_a_turn_stand_before_it_and_tweets_after_it_behind() -> None:
    store, inbox = MemoryStore(), Inbox()
    async with ingesting(inbox, store) as ingest:
        for number in range(3):
            inbox.put(Received(make_tweet("x", id=f"{number} before")))
            await ingest.between_tweets(lambda engine: engine.replace(OLD), swapped(OLD.revision))
        await ingest.between_tweets(lambda engine: engine.replace(NEW), swapped(NEW.revision))
        inbox.put(Received(make_tweet("x", id="after")))
    records = store.journal()[::-1]
    plan_of, revision = {}, OLD.revision
    for record in records:
        revision = record.get("revision", revision)
        if record["kind"] == "seen":
            plan_of[record["tweet_id"]] = revision
    titles = {alert.tweet.id: alert.title.plain() for alert in store.alerts(limit=9)}
    assert titles == {"0 before": "old", "1 before": "old", "2 before": "old", "after": "new"}
    assert {tweet: "old" if plan == OLD.revision else "new" for tweet, plan in plan_of.items()} == titles


async def test_a_turn_that_has_nothing_to_journal_comes_at_once_too() -> None:
    store, done = MemoryStore(), list[str]()
    async with ingesting(Inbox(), store) as ingest:
        await ingest.between_tweets(lambda engine: done.append("here"), Step())
    assert (done, store.journal()) == (["here"], [])
