"""The running program: a source, the ingest loop, the dispatcher and the web answers, started and stopped in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import anyio
import anyio.to_thread
from anyio.abc import TaskStatus

from tocsin import journal
from tocsin.alerting.memory import AlertMemory
from tocsin.clock import Clock
from tocsin.config.settings import HttpSettings, RetentionSettings
from tocsin.core.engine import Engine
from tocsin.core.plan import Plan
from tocsin.core.step import Step
from tocsin.errors import ConfigError, PluginError, StreamRefused, ungrouped
from tocsin.plugins.faults import Faults
from tocsin.plugins.guard import TransformChain
from tocsin.plugins.listening import Audience
from tocsin.runtime.ackpage import AckPage
from tocsin.runtime.aside import serving_aside
from tocsin.runtime.dispatching.dispatcher import Dispatcher
from tocsin.runtime.ingest import Ingest, last_seen_at
from tocsin.runtime.leftovers import give_back
from tocsin.runtime.pipeline import Pipeline
from tocsin.runtime.pulse import Pulse
from tocsin.runtime.recalling import inhibiting_alerts, take_back
from tocsin.runtime.reloading.reload import Reloader, Turns
from tocsin.runtime.retention import KNOWN, Retention
from tocsin.runtime.serial import Serial
from tocsin.runtime.setback import mend_set_back
from tocsin.runtime.signals import ask_on_hangup, stop_on_signal
from tocsin.runtime.silencing import Silencing
from tocsin.runtime.web import Web
from tocsin.sources.source import Inbox, Source
from tocsin.store.store import Store
from tocsin.telemetry.observer import Observer

INGEST_GRACE = timedelta(seconds=1.5)
"""How long after a stop tweets that have already arrived are still evaluated."""

DELIVERY_GRACE = timedelta(seconds=1)
"""How long after that what is due is still sent; with the rest, exit within five seconds of SIGTERM."""

LAST_DELIVERIES = timedelta(seconds=30)
"""The same where the source ended by itself and nobody is waiting."""

SEND_GRACE = timedelta(seconds=1)
"""How long after that a send under way is waited for."""

FIRST_LOOK = timedelta(seconds=1)
"""How long everything else waits, at a start, for what the outbox has due to be on its way."""

_PAGE = 20_000
"""Ids of alerts that are read at once, in about 20 ms."""

AUDIENCE_GRACE = timedelta(seconds=0.75)
"""How long the plugins that see the journal have to come to its end."""

LAST_ENTRIES = timedelta(seconds=5)
"""The same where nobody is waiting."""


class Chore(Protocol):
    """Something that is done beside the work for as long as the program runs."""

    async def run(self, turns: Turns) -> None:
        """Do it until cancelled; what it has to say through the outbox takes its turn between two tweets."""
        ...


@dataclass(kw_only=True)
class Service:
    """Runs until it is stopped, its time is up, its source ends, or the stream refuses it for good.

    Owns none of what it is given: the caller closes the store. `plugin_failures` is where the transforms report theirs,
    from where they go into the journal, as those in `faults` do. `audience` are the plugins that see the journal.
    `chores` run beside the work.
    """

    plan: Plan
    source: Source
    store: Store
    dispatcher: Dispatcher
    in_store: Serial
    transforms: TransformChain
    plugin_failures: list[journal.PluginFailed]
    observer: Observer
    clock: Clock
    faults: Faults | None = None
    audience: Audience | None = None
    http: HttpSettings | None = None
    reloader: Reloader | None = None
    silencing: Silencing | None = None
    acks: AckPage | None = None
    retention: Callable[[], RetentionSettings] = RetentionSettings
    chores: Sequence[Chore] = ()
    on_commit: Callable[[Step], None] = lambda step: None
    _memory: AlertMemory = field(default_factory=lambda: AlertMemory(capacity=KNOWN), init=False)
    _inbox: Inbox = field(default_factory=Inbox, init=False)
    _stopping: bool = field(default=False, init=False)
    _reason: str = field(default="the source ended", init=False)
    _refused: StreamRefused | None = field(default=None, init=False)
    _source_scope: anyio.CancelScope | None = field(default=None, init=False)
    _ingest_scope: anyio.CancelScope | None = field(default=None, init=False)
    _delivery_scope: anyio.CancelScope | None = field(default=None, init=False)

    def stop(self, reason: str) -> None:
        """Ask for an orderly end: no more tweets, what has arrived decided, what is being sent waited for."""
        if self._stopping:
            return
        self._stopping = True
        self._reason = reason
        if self._source_scope is not None:
            self._source_scope.cancel()
        if self._ingest_scope is not None:
            self._ingest_scope.deadline = anyio.current_time() + INGEST_GRACE.total_seconds()
        if self._delivery_scope is not None:
            self._delivery_scope.deadline = anyio.current_time() + DELIVERY_GRACE.total_seconds()

    async def run(self, *, limit: timedelta | None = None, signals: bool = True) -> None:
        """Run; return after an orderly end.

        Raises:
            StreamRefused: the provider refused us for good.
            StoreError: the state can't be used at the start.
            ConfigError: `http.listen` can't be listened at, or a replayed file can't be read.
            PluginError: a transform that says `on_error: halt` failed.
        """
        ingest = await self._start()
        with ungrouped():
            async with anyio.create_task_group() as outer:
                if signals:
                    await outer.start(stop_on_signal, self.stop)
                pulse = Pulse(self.clock, self.observer.metrics)
                outer.start_soon(pulse.run)
                if self.http is not None:
                    port = await outer.start(self._serve, self.http, pulse)
                    self.observer.serving(self.http.host, port)
                outer.start_soon(self.dispatcher.run)
                # What waited goes first: loading what the transforms and the stream need keeps the processor busy.
                with anyio.move_on_after(FIRST_LOOK.total_seconds()):
                    await self.dispatcher.has_looked()
                if self.reloader is not None:
                    if signals:
                        await outer.start(ask_on_hangup, self.reloader.ask)
                    outer.start_soon(self.reloader.run, ingest)
                if self.silencing is not None:
                    outer.start_soon(self.silencing.run, ingest)
                outer.start_soon(Retention(self.store, self.in_store, self.clock, self.retention).run)
                for chore in self.chores:
                    outer.start_soon(chore.run, ingest)
                await self._prepare(ingest)
                give_back()
                if limit is not None:
                    outer.start_soon(self._stop_after, limit)
                async with anyio.create_task_group() as inner:
                    inner.start_soon(self._run_source)
                    inner.start_soon(self._run_ingest, ingest)
                await ingest.finish(self._reason)
                await self._finish_deliveries()
                await self._finish_audience()
                outer.cancel_scope.cancel()
        if self._refused is not None:
            raise self._refused

    async def _start(self) -> Ingest:
        now = self.clock.now()
        await self.in_store(mend_set_back, self.store, now)
        unseen_since = await self.in_store(last_seen_at, self.store)
        engine = Engine(self.plan, self._memory)
        take_back(engine, await self.in_store(self.store.state), now)
        count = self.plan.rule_count
        detail = f"{count} rule{'' if count == 1 else 's'}, revision {self.plan.revision}"
        started = journal.Lifecycle(at=now, event="started", detail=detail)
        await self.in_store(self.store.commit, (), (), (started,))
        self.observer.in_force(self.plan.rule_count, self.plan.revision)
        self.observer.saw(started)
        engine.recall(await self.in_store(inhibiting_alerts, self.store, self.plan.inhibitions, now))
        if self.silencing is not None:
            await self.silencing.start(engine)
        return Ingest(
            inbox=self._inbox,
            pipeline=Pipeline(self.transforms, engine),
            store=self.store,
            in_store=self.in_store,
            observer=self.observer,
            clock=self.clock,
            on_commit=self._committed,
            plugin_failures=self.plugin_failures,
            faults=self.faults,
            unseen_since=unseen_since,
        )

    async def _prepare(self, ingest: Ingest) -> None:
        """Let the transforms load what they need, until somebody asks for an end.

        Raises:
            PluginError: one that says `on_error: halt` could not; what is being sent has ended, and the end is told.
        """
        try:
            with anyio.CancelScope() as scope:
                self._source_scope = scope
                if self._stopping:
                    scope.cancel()
                await self.transforms.prepare()
        except PluginError as error:
            await ingest.finish(str(error))
            await self.dispatcher.drain(SEND_GRACE)
            raise

    async def _remember(self) -> None:
        """Read the ids of alerts that are known, a page at a time: what waits is delivered meanwhile."""
        now, place = self.clock.now(), 0
        while True:
            ids, place = await self.in_store(self.store.known_alerts, _PAGE, place)
            if not ids:
                return
            self._memory.remember_all(ids, now)

    def _committed(self, step: Step) -> None:
        if step.deliveries:
            self.dispatcher.wake()
        self.on_commit(step)

    async def _finish_deliveries(self) -> None:
        grace = DELIVERY_GRACE if self._stopping else LAST_DELIVERIES
        with anyio.move_on_after(grace.total_seconds()) as scope:
            self._delivery_scope = scope
            await self.dispatcher.idle()
        cut_off = await self.dispatcher.drain(SEND_GRACE)
        if cut_off:
            self.observer.cut_off(cut_off)

    async def _finish_audience(self) -> None:
        """Let the plugins that see the journal see its end, and close."""
        if self.audience is not None and not self.audience.is_empty:
            limit = AUDIENCE_GRACE if self._stopping else LAST_ENTRIES
            await anyio.to_thread.run_sync(self.audience.close, limit.total_seconds())
        for failure in self.plugin_failures:
            self.observer.saw(failure)

    async def _run_source(self) -> None:
        with anyio.CancelScope() as scope:
            self._source_scope = scope
            if self._stopping:
                scope.cancel()
            try:
                await self.source.run(self._inbox)
            except StreamRefused as error:
                self._refused = error
                self._reason = str(error)
        self._inbox.close()

    async def _run_ingest(self, ingest: Ingest) -> None:
        with anyio.CancelScope() as scope:
            self._ingest_scope = scope
            if self._stopping:
                scope.deadline = anyio.current_time() + INGEST_GRACE.total_seconds()
            await self._remember()
            await ingest.run()

    async def _serve(self, where: HttpSettings, pulse: Pulse, *, task_status: TaskStatus[int]) -> None:
        web = Web(self.observer.health, self.observer.metrics, self.clock, self._inbox, self.acks)
        try:
            with serving_aside((where.host, where.port), web, pulse) as port:
                task_status.started(port)
                await anyio.sleep_forever()
        except OSError as error:
            reason = error.strerror or error
            raise ConfigError(f"http.listen: can't listen at {where.host}:{where.port}: {reason}") from error

    async def _stop_after(self, limit: timedelta) -> None:
        await anyio.sleep(limit.total_seconds())
        self.stop(f"ran for {limit.total_seconds():g} s")
