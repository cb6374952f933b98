"""The dispatcher over a store and destinations that do as they are told."""

import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import anyio
import anyio.to_thread
import pytest

from tests.alerts import make_alert
from tocsin.clock import SystemClock
from tocsin.errors import StoreUnavailable
from tocsin.journal import Attempted, Entry, GaveUp
from tocsin.model import Alert, Delivered, Delivery, DestinationName, Outcome, Refused, Unreachable
from tocsin.notify.destination import Destination
from tocsin.notify.retry import CAP
from tocsin.runtime.dispatching.dispatcher import Dispatcher
from tocsin.runtime.serial import Serial
from tocsin.store.memory import MemoryStore
from tocsin.store.store import NO_AFTERMATH, Aftermath, State

pytestmark = pytest.mark.anyio
CLOCK = SystemClock()
D, HANGING = DestinationName("d"), DestinationName("hanging")


@dataclass
class Scripted:
    """A destination that answers with `outcomes`, one after the other, and then takes everything."""

    name: DestinationName = D
    outcomes: list[Outcome | BaseException] = field(default_factory=list)
    sent: list[tuple[str, int]] = field(default_factory=list)

    def send(self, alert: Alert, attempt: int) -> Outcome:
        """Answer as told."""
        self.sent.append((alert.id, attempt))
        outcome = self.outcomes.pop(0) if self.outcomes else Delivered()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


@dataclass
class Hanging:
    """A destination that answers only when it is let go."""

    name: DestinationName = HANGING
    let_go: threading.Event = field(default_factory=threading.Event)
    begun: int = 0

    def send(self, alert: Alert, attempt: int) -> Outcome:
        """Hang."""
        self.begun += 1
        self.let_go.wait(20)
        return Delivered()


class Quick(Random):
    """No pause after a failure."""

    def random(self) -> float:
        """Return the bottom of the range."""
        return 0.0


def commit(store: MemoryStore, numbers: Sequence[int], *names: str) -> None:
    deliveries = [
        Delivery(alert=make_alert(n), destination=DestinationName(name), due_at=CLOCK.now())
        for n in numbers
        for name in names
    ]
    store.commit([delivery.alert for delivery in deliveries], deliveries, [])


@asynccontextmanager
async def dispatching(
    store: MemoryStore,
    *destinations: Destination,
    entries: list[Entry] | None = None,
    within: float = 5,
    clock: SystemClock = CLOCK,
    set_back: timedelta = timedelta(),
) -> AsyncIterator[Dispatcher]:
    limiter = anyio.CapacityLimiter(1)

    async def run_in_store(func: Callable[..., Any], /, *args: Any) -> Any:
        return await anyio.to_thread.run_sync(func, *args, limiter=limiter)

    dispatcher = Dispatcher(
        store,
        {destination.name: destination for destination in destinations},
        {},
        clock,
        Quick(),
        (entries if entries is not None else []).append,
        run_in_store,
        send_within=timedelta(seconds=within),
    )
    if isinstance(clock, SetBack):
        clock.by = set_back
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(dispatcher.run)
        yield dispatcher
        await dispatcher.drain(timedelta())


async def settled(store: MemoryStore, count: int, state: State = "delivered") -> None:
    with anyio.fail_after(10):
        while len(store.outbox(states=[state])) < count:
            await anyio.sleep(0.005)


async def test_what_was_committed_is_delivered_oldest_first() -> None:
    store, service = MemoryStore(), Scripted()
    commit(store, [1, 2, 3], "d")
    async with dispatching(store, service):
        await settled(store, 3)
    assert [alert for alert, _ in service.sent] == [make_alert(n).id for n in (1, 2, 3)]


async def test_a_commit_wakes_it() -> None:
    store, service = MemoryStore(), Scripted()
    async with dispatching(store, service) as dispatcher:
        await anyio.sleep(0.02)
        commit(store, [1], "d")
        dispatcher.wake()
        with anyio.fail_after(1):
            await settled(store, 1)


