"""Rules that change, and an index that is built anew, while tweets come: each tweet meets one version, whole."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.from_thread
import anyio.lowlevel
import pytest

from tests.integration.reloading import CONFIG, Reloading
from tocsin.core.plan import MOST_CHANGES, Plan
from tocsin.plugins.guard import TransformChain
from tocsin.runtime.ingest import Ingest
from tocsin.runtime.pipeline import Pipeline
from tocsin.runtime.reloading import renewal
from tocsin.runtime.reloading.replacement import InForce
from tocsin.runtime.serial import Serial
from tocsin.sources.source import Inbox, Received
from tocsin.testing import make_tweet

pytestmark = pytest.mark.anyio

VERSIONS = 9
EVERY_WORD = " ".join(f"v{version}" for version in range(VERSIONS))


def rules(version: int, *, others: int = 20, other: str = "else") -> str:
    """Return rules of which two tell the version that they are of, and others that no tweet makes true."""
    telling = "".join(
        f"  {name}: {{title: '{name} of {version}', when: {{word: v{version}}}}}\n" for name in ("first", "last")
    )
    silent = "".join(f"  other-{number:03}: {{when: {{word: {other}{number}}}}}\n" for number in range(others))
    return f"tocsin: 1\nrules:\n{telling}{silent}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/a.yaml").write_text(rules(0))
    (tmp_path / "tocsin.yaml").write_text(CONFIG)
    return tmp_path


@asynccontextmanager
async def ingesting(reloading: Reloading, inbox: Inbox) -> AsyncIterator[Ingest]:
    ingest = Ingest(
        inbox=inbox,
        pipeline=Pipeline(TransformChain((), reloading.clock, print), reloading.engine),
        store=reloading.store,
        in_store=Serial(),
        observer=reloading.observer,
        clock=reloading.clock,
        on_commit=lambda step: None,
        plugin_failures=[],
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ingest.run)
        with anyio.fail_after(60):
            yield ingest
        inbox.close()


async def tweets_until(stop: anyio.Event, inbox: Inbox) -> None:
    number = 0
    while not stop.is_set():
        if not inbox.waiting:
            number += 1
            inbox.put(Received(make_tweet(EVERY_WORD, id=str(number))))
        await anyio.lowlevel.checkpoint()


async def test_every_tweet_meets_the_rules_that_the_journal_says_were_in_force(folder: Path) -> None:
    reloading, inbox, stop = Reloading(folder), Inbox(), anyio.Event()
    version_of = {reloading.engine.plan.revision: 0}
    first = reloading.engine.plan.revision
    async with ingesting(reloading, inbox) as ingest, anyio.create_task_group() as tasks:
        tasks.start_soon(tweets_until, stop, inbox)
        for version in range(1, VERSIONS):
            (folder / "rules/a.yaml").write_text(rules(version))
            await reloading.reloader.look(ingest)
            version_of[reloading.engine.plan.revision] = version
            if version % 4 == 0:
                await reloading.reloader.renew(ingest)
        stop.set()
    assert len(version_of) == VERSIONS
    expected, revision = {}, first
    for record in reversed(reloading.store.journal(limit=10**6)):
        revision = record.get("revision", revision) if record["kind"] == "reloaded" else revision
        if record["kind"] == "seen":
            expected[record["tweet_id"]] = version_of[revision]
    told: dict[str, list[str]] = {}
    for alert in reloading.store.alerts(limit=10**6):
        told.setdefault(alert.tweet.id, []).append(alert.title.plain())
    assert len(expected) > VERSIONS
    assert {tweet: sorted(titles) for tweet, titles in told.items()} == {
        tweet: [f"first of {version}", f"last of {version}"] for tweet, version in expected.items()
    }


async def test_many_changes_are_indexed_together_and_those_that_come_meanwhile_are_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = 5 * MOST_CHANGES
    (folder / "rules/a.yaml").write_text(rules(0, others=many))
    reloading = Reloading(folder)
    (folder / "rules/b.yaml").write_text("tocsin: 1\nrules:\n" + new_rules(MOST_CHANGES + 1))
    await reloading.look()
    assert reloading.engine.plan.is_worn

    async def change() -> None:
        (folder / "rules/a.yaml").write_text(rules(1, others=many))
        await reloading.look()

    def while_it_is_indexed(running: InForce, plan: Plan) -> Plan:
        whole = indexed(running, plan)
        anyio.from_thread.run(change)
        return whole

    indexed = renewal._indexed
    monkeypatch.setattr(renewal, "_indexed", while_it_is_indexed)
    before = reloading.engine.plan.revision
    await reloading.reloader.renew(reloading)
    plan = reloading.engine.plan
    assert plan.revision != before
    assert plan.revision == reloading.reloader.running.project.ruleset.revision
    # Beside the new index there are the two rules that changed meanwhile, in it those that they were.
    assert (plan.index.changes, plan.is_worn, plan.rule_count) == (4, False, many + 2 + MOST_CHANGES + 1)
    step = reloading.engine.observe(make_tweet("v0 v1 new7"), reloading.clock.now())
    assert [alert.rule_id for alert in step.alerts] == ["first", "last", "new-007"]


async def test_a_reloader_renews_by_itself_and_says_nothing_of_it(folder: Path) -> None:
    (folder / "rules/a.yaml").write_text(rules(0, others=5 * MOST_CHANGES))
    reloading = Reloading(folder)
    (folder / "rules/b.yaml").write_text("tocsin: 1\nrules:\n" + new_rules(MOST_CHANGES + 1))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(reloading.reloader.run, reloading)
        with anyio.fail_after(60):
            while not reloading.steps or reloading.engine.plan.index.changes:
                await anyio.sleep(0.005)
        tasks.cancel_scope.cancel()
    assert [entry.kind for step in reloading.steps for entry in step.entries] == ["reloaded"]


def new_rules(count: int) -> str:
    return "".join(f"  new-{number:03}: {{when: {{word: new{number}}}}}\n" for number in range(count))
