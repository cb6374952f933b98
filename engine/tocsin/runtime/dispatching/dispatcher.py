"""Takes due deliveries from the outbox to their destinations and records how each attempt ended.

One message is in flight per destination, and no destination waits for another. After a failure the *destination*
rests (full jitter, doubling to 5 minutes, never less than its Retry-After), not only the delivery: a backlog of
100,000 must not knock once per alert at a service that is down. Among due deliveries the one due longest goes first;
one that failed takes its place by its next due time, so that it doesn't hold up those behind it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Protocol

import anyio
import anyio.abc

from tocsin.clock import Clock
from tocsin.config.settings import DestinationSettings
from tocsin.errors import StoreError
from tocsin.journal import Entry
from tocsin.model import Delivery, DestinationName, Outcome, Refused, Unreachable
from tocsin.notify.destination import Destination
from tocsin.notify.retry import CAP, GiveUp, RetryAt, Settled
from tocsin.notify.worker import DestinationWorker
from tocsin.runtime.dispatching.claiming import FALLS_BACK_AFTER, Claimed, Claiming
from tocsin.runtime.dispatching.endings import Endings
from tocsin.runtime.dispatching.message import Message, message_of
from tocsin.runtime.dispatching.pacing import Pacing
from tocsin.runtime.dispatching.standings import Standings
from tocsin.store.store import Aftermath, Store

_LOOKS_EVERY = timedelta(seconds=5)
"""How often the outbox is looked at without being woken: another process may have revived a delivery."""

_IDLE_LOOKS_EVERY = timedelta(milliseconds=50)

_SET_BACK = timedelta(minutes=1)
"""A wall clock that falls behind the monotonic one by more than this was set back."""

_STORE_PAUSE = timedelta(seconds=1)
_SEND_WITHIN = timedelta(seconds=15)

_TOGETHER_FOR = 2
"""So often a message that stands for several is tried as it is; then its alerts may be part of a larger one."""


class RunInStore(Protocol):
    """Runs a store call in a thread, one call at a time over the whole program."""

    def __call__(self, func: Callable[..., Any], /, *args: Any) -> Awaitable[Any]:
        """Return what `func(*args)` returns."""
        ...


class Dispatcher:
    """The one reader of the outbox while an engine runs; belongs to one event loop."""

    def __init__(
        self,
        store: Store,
        destinations: Mapping[DestinationName, Destination],
        settings: Mapping[DestinationName, DestinationSettings],
        clock: Clock,
        rng: Random,
        on_entry: Callable[[Entry], None],
        run_in_store: RunInStore,
        *,
        notices: DestinationName | None = None,
        send_within: timedelta = _SEND_WITHIN,
        on_problem: Callable[[str | None], None] = lambda problem: None,
    ) -> None:
        """Take what it works with; `on_problem` hears why the store can't be used, and None when it can again.

        `notices` hears of dead letters of destinations that have no fallback.
        """
        self._store = store
        self._settings = dict(settings)
        self._send_within = send_within
        self._clock = clock
        self._on_entry = on_entry
        self._run_in_store = run_in_store
        self._workers = {name: self._worker(destination) for name, destination in destinations.items()}
        self._standings = Standings(clock, rng)
        self._pacing = Pacing(settings, self._standings)
        self._endings = Endings(settings, notices, self._standings, rng)
        self._claiming = Claiming(store)
        self._in_flight: set[DestinationName] = set()
        self._woken = anyio.Event()
        self._landed = anyio.Event()
        self._looked = anyio.Event()
        self._is_claiming = False
        self._draining = False
        self._scope = anyio.CancelScope()
        self._last_look = self._look()
        self._on_problem = on_problem
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        """Return why the store can't be used at the moment; None while all is well."""
        return self._problem

    def wake(self) -> None:
        """Say that the outbox has something new; call it on the event loop, after each commit."""
        self._woken.set()

    def replace(
        self,
        destinations: Mapping[DestinationName, Destination],
        settings: Mapping[DestinationName, DestinationSettings],
        *,
        notices: DestinationName | None = None,
    ) -> None:
        """Send from now on to the destinations of `settings`; those in `destinations` are new or have changed.

        The others stay as they are, with their rests. A send under way ends as it would have. What is held back for
        destinations that have changed is looked at anew.
        """
        gone = self._workers.keys() - settings.keys()
        for name in gone | destinations.keys():
            self._standings.forget(name)
            worker = self._workers.pop(name, None)
            if worker is not None:
                worker.close()
        self._workers |= {name: self._worker(destination) for name, destination in destinations.items()}
        self._settings = dict(settings)
        self._pacing.replace(settings)
        self._endings.replace(settings, notices)
        self._claiming.release_at(gone | destinations.keys())
        self.wake()

    async def run(self) -> None:
        """Deliver until `drain` ends it or it is cancelled. First lets what a crash left sending wait again."""
        with self._scope:
            async with anyio.create_task_group() as sends:
                await self._persistently(self._store.recover)
                self._standings.restore(await self._persistently(self._store.standings), self._clock.now())
                self._claiming.release_at(
                    name
                    for name in await self._persistently(self._store.held_at)
                    if not _holds_back(self._settings.get(name))
                )
                while not self._draining:
                    self._woken = anyio.Event()
                    has_more = await self._start_due(sends)
                    self._looked.set()
                    if not has_more:
                        await self._sleep()
        for worker in self._workers.values():
            worker.close()

    async def has_looked(self) -> None:
        """Return once what was due when `run` began is on its way, as much of it as may be at once."""
        await self._looked.wait()

    async def idle(self) -> None:
        """Return once nothing is in flight and nothing is due that could be sent; what waits for a retry doesn't count.

        Cancel it to stop waiting. If the store can't be used there is nothing to wait for.
        """
        while self.problem is None:
            if not self._is_busy():
                try:
                    due_at = await self._run_in_store(self._next_due, self._unavailable())
                except StoreError as error:
                    self._note(error)
                    return
                if not self._is_busy() and (due_at is None or due_at > self._clock.now()):
                    return
            self._landed = anyio.Event()
            with anyio.move_on_after(_IDLE_LOOKS_EVERY.total_seconds()):
                await self._landed.wait()

    def _worker(self, destination: Destination) -> DestinationWorker:
        return DestinationWorker(destination, getattr(destination, "send_within", self._send_within))

    def _is_busy(self) -> bool:
        """Whether something is in flight, or being claimed: no longer due and not yet in flight."""
        return bool(self._in_flight) or self._is_claiming

    async def drain(self, deadline: timedelta) -> int:
        """Start no more sends, wait for those in flight, and end `run`; return how many were cut off.

        Those are sent again at the next start, under the same alert id; everything else waits in the outbox.
        """
        self._draining = True
        self.wake()
        with anyio.move_on_after(deadline.total_seconds()):
            while self._in_flight:
                self._landed = anyio.Event()
                await self._landed.wait()
        cut_off = len(self._in_flight)
        self._scope.cancel()
        return cut_off

    async def _start_due(self, sends: anyio.abc.TaskGroup) -> bool:
        """Start what is due and free to go; return whether there was anything to do."""
        try:
            now = self._clock.now()
            await self._mend_set_back(now)
            await self._tell(now)
            self._is_claiming = True
            failing = self._standings.failing(now, FALLS_BACK_AFTER)
            claimed: Claimed = await self._run_in_store(
                self._claiming.claim, now, self._settings, self._unavailable(), self._pacing.free(now), failing
            )
            for entry in claimed.entries:
                self._on_entry(entry)
        except StoreError as error:
            self._note(error)
            return False
        finally:
            self._is_claiming = False
            self._landed.set()
        self._note(None)
        for name, deliveries in claimed.messages.items():
            self._in_flight.add(name)
            sends.start_soon(self._deliver, name, deliveries)
        return bool(claimed.messages) or claimed.is_unfinished

    async def _tell(self, now: datetime) -> None:
        for aftermath in self._endings.overdue(now):
            await self._run_in_store(self._store.follow_up, (), aftermath)
            for name, standing in aftermath.standings.items():
                self._standings.put(name, standing)

    async def _mend_set_back(self, now: datetime) -> None:
        """Keep retries within their cap if the wall clock was set back; rests count by the other clock."""
        if self._is_set_back(self._last_look):
            await self._run_in_store(self._store.bring_forward, now + CAP)
        self._last_look = self._look()

    def _look(self) -> tuple[datetime, float]:
        return self._clock.now(), self._clock.monotonic()

    def _is_set_back(self, last: tuple[datetime, float]) -> bool:
        now, monotonic = self._look()
        return last[0] + timedelta(seconds=monotonic - last[1]) - now > _SET_BACK

    def _next_due(self, unavailable: frozenset[DestinationName]) -> datetime | None:
        return self._store.next_due_at(excluding=unavailable)

    async def _sleep(self) -> None:
        """Wait until woken, until something is due or a destination has rested, at most `_LOOKS_EVERY`."""
        if self.problem is not None:
            await anyio.sleep(_STORE_PAUSE.total_seconds())
            return
        waits = [_LOOKS_EVERY.total_seconds()]
        waits += [left for name, left in self._standings.resting().items() if name not in self._in_flight]
        waits += [wait.total_seconds() for wait in self._pacing.waits(self._clock.now()).values()]
        try:
            due_at = await self._run_in_store(self._next_due, self._unavailable())
        except StoreError as error:
            self._note(error)
            return
        if due_at is not None:
            waits.append((due_at - self._clock.now()).total_seconds())
        with anyio.move_on_after(max(0.0, min(waits))):
            await self._woken.wait()

    def _unavailable(self) -> frozenset[DestinationName]:
        paced = self._pacing.waits(self._clock.now())
        return frozenset(self._in_flight | self._standings.resting().keys() | paced.keys())

    async def _deliver(self, name: DestinationName, deliveries: Sequence[Delivery]) -> None:
        try:
            for delivery in deliveries:
                if delivery.problem:
                    await self._end(message_of([delivery], self._clock.now()), Refused(delivery.problem))
            readable = [delivery for delivery in deliveries if not delivery.problem]
            if readable:
                message = message_of(readable, self._clock.now())
                await self._end(message, await self._send(message))
        finally:
            self._in_flight.discard(name)
            self._landed.set()
            self.wake()

    async def _send(self, message: Message) -> Outcome:
        worker = self._workers.get(message.destination)
        if worker is None:
            return Refused(f"no destination {message.destination!r} in the configuration")
        return await worker.send(message.alert, message.attempt)

    async def _end(self, message: Message, outcome: Outcome) -> None:
        ending = self._endings.after(message, outcome, self._clock.now())
        delivery, name = message.deliveries[0], message.destination
        aftermath = Aftermath(
            standings={name: self._standings.of(name)}, alerts=ending.alerts, deliveries=ending.deliveries
        )
        match ending.step:
            case Settled():
                await self._persistently(self._store.settle, delivery, ending.entries, aftermath)
            case RetryAt(at, reason):
                retry = partial(self._store.retry, apart=_may_part(message, outcome), expired=ending.expired)
                await self._persistently(retry, delivery, at, reason, ending.entries, aftermath)
            case GiveUp(reason):
                await self._persistently(self._store.bury, delivery, reason, ending.entries, aftermath)
        for entry in ending.entries:
            self._on_entry(entry)

    async def _persistently(self, func: Callable[..., Any], *args: Any) -> Any:
        """Repeat a store call until it succeeds: what happened must be written down, however long the disk is full."""
        began = self._look()
        while True:
            try:
                result = await self._run_in_store(func, *args)
            except StoreError as error:
                self._note(error)
                await anyio.sleep(_STORE_PAUSE.total_seconds())
            else:
                self._note(None)
                if self._is_set_back(began):
                    # A retry that was decided by the clock before would be due much later by this one.
                    await self._persistently(self._store.bring_forward, self._clock.now() + CAP)
                return result

    def _note(self, error: StoreError | None) -> None:
        problem = None if error is None else str(error)
        if problem != self._problem:
            self._problem = problem
            self._on_problem(problem)


def _may_part(message: Message, outcome: Outcome) -> bool:
    """Whether the alerts of a message may be part of another one next time: it was not taken, or tried often enough."""
    has_answered = isinstance(outcome, Unreachable) and outcome.status is not None
    return message.is_bundle and (has_answered or message.attempt >= _TOGETHER_FOR)


def _holds_back(settings: DestinationSettings | None) -> bool:
    return settings is not None and (settings.quiet is not None or settings.digest is not None)