async def test_n_failures_make_n_plus_one_attempts_of_the_same_alert() -> None:
    store, entries = MemoryStore(), list[Entry]()
    service = Scripted(outcomes=[Unreachable("500", 500)] * 4)
    commit(store, [1], "d")
    async with dispatching(store, service, entries=entries):
        await settled(store, 1)
    assert service.sent == [(make_alert(1).id, attempt) for attempt in range(1, 6)]
    assert [e.outcome for e in entries if isinstance(e, Attempted)] == ["unreachable"] * 4 + ["delivered"]


async def test_a_refusal_is_a_dead_letter_and_blocks_nobody() -> None:
    store, service, entries = MemoryStore(), Scripted(outcomes=[Refused("no such channel", 404)]), list[Entry]()
    commit(store, [1, 2], "d")
    async with dispatching(store, service, entries=entries):
        await settled(store, 1)
    assert [row.reason for row in store.outbox(states=["dead"])] == ["no such channel"]
    assert [e.reason for e in entries if isinstance(e, GaveUp)] == ["no such channel"]


async def test_retry_after_holds_the_whole_destination() -> None:
    store, service = MemoryStore(), Scripted(outcomes=[Unreachable("slow down", 429, timedelta(hours=1))])
    commit(store, [1, 2], "d")
    async with dispatching(store, service) as dispatcher:
        await settled(store, 2, "waiting")
        for _ in range(5):
            dispatcher.wake()
            await anyio.sleep(0.01)
    assert service.sent == [(make_alert(1).id, 1)]


async def test_one_that_hangs_delays_no_other() -> None:
    store, hanging, healthy = MemoryStore(), Hanging(), Scripted()
    commit(store, range(1, 21), "hanging", "d")
    async with dispatching(store, hanging, healthy):
        await settled(store, 20)
        assert hanging.begun == 1
    hanging.let_go.set()


async def test_a_send_past_its_time_is_tried_again_in_a_new_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.notify.worker._GRACE", timedelta())
    store, hanging, entries = MemoryStore(), Hanging(), list[Entry]()
    commit(store, [1], "hanging")
    async with dispatching(store, hanging, entries=entries, within=0.05):
        with anyio.fail_after(5):
            while not any("still hang" in entry.detail for entry in entries if isinstance(entry, Attempted)):
                await anyio.sleep(0.01)
    hanging.let_go.set()
    assert hanging.begun == 3
    assert isinstance(entries[0], Attempted)
    assert entries[0].detail == "no answer within 0.05 s"


@pytest.mark.parametrize("error", [ValueError("secret"), SystemExit(3), KeyboardInterrupt()])
async def test_a_destination_that_raises_is_tried_again(error: BaseException) -> None:
    store, service, entries = MemoryStore(), Scripted(outcomes=[error]), list[Entry]()
    commit(store, [1], "d")
    async with dispatching(store, service, entries=entries):
        await settled(store, 1)
    assert isinstance(entries[0], Attempted)
    assert entries[0].detail == f"the destination failed with {type(error).__name__}"


async def test_a_destination_taken_out_of_the_configuration_leaves_dead_letters() -> None:
    store = MemoryStore()
    commit(store, [1], "gone")
    async with dispatching(store):
        await settled(store, 1, "dead")
    assert store.outbox()[0].reason == "no destination 'gone' in the configuration"


async def test_what_a_crash_left_sending_is_sent_again() -> None:
    store, service = MemoryStore(), Scripted()
    commit(store, [1], "d")
    store.claim_due(CLOCK.now(), 1)
    async with dispatching(store, service):
        await settled(store, 1)
    assert service.sent == [(make_alert(1).id, 2)]


async def test_draining_waits_for_sends_in_flight_and_starts_no_more() -> None:
    store, hanging = MemoryStore(), Hanging()
    commit(store, [1, 2], "hanging")
    async with dispatching(store, hanging) as dispatcher:
        with anyio.fail_after(5):
            while not hanging.begun:
                await anyio.sleep(0.005)
        hanging.let_go.set()
        assert await dispatcher.drain(timedelta(seconds=5)) == 0
    assert [row.state for row in store.outbox(states=["delivered", "waiting", "sending"])] == ["delivered", "waiting"]


