"""The clock is set while a throttle holds back: no burst, and nothing held for a day too long."""

from datetime import datetime, timedelta
from typing import Any

import anyio
import pytest

from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.errors import StoreError
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import DestinationName
from tocsin.plugins.guard import TransformChain
from tocsin.rules.flood import Throttle
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

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
RULE = make_rule("hacked", {"word": ["hacked"]}, throttle=Throttle(every=30 * MINUTE))
PLAN = make_plan(make_ruleset(RULE), [Route(when=None, notify=(DestinationName("chat"),))], standard_vocabulary())


class SetClock(ManualClock):
    """A clock whose wall time can be set."""

    by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.by


class Running:
    """An ingest loop, and tweets put into it one by one."""

    def __init__(self, clock: SetClock | None = None, store: MemoryStore | None = None) -> None:
        self.clock, self.inbox, self.store = clock or SetClock(EPOCH), Inbox(), store or MemoryStore()
        self._decided = 0
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

    async def tweet(self) -> str:
        """Let a tweet come; return what was last said of it: matched, or withheld."""
        self._decided += 1
        self.inbox.put(Received(make_tweet("hacked", id=str(self._decided))))
        while len(self.store.journal(kinds=("seen",))) < self._decided:
            await anyio.sleep(0)
        kind: str = self.store.journal(kinds=("matched", "withheld"), limit=1)[0]["kind"]
        return kind


@pytest.mark.parametrize("by", [DAY, -DAY])
async def test_what_is_held_back_goes_by_the_time_that_has_passed(by: timedelta) -> None:
    running, said = Running(), list[str]()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(running.ingest.run)
        with anyio.fail_after(20):
            said.append(await running.tweet())
            running.clock.by = by
            said.append(await running.tweet())
            running.clock.advance(29 * MINUTE)
            said.append(await running.tweet())
            running.clock.by = timedelta()
            said.append(await running.tweet())
            running.clock.advance(2 * MINUTE)
            said.append(await running.tweet())
        running.inbox.close()
    assert said == ["matched", "withheld", "withheld", "withheld", "matched"]
    assert [alert.held_back for alert in running.store.alerts(limit=9)] == [3, 0]


class FullWhileSet(MemoryStore):
    """A store whose disk is full at first, until the clock has been set back by a day."""

    def __init__(self, clock: SetClock) -> None:
        super().__init__()
        self._clock = clock

    def commit(self, *batch: Any, **more: Any) -> int:
        if batch[0] and not self._clock.by:
            self._clock.by = -DAY
            raise StoreError("the disk is full")
        return super().commit(*batch, **more)


async def test_what_was_decided_before_the_clock_was_set_back_is_due_at_once_once_the_disk_takes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tocsin.runtime.ingest.COMMIT_PAUSE", timedelta())
    clock = SetClock(EPOCH)
    running = Running(clock, FullWhileSet(clock))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(running.ingest.run)
        with anyio.fail_after(20):
            await running.tweet()
        running.inbox.close()
    assert [row.delivery.due_at for row in running.store.outbox()] == [EPOCH - DAY]
