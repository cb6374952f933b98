"""A world: tocsin as it is wired for real, with everything around it simulated; its lives, deaths and the end."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

import anyio

from tests.simulation.faults import Weather
from tests.simulation.invariants import check_end, check_kept
from tests.simulation.parts import (
    Arrival,
    InlineSerial,
    SimulatedDestination,
    SimulatedSource,
    SimulatedStore,
    SimulatedWorker,
)
from tests.simulation.record import Crashed, Record
from tests.simulation.scenario import HELD_S, Scenario
from tests.simulation.virtual_time import START, VirtualClock, run_virtually
from tocsin.errors import StoreError
from tocsin.runtime import gauges, heartbeat, ingest, no_tweets, plugin_notices, pulse, silencing, wiring
from tocsin.runtime.dispatching import dispatcher
from tocsin.runtime.project import Project
from tocsin.runtime.service import Service
from tocsin.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from tocsin.store.store import Store

PATIENCE_S = 6 * 3600.0
"""How long after the last fault everything must be told: the longest pause that a service asks for, and some."""

_LOOKS = timedelta(hours=1)
"""The dispatcher looks at the outbox every 5 s, in case another process revived something. There is none here: what
only works because of that look comes an hour late, and is found."""

_SELDOM = timedelta(minutes=10)
"""So seldom is looked at what is looked at every few seconds else: silences, gauges, the loop's own pulse, plugins that
rest, and two that nobody asks for here, a sign of life and a silent stream."""


class World:
    """One simulated world. It writes into `folder`, and reads nothing but its seed."""

    def __init__(
        self, seed: int, scenario: Scenario, weather: Weather, arrivals: Sequence[Arrival], folder: Path
    ) -> None:
        self.seed = seed
        self.weather = weather
        self.record = Record()
        self.clock = VirtualClock(START)
        self.scenario = scenario
        self.silences: Sequence[tuple[str, timedelta, timedelta]] = ()
        """Conditions that alerts are silenced by, and from when to when, from the start."""
        self.project = _loaded(scenario)
        self.arrivals = arrivals
        self.file = folder / "tocsin.db"
        self._dead = self._is_told = False
        self._rng = Random(f"{seed}/process")
        self._steps = 0

    @property
    def is_calm(self) -> bool:
        """Whether nothing goes wrong any more."""
        return anyio.current_time() >= self.weather.lasts.total_seconds()

    def step(self, name: str) -> None:
        """Die here, if that is drawn; always, once dead."""
        if self._dead:
            raise Crashed
        self._steps += 1
        self.record.steps.add(name)
        process = self.weather.process
        if self._steps == process.at_number or (not self.is_calm and self._rng.random() < process.at_step):
            self._die(name)

    def run(self) -> Record:
        """Live from the start until everything is told, in virtual time; the record says what promises broke."""
        with _simulated(self):
            run_virtually(self._live)
        return self.record

    def journal(self) -> list[dict[str, Any]]:
        """Return what tocsin wrote into its journal, oldest first."""
        store = SqliteStore.visit(self.file)
        try:
            return store.journal(limit=10_000_000)[::-1]
        finally:
            store.close()

    async def _live(self) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._move_clock)
            while not await self._one_life():
                await anyio.sleep(self._rng.uniform(0.1, 120))
            tasks.cancel_scope.cancel()

    async def _one_life(self) -> bool:
        """Start the program and let it run until it ends, however that is; return whether all is done."""
        self._dead = self._is_told = False
        ended = "stopped"
        record = self.record
        record.life += 1
        record.note(f"life {record.life} begins")
        record.disturbed_s = anyio.current_time()
        store = SqliteStore.open(self.file)
        for condition, since, until in self.silences if record.life == 1 else ():
            store.silences.add(condition, why="maintenance", by="world", since=START + since, until=START + until)
        try:
            async with anyio.create_task_group() as tasks:
                service = wiring.make_service(
                    self.project,
                    cast("Store", SimulatedStore(store, self)),
                    clock=self.clock,
                    rng=Random(f"{self.seed}/life/{record.life}"),
                    log=_say_nothing,
                )
                tasks.start_soon(self._fate, service, store)
                await service.run(signals=False)
                tasks.cancel_scope.cancel()
        except* Crashed:
            ended = "crashed"
            record.crashes += 1
        except* StoreError as errors:
            # As a supervisor sees it: the program says why it can't start, ends, and is started again.
            ended = f"could not start: {errors.exceptions[0]}"
        finally:
            record.note(f"life {record.life} {ended}")
            check_kept(record, store, anyio.current_time(), crashed=ended == "crashed")
            is_done = self._is_told and ended == "stopped"
            if is_done:
                check_end(record, store, self.scenario, self.weather, self.arrivals)
            store.close()
        return is_done or record.is_hopeless

    async def _fate(self, service: Service, store: SqliteStore) -> None:
        """End this life when that is due, or once there is nothing left to do."""
        process, now_s = self.weather.process, anyio.current_time()
        ends = sorted([(at_s, "killed") for at_s in process.killed_s] + [(at_s, "stop") for at_s in process.stopped_s])
        for at_s, how in ends:
            if at_s > now_s:
                await anyio.sleep(at_s - anyio.current_time())
                if how == "killed":
                    self._die("any moment")
                self.record.note("SIGTERM")
                service.stop("SIGTERM")
                return
        calm_s = self.weather.lasts.total_seconds()
        await anyio.sleep(max(1.0, calm_s + HELD_S - anyio.current_time()))
        while store.outbox(states=("waiting", "sending"), limit=1):
            # What is held back waits for a time of day: set the clock back a day, and it comes a day later.
            patience_s = PATIENCE_S + 48 * 3600 * bool(self.weather.jumps)
            if anyio.current_time() > calm_s + patience_s:
                waits = [(row.delivery.alert.id, row.delivery.destination, row.state) for row in store.outbox()]
                self.record.is_hopeless = True
                self.record.breaks(f"P1: {patience_s:g} s after the last fault these still wait: {waits}")
                raise Crashed
            await anyio.sleep(60)
        self._is_told = True
        service.stop("all is told")

    async def _move_clock(self) -> None:
        for jump in self.weather.jumps:
            await anyio.sleep(max(0.0, jump.at_s - anyio.current_time()))
            self.clock.skew += jump.by
            self.record.note(f"the clock is moved by {jump.by}")
            self.record.disturbed_s = anyio.current_time()

    def _die(self, where: str) -> None:
        self._dead = True
        self.record.died_at.add(where)
        self.record.note(f"dies {where}")
        raise Crashed


@contextmanager
def _simulated(world: World) -> Iterator[None]:
    """Put the simulated parts where the wiring makes the real ones; everything else is what runs in production."""
    with ExitStack() as stack:
        for module, name, part in (
            (wiring, "make_source", lambda *_, **__: SimulatedSource(world, world.arrivals)),
            (wiring, "make_destinations", lambda settings, *_: {key: SimulatedDestination(key) for key in settings}),
            (wiring, "Serial", partial(InlineSerial, world)),
            (dispatcher, "DestinationWorker", partial(SimulatedWorker, world)),
            (dispatcher, "_LOOKS_EVERY", _LOOKS),
            (silencing, "EVERY", _SELDOM),
            (pulse, "EVERY", _SELDOM),
            (ingest, "LOOKS_EVERY", _SELDOM),
            (gauges, "EVERY", _SELDOM),
            (plugin_notices, "LOOKS_EVERY", _SELDOM),
            (heartbeat, "_LOOKS_EVERY", _SELDOM),
            (no_tweets, "_LONGEST_LOOK", _SELDOM),
        ):
            stack.enter_context(patch.object(module, name, part))
        yield


@cache
def _loaded(scenario: Scenario) -> Project:
    return scenario.load()


def _say_nothing(level: str, event: str, **fields: Any) -> None:
    """The journal is what is looked at."""


def fresh_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder to live in: in memory where there is such a place, since each call waits for the disk."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(prefix="tocsin-world-", dir=memory if memory.is_dir() else None)