async def test_draining_cuts_off_what_hangs_and_keeps_it() -> None:
    store, hanging = MemoryStore(), Hanging()
    commit(store, [1], "hanging")
    async with dispatching(store, hanging) as dispatcher:
        with anyio.fail_after(5):
            while not hanging.begun:
                await anyio.sleep(0.005)
        assert await dispatcher.drain(timedelta(seconds=0.05)) == 1
    hanging.let_go.set()
    assert store.recover() == 1


async def test_a_clock_set_back_delays_no_delivery_past_the_cap() -> None:
    store, clock = MemoryStore(), SetBack()
    commit(store, [1], "d")
    async with dispatching(store, Scripted(), clock=clock, set_back=timedelta(days=1)):
        with anyio.fail_after(5):
            while store.outbox()[0].delivery.due_at > clock.now() + CAP:
                await anyio.sleep(0.005)


class FullWhileSetBack(MemoryStore):
    """A store that takes no retry until the clock has been set back and what waited was brought forward."""

    def __init__(self, clock: "SetBack") -> None:
        super().__init__()
        self._clock, self._was_brought_forward = clock, False

    def retry(self, *what: Any, **more: Any) -> None:
        if not self._was_brought_forward:
            self._clock.by = timedelta(days=1)
            raise StoreUnavailable("the disk is full")
        super().retry(*what, **more)

    def bring_forward(self, latest: datetime) -> int:
        self._was_brought_forward = True
        return super().bring_forward(latest)


async def test_a_retry_that_is_written_after_the_clock_was_set_back_waits_no_longer_than_the_cap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tocsin.runtime.dispatching.dispatcher._STORE_PAUSE", timedelta(milliseconds=5))
    clock = SetBack()
    store = FullWhileSetBack(clock)
    commit(store, [1], "d")
    async with dispatching(store, Scripted(outcomes=[Unreachable("down")]), clock=clock):
        with anyio.fail_after(10):
            while not store.outbox()[0].reason or store.outbox()[0].delivery.due_at > clock.now() + CAP:
                await anyio.sleep(0.005)


class SetBack(SystemClock):
    """A clock that somebody sets back."""

    by = timedelta()

    def now(self) -> datetime:
        """Return the time by the clock as it is set."""
        return super().now() - self.by


async def test_a_hanging_send_does_not_keep_the_program_from_ending() -> None:
    program = (
        "import threading; from tests.integration.test_delivery_dispatcher import *\n"
        "async def main():\n"
        "    store, hanging = MemoryStore(), Hanging()\n"
        "    commit(store, [1], 'hanging')\n"
        "    async with dispatching(store, hanging) as dispatcher:\n"
        "        while not hanging.begun: await anyio.sleep(0.005)\n"
        "anyio.run(main)\n"
    )
    with anyio.fail_after(10):
        done = await anyio.run_process([sys.executable, "-c", program], check=False)
    assert (done.returncode, done.stderr) == (0, b"")


async def test_an_outcome_outlives_a_store_that_fails_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.runtime.dispatching.dispatcher._STORE_PAUSE", timedelta(milliseconds=10))
    store, service = FullDisk(failures=3), Scripted()
    commit(store, [1], "d")
    async with dispatching(store, service) as dispatcher:
        await settled(store, 1)
        assert store.failures == 0
        assert dispatcher.problem is None
    assert len(service.sent) == 1


class FullDisk(MemoryStore):
    """A store that can't settle at first."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    def settle(self, delivery: Delivery, entries: Sequence[Entry], aftermath: Aftermath = NO_AFTERMATH) -> None:
        """Fail, then settle."""
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("the disk is full")
        super().settle(delivery, entries, aftermath)


class Gone(MemoryStore):
    """A store whose disk went away: the outbox can't even be looked at."""

    def next_due_at(self, **options: Any) -> datetime | None:
        """Fail."""
        raise StoreUnavailable("the disk is gone")


async def test_waiting_for_idleness_ends_where_the_store_cannot_be_used() -> None:
    """An error here would turn an orderly stop into a crash."""
    problems = list[str | None]()
    dispatcher = Dispatcher(Gone(), {}, {}, CLOCK, Quick(), lambda _: None, Serial(), on_problem=problems.append)
    with anyio.fail_after(10):
        await dispatcher.idle()
    assert problems == ["the disk is gone"]
