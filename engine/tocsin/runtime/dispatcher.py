"""Takes due deliveries from the outbox to their destinations and records how each attempt ended.

One delivery is in flight per destination, and no destination waits for another. After a failure the *destination*
rests (full jitter, doubling to 5 minutes, never less than its Retry-After), not only the delivery: a backlog of
100,000 must not knock once per alert at a service that is down. Among due deliveries the one due longest goes first;
one that failed takes its place by its next due time, so that it doesn't hold up those behind it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

import anyio
import anyio.abc

from tocsin.clock import Clock
from tocsin.config.settings import DestinationSettings
from tocsin.errors import StoreError
from tocsin.journal import Attempted, Entry, GaveUp
from tocsin.model import Delivered, Delivery, DestinationName, Outcome, Refused, Unreachable
from tocsin.notify.destination import Destination
from tocsin.notify.retry import CAP, RETRY_AFTER_MAX, GiveUp, NextStep, RetryAt, Settled, next_step, pause
from tocsin.notify.worker import DestinationWorker
from tocsin.store.store import Store

_CLAIMED_AT_ONCE = 64
_LOOKS_EVERY = timedelta(seconds=5)
"""How often the outbox is looked at without being woken: another process may have revived a delivery."""

_IDLE_LOOKS_EVERY = timedelta(milliseconds=50)

_SET_BACK = timedelta(minutes=1)
"""A wall clock that falls behind the monotonic one by more than this was set back."""

_STORE_PAUSE = timedelta(seconds=1)
_RETRY_FOR = timedelta(hours=72)
_SEND_WITHIN = timedelta(seconds=15)


class RunInStore(Protocol):
    """Runs a store call in a thread, one call at a time over the whole program."""

    def __call__(self, func: Callable[..., Any], /, *args: Any) -> Awaitable[Any]:
        """Return what `func(*args)` returns."""
        ...


@dataclass(slots=True)
class _Rest:
    """A pause of one destination, in monotonic seconds: the wall clock may jump."""

    failures: int
    until: float


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
        send_within: timedelta = _SEND_WITHIN,
        on_problem: Callable[[str | None], None] = lambda problem: None,
    ) -> None:
        """Take what it works with; `on_problem` hears why the store can't be used, and None when it can again."""
        self._store = store
        self._settings = dict(settings)
        self._send_within = send_within
        self._clock = clock
        self._rng = rng
        self._on_entry = on_entry
        self._run_in_store = run_in_store
        self._workers = {name: self._worker(destination) for name, destination in destinations.items()}
        self._in_flight: set[DestinationName] = set()
        self._resting: dict[DestinationName, _Rest] = {}
        self._woken = anyio.Event()
        self._landed = anyio.Event()
        self._claiming = False
        self._draining = False
        self._scope = anyio.CancelScope()
        self._last_look = (clock.now(), clock.monotonic())
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
    ) -> None:
        """Send from now on to the destinations of `settings`; those in `destinations` are new or have changed.

        The others stay as they are, with their rests. A send under way ends as it would have.
        """
        gone = self._workers.keys() - settings.keys()
        for name in gone | destinations.keys():
            self._resting.pop(name, None)
            worker = self._workers.pop(name, None)
            if worker is not None:
                worker.close()
        self._workers |= {name: self._worker(destination) for name, destination in destinations.items()}
        self._settings = dict(settings)
        self.wake()

    async def run(self) -> None:
        """Deliver until `drain` ends it or it is cancelled. First lets what a crash left sending wait again."""
        with self._scope:
            async with anyio.create_task_group() as sends:
                await self._persistently(self._store.recover)
                while not self._draining:
                    self._woken = anyio.Event()
                    if not await self._start_due(sends):
                        await self._sleep()
        for worker in self._workers.values():
            worker.close()

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
        return bool(self._in_flight) or self._claiming

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
        """Start what is due and free to go; return whether anything was."""
        try:
            now = self._clock.now()
            await self._mend_set_back(now)
            self._claiming = True
            claimed: list[Delivery] = await self._run_in_store(self._claim, now, self._unavailable())
        except StoreError as error:
            self._note(error)
            return False
        finally:
            self._claiming = False
        self._note(None)
        for delivery in claimed:
            self._in_flight.add(delivery.destination)
            sends.start_soon(self._deliver, delivery)
        return bool(claimed)

    async def _mend_set_back(self, now: datetime) -> None:
        """Keep retries within their cap if the wall clock was set back; rests count by the other clock."""
        last_now, last_monotonic = self._last_look
        expected = last_now + timedelta(seconds=self._clock.monotonic() - last_monotonic)
        if expected - now > _SET_BACK:
            await self._run_in_store(self._store.bring_forward, now + CAP)
        self._last_look = (now, self._clock.monotonic())

    def _claim(self, now: datetime, unavailable: frozenset[DestinationName]) -> list[Delivery]:
        return self._store.claim_due(now, _CLAIMED_AT_ONCE, excluding=unavailable)

    def _next_due(self, unavailable: frozenset[DestinationName]) -> datetime | None:
        return self._store.next_due_at(excluding=unavailable)

    async def _sleep(self) -> None:
        """Wait until woken, until something is due or a destination has rested, at most `_LOOKS_EVERY`."""
        if self.problem is not None:
            await anyio.sleep(_STORE_PAUSE.total_seconds())
            return
        waits = [_LOOKS_EVERY.total_seconds()]
        monotonic = self._clock.monotonic()
        # Those that have rested stay noted until they answer again; what they are free to do, `_next_due` tells.
        rests = [rest.until for name, rest in self._resting.items() if name not in self._in_flight]
        waits += [until - monotonic for until in rests if until > monotonic]
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
        monotonic = self._clock.monotonic()
        return frozenset(self._in_flight | {name for name, rest in self._resting.items() if rest.until > monotonic})

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            outcome = await self._send(delivery)
            now = self._clock.now()
            step = self._next_step(delivery, outcome, now)
            self._rest_after(delivery.destination, outcome)
            await self._record(delivery, outcome, step, now)
        finally:
            self._in_flight.discard(delivery.destination)
            self._landed.set()
            self.wake()

    async def _send(self, delivery: Delivery) -> Outcome:
        worker = self._workers.get(delivery.destination)
        if worker is None:
            return Refused(f"no destination {delivery.destination!r} in the configuration")
        return await worker.send(delivery.alert, delivery.attempts)

    def _next_step(self, delivery: Delivery, outcome: Outcome, now: datetime) -> NextStep:
        settings = self._settings.get(delivery.destination)
        retry_for = settings.retry_for if settings is not None else _RETRY_FOR
        first_tried_at = delivery.first_tried_at or now
        return next_step(outcome, delivery.attempts, first_tried_at, now, self._rng, retry_for)

    def _rest_after(self, name: DestinationName, outcome: Outcome) -> None:
        if not isinstance(outcome, Unreachable):
            self._resting.pop(name, None)
            return
        last = self._resting.get(name)
        failures = last.failures + 1 if last else 1
        rest = max(pause(failures, self._rng), min(outcome.retry_after or timedelta(), RETRY_AFTER_MAX))
        self._resting[name] = _Rest(failures, self._clock.monotonic() + rest.total_seconds())

    async def _record(self, delivery: Delivery, outcome: Outcome, step: NextStep, now: datetime) -> None:
        entries = _entries(delivery, outcome, step, now)
        match step:
            case Settled():
                await self._persistently(self._store.settle, delivery, entries)
            case RetryAt(at, reason):
                await self._persistently(self._store.retry, delivery, at, reason, entries)
            case GiveUp(reason):
                await self._persistently(self._store.bury, delivery, reason, entries)
        for entry in entries:
            self._on_entry(entry)

    async def _persistently(self, func: Callable[..., Any], *args: Any) -> None:
        """Repeat a store call until it succeeds: what happened must be written down, however long the disk is full."""
        while True:
            try:
                await self._run_in_store(func, *args)
            except StoreError as error:
                self._note(error)
                await anyio.sleep(_STORE_PAUSE.total_seconds())
            else:
                self._note(None)
                return

    def _note(self, error: StoreError | None) -> None:
        problem = None if error is None else str(error)
        if problem != self._problem:
            self._problem = problem
            self._on_problem(problem)


def _entries(delivery: Delivery, outcome: Outcome, step: NextStep, now: datetime) -> list[Entry]:
    attempted = Attempted(
        at=now,
        alert_id=delivery.alert.id,
        destination=delivery.destination,
        attempt=delivery.attempts,
        outcome=type(outcome).__name__.lower(),
        detail=outcome.detail if isinstance(outcome, Delivered) else outcome.reason,
        next_at=step.at if isinstance(step, RetryAt) else None,
    )
    if not isinstance(step, GiveUp):
        return [attempted]
    gave_up = GaveUp(at=now, alert_id=delivery.alert.id, destination=delivery.destination, reason=step.reason)
    return [attempted, gave_up]
