"""What the stream costs: from the socket to verdicts, and to rows in the outbox."""

import resource
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Final

import anyio

from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.bench.firehose import firehose
from tocsin.clock import SystemClock
from tocsin.config.settings import SourceSettings, Subscription
from tocsin.core.engine import Engine
from tocsin.core.plan import Plan, make_plan
from tocsin.core.step import Step
from tocsin.journal import Connection, Seen, Shed
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import DestinationName
from tocsin.plugins.guard import TransformChain
from tocsin.rules.ruleset import Rule, ruleset_of
from tocsin.runtime import collecting
from tocsin.runtime.ingest import Ingest
from tocsin.runtime.pipeline import Pipeline
from tocsin.runtime.serial import Serial
from tocsin.sources.scrapest.connection import ScrapestSource
from tocsin.sources.source import Inbox, Received
from tocsin.store.sqlite import SqliteStore
from tocsin.telemetry.health import Health
from tocsin.telemetry.metrics import Metrics
from tocsin.telemetry.observer import Observer

_VOCABULARY: Final = standard_vocabulary()
_PATIENCE_S: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one run gave. `waited_s` are seconds from the arrival of tweets until their alerts were on disk, sorted.

    `grown_mib` is by how much more memory was resident at the most than when the first tweets were on disk.
    """

    tweets: int
    seconds: float
    processor_s: float
    shed: int = 0
    connections: int = 1
    alerts: int = 0
    waited_s: Sequence[float] = field(default=(), repr=False)
    resident_mib: float = 0.0
    grown_mib: float = 0.0

    @property
    def per_second(self) -> float:
        """Tweets a second that one processor does: by its time, since other programs take some of the clock's."""
        return self.tweets / self.processor_s

    def waited(self, share: float) -> float:
        """Return how long the slowest but `1 - share` of all waited."""
        return self.waited_s[min(int(len(self.waited_s) * share), len(self.waited_s) - 1)] if self.waited_s else 0.0


def plan_of(rules: Sequence[Rule]) -> Plan:
    """Return a plan whose alerts all go to one destination."""
    return make_plan(ruleset_of(rules), (Route(when=None, notify=(DestinationName("hook"),)),), _VOCABULARY)


def to_verdicts(plan: Plan, count: int) -> Rate:
    """Receive `count` tweets as fast as they come and hold each against the rules."""
    return anyio.run(_to_verdicts, plan, count)


def to_rows(plan: Plan, count: int, rate: float | None = None, capacity: int | None = None) -> Rate:
    """Receive `count` tweets, at most `rate` a second, decide and commit them, as `run` does."""
    return anyio.run(_to_rows, plan, count, rate, capacity)


async def _to_verdicts(plan: Plan, count: int) -> Rate:
    inbox = Inbox()
    seen, took = 0, (0.0, 0.0)
    async with anyio.create_task_group() as tasks:
        with firehose(count) as url:
            tasks.start_soon(_source(url).run, inbox)
            began = process_time(), perf_counter()
            with anyio.fail_after(_PATIENCE_S):
                while seen < count:
                    for event in await inbox.take(500):
                        if isinstance(event, Received):
                            seen += 1
                            for _ in plan.matcher.decided(Facts(event.tweet.data)):
                                pass
                    seen += inbox.take_shed()
            took = process_time() - began[0], perf_counter() - began[1]
            tasks.cancel_scope.cancel()
    return Rate(tweets=count, processor_s=took[0], seconds=took[1])


async def _to_rows(plan: Plan, count: int, rate: float | None, capacity: int | None) -> Rate:
    clock = SystemClock()
    with collecting.in_short_rounds(clock):  # as `tocsin run` does
        return await _written(plan, count, rate, capacity, clock)


async def _written(plan: Plan, count: int, rate: float | None, capacity: int | None, clock: SystemClock) -> Rate:
    inbox = Inbox() if capacity is None else Inbox(capacity)
    tally, took = _Tally(clock, count), (0.0, 0.0)
    with TemporaryDirectory() as folder:
        store = SqliteStore.open(Path(folder) / "bench.db")
        try:
            ingest = Ingest(
                inbox=inbox,
                pipeline=Pipeline(TransformChain((), clock, lambda failure: None), Engine(plan, AlertMemory())),
                store=store,
                in_store=Serial(),
                observer=Observer(Metrics(), Health(), _quiet),
                clock=clock,
                on_commit=tally.saw,
                plugin_failures=[],
            )
            async with anyio.create_task_group() as tasks:
                with firehose(count, rate) as url:
                    tasks.start_soon(_source(url).run, inbox)
                    tasks.start_soon(ingest.run)
                    with anyio.fail_after(_PATIENCE_S + (0 if rate is None else 5 * count / rate)):
                        await tally.begun.wait()
                        began = process_time(), perf_counter()
                        await tally.complete.wait()
                    took = process_time() - began[0], perf_counter() - began[1]
                    tasks.cancel_scope.cancel()
        finally:
            store.close()
    return Rate(
        tweets=tally.seen,
        processor_s=took[0],
        seconds=took[1],
        shed=tally.shed,
        connections=tally.connections,
        alerts=tally.alerts,
        waited_s=sorted(tally.waited_s),
        resident_mib=max(tally.resident_mib),
        grown_mib=max(tally.resident_mib) - tally.resident_mib[0],
    )


def _resident_mib() -> float:
    """Return how much memory is resident now; at the most so far, where the system doesn't say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _Tally:
    """Counts what was committed, until it is all."""

    def __init__(self, clock: SystemClock, count: int) -> None:
        self._clock = clock
        self._count = count
        self.begun, self.complete = anyio.Event(), anyio.Event()
        self.seen = self.shed = self.alerts = self.connections = 0
        self.waited_s: list[float] = []
        self.resident_mib: list[float] = []

    def saw(self, step: Step) -> None:
        now = self._clock.now()
        self.begun.set()
        self.resident_mib.append(_resident_mib())
        self.alerts += len(step.alerts)
        self.waited_s += [(now - alert.tweet.received_at).total_seconds() for alert in step.alerts]
        for entry in step.entries:
            if isinstance(entry, Seen):
                self.seen += 1
            elif isinstance(entry, Shed):
                self.shed += entry.count
            elif isinstance(entry, Connection) and entry.state == "connected":
                self.connections += 1
        if self.seen + self.shed >= self._count:
            self.complete.set()


def _source(url: str) -> ScrapestSource:
    settings = SourceSettings(type="scrapest", url=url)
    return ScrapestSource(settings, (Subscription(),), clock=SystemClock(), rng=Random(1), log=_quiet)


def _quiet(*arguments: Any, **fields: Any) -> None:
    return None
