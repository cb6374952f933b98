"""Silences and inhibition hold from the first tweet after a start, by what the store has of them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.alerts import make_alert
from tests.integration.test_service import CHAT, Recorder, Scripted, service
from tests.muting import VOCABULARY, make_inhibition
from tocsin.alerting.routes import Route
from tocsin.clock import SystemClock
from tocsin.core.plan import make_plan
from tocsin.runtime.silencing import Silencing
from tocsin.sources.source import Received
from tocsin.store.sqlite import SqliteStore
from tocsin.testing import make_rule, make_ruleset, make_tweet

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore.open(tmp_path / "tocsin.db")
    yield opened
    opened.close()


async def run(store: SqliteStore) -> tuple[list[str], list[str]]:
    """Run the service on one tweet; return the titles that were sent, and the reasons for which others were not."""
    recorder = Recorder()
    subject = service(Scripted(Received(make_tweet("btc hacked"))), store, recorder)
    rules = make_ruleset(make_rule("hacked", {"word": ["hacked"]}, title="{{ text }}"))
    routes = [Route(when=None, notify=(CHAT,))]
    subject.plan = make_plan(rules, routes, VOCABULARY, [make_inhibition("hack", "eq: [.rule, hacked]")])
    subject.silencing = Silencing(
        store=store,
        in_store=subject.in_store,
        clock=SystemClock(),
        observer=subject.observer,
        vocabulary=VOCABULARY,
    )
    await subject.run(signals=False)
    return recorder.titles, [record["reason"] for record in store.journal(kinds=["withheld"])]


async def test_with_nothing_in_the_store_the_alert_goes_out(store: SqliteStore) -> None:
    assert await run(store) == (["btc hacked"], [])


async def test_a_silence_made_before_the_start_holds_for_the_first_tweet(store: SqliteStore) -> None:
    now = SystemClock().now()
    store.silences.add("eq: [.rule, hacked]", why="drill", by="ada", since=now, until=now + HOUR)
    assert await run(store) == ([], ["silence s1 by ada: drill"])
    assert store.silences.unended()[0].hidden == 1


async def test_a_silence_that_is_over_and_one_that_can_not_be_read_withhold_nothing(store: SqliteStore) -> None:
    now = SystemClock().now()
    store.silences.add("eq: [.rule, hacked]", why="drill", by="ada", since=now - HOUR, until=now - HOUR / 2)
    store.silences.add("of_a_plugin_that_is_gone: 1", why="drill", by="ada", since=now, until=now + HOUR)
    assert await run(store) == (["btc hacked"], [])


async def test_an_alert_of_before_the_start_inhibits_if_it_is_fresh(store: SqliteStore) -> None:
    now = SystemClock().now()
    store.commit([make_alert(1, at=now - timedelta(minutes=29))], [], [])
    assert await run(store) == ([], [f"inhibited by alert {make_alert(1).id} of rule 'hack'"])


async def test_an_alert_of_long_before_the_start_does_not(store: SqliteStore) -> None:
    store.commit([make_alert(1, at=SystemClock().now() - timedelta(minutes=31))], [], [])
    assert await run(store) == (["btc hacked"], [])
