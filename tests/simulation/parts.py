"""What tocsin is handed in a simulated world in place of disk, network and threads."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, Protocol, TypeVar, TypeVarTuple

import anyio
import anyio.lowlevel

from tests.simulation.faults import DestinationFaults, Weather
from tests.simulation.record import Crashed, Record, Send
from tests.simulation.virtual_time import VirtualClock
from tocsin import journal
from tocsin.errors import StoreUnavailable
from tocsin.model import Alert, Delivered, Delivery, DestinationName, Gap, Outcome, Refused, Tweet, Unreachable
from tocsin.notify.destination import Destination
from tocsin.notify.worker import DestinationWorker
from tocsin.runtime.serial import Serial
from tocsin.sources.source import Connected, Disconnected, Duplicate, Inbox, Received
from tocsin.store.store import Aftermath

Args = TypeVarTuple("Args")
Result = TypeVar("Result")

REPEATED = frozenset({"commit", "settle", "retry", "bury", "recover", "bring_forward", "prune"})
"""Calls that are made again until they succeed, and so may fail after they took effect."""


SPINNING = 50
"""Looks at the outbox within a second that find nothing: more than commits and answers can give reason to."""


class Surroundings(Protocol):
    """What the parts share: the faults, the record, the clock, and the steps at which the process may die."""

    seed: int
    weather: Weather
    record: Record
    clock: VirtualClock

    @property
    def is_calm(self) -> bool:
        """Whether nothing goes wrong any more."""
        ...

    def step(self, name: str) -> None:
        """Die here, if that is drawn; always, once dead.

        Raises:
            Crashed: the process is gone.
        """
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A tweet as the provider sends it, `at_s` seconds after the start."""

    at_s: float
    tweet: Tweet
    is_copy: bool = False


class InlineSerial(Serial):
    """Makes the store's calls where it is asked, with some virtual time before and after each."""

    def __init__(self, world: Surroundings) -> None:
        super().__init__()
        self._turn = anyio.Lock()
        self._rng = Random(f"{world.seed}/serial/{world.record.life}")

    async def __call__(self, function: Callable[[*Args], Result], *args: *Args) -> Result:
        """Run `function(*args)`; as in the real one, a call that was begun is not cancelled."""
        await anyio.lowlevel.checkpoint()
        async with self._turn:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(self._rng.random() * 0.005)
                result = function(*args)
                await anyio.sleep(self._rng.random() * 0.005)
        return result


class SimulatedStore:
    """The real SQLite store behind a disk that fails, with a step before and after each call."""

    def __init__(self, store: Any, world: Surroundings, prefix: str = "") -> None:
        self._store = store
        self._world = world
        self._prefix = prefix
        self._rng = Random(f"{world.seed}/disk/{world.record.life}")
        self._vain_looks = 0
        self._vain_since_s = 0.0

    def __getattr__(self, name: str) -> Any:
        """Return the store's method of that name, or its part, with what may go wrong around it."""
        value = getattr(self._store, name)
        name = f"{self._prefix}{name}"
        return partial(self._call, name, value) if callable(value) else SimulatedStore(value, self._world, f"{name}.")

    def _call(self, name: str, method: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
        world = self._world
        world.step(f"before {name}")
        if self._fails(world.weather.disk.before) or self._is_down():
            self._fail(name, "nothing was changed")
        result = method(*args, **named)
        _note_written(world.record, name, args if name != "pass_on" else result)
        if name == "claim_due":
            self._looked(in_vain=not result)
        world.step(f"after {name}")
        if name in REPEATED and self._fails(world.weather.disk.after):
            world.record.failed_after_effect = True
            self._fail(name, "all was written")
        return result

    def _looked(self, *, in_vain: bool) -> None:
        """Notice a dispatcher that looks again and again though nothing is due."""
        now_s = anyio.current_time()
        if not in_vain or now_s - self._vain_since_s > 1:
            self._vain_looks, self._vain_since_s = 0, now_s
        self._vain_looks += 1
        if self._vain_looks == SPINNING:
            self._world.record.breaks(f"P6: {SPINNING} looks at the outbox within a second, and nothing was due")
            self._world.record.is_hopeless = True
            raise Crashed

    def _fails(self, chance: float) -> bool:
        return not self._world.is_calm and self._rng.random() < chance

    def _is_down(self) -> bool:
        return any(span.holds(anyio.current_time()) for span in self._world.weather.disk.down)

    def _fail(self, name: str, how: str) -> None:
        self._world.record.note(f"disk: {name} fails, {how}")
        self._world.record.disturbed_s = anyio.current_time()
        raise StoreUnavailable(f"the disk fails at {name}, {how}")


def _note_written(record: Record, name: str, args: Iterable[Any]) -> None:
    """Note what a call has put on the disk: whatever it is called, by what it was given."""
    lists: list[Sequence[Any]] = [arg for arg in args if isinstance(arg, list | tuple)]
    lists += [part for arg in args if isinstance(arg, Aftermath) for part in (arg.alerts, arg.deliveries)]
    for written in (item for items in lists for item in items):
        match written:
            case Alert():
                record.alerts.setdefault(written.id, written)
            case Delivery() if name == "withhold":
                record.dropped.add((written.alert.id, written.destination))
            case Delivery():
                record.committed.setdefault((written.alert.id, written.destination), anyio.current_time())
            case journal.FellBack():
                record.committed.setdefault((written.alert_id, written.to), anyio.current_time())
            case journal.Attempted():
                record.note(f"{name}: {written.alert_id} to {written.destination}: {written.outcome}")
                for send in record.sends_of(written.alert_id, written.destination)[-1:]:
                    send.recorded = True
            case journal.Connection(state="connected"):
                record.connected_s.append(anyio.current_time())
            case journal.Seen() | journal.Dropped() | journal.Shed() | journal.Unseen() | journal.Withheld():
                record.journalled.append((record.life, written))
            case _:
                pass


class SimulatedWorker(DestinationWorker):
    """Sends to a service that refuses, fails, hangs, or takes what it is sent and says nothing."""

    def __init__(self, world: Surroundings, destination: Destination, send_within: Any) -> None:
        super().__init__(destination, send_within)
        self._name = destination.name
        self._world = world
        self._within_s: float = send_within.total_seconds() + 1
        self._rng = Random(f"{world.seed}/{destination.name}/{world.record.life}")

    async def send(self, alert: Alert, attempt: int) -> Outcome:
        """Return how the send ended; note whether the service took it."""
        record = self._world.record
        self._world.step("before send")
        send = Send(alert, self._name, record.life, anyio.current_time())
        record.begin(send)
        fault = self._fault()
        try:
            outcome = await self._answer(send, fault)
        finally:
            send.ended_s = anyio.current_time()
            if send.answer is None and fault in ("none", "hangs") and self._rng.random() < 0.5:
                send.accepted = True  # cut off after it was on its way
            record.note(f"{self._name}: attempt {attempt} of {alert.id}: {fault}, {send.answer}, {send.accepted=}")
        self._world.step("after send")
        return outcome

    async def _answer(self, send: Send, fault: str) -> Outcome:
        faults = self._world.weather.destinations.get(self._name, DestinationFaults())
        await anyio.sleep(faults.takes_s * (0.5 + self._rng.random()))
        outcome: Outcome
        match fault:
            case "none":
                send.accepted, outcome = True, Delivered("200")
            case "refused":
                outcome = Refused("400 the service won't have it", 400)
            case "told_to_wait":
                pause = self._rng.choice((5, 60, 900))
                outcome = Unreachable("429 slow down", 429, timedelta(seconds=pause))
                send.not_before_s = anyio.current_time() + pause
            case "hangs":
                await anyio.sleep(self._within_s)
                return Unreachable("no answer in time")
            case "answer_lost":
                send.accepted = True
                return Unreachable("connection reset before the answer")
            case _:
                outcome = Unreachable("503 try again later", 503)
        send.answer = type(outcome).__name__.lower()
        return outcome

    def _fault(self) -> str:
        faults = self._world.weather.destinations.get(self._name, DestinationFaults())
        drawn = self._rng.random()
        if self._world.is_calm:
            return "none"
        if any(span.holds(anyio.current_time()) for span in faults.down):
            return "down"
        for name in ("refused", "unreachable", "told_to_wait", "hangs", "answer_lost"):
            drawn -= getattr(faults, name)
            if drawn < 0:
                return name
        return "none"


class SimulatedDestination:
    """Stands for a service; its worker does the work."""

    def __init__(self, name: DestinationName) -> None:
        self.name = name

    def send(self, alert: Alert, attempt: int) -> Outcome:
        """Never called: the worker is simulated too."""
        raise AssertionError("a simulated destination has no thread")


class SimulatedSource:
    """Puts into the inbox what the provider sends while the connection is up."""

    def __init__(self, world: Surroundings, arrivals: Iterable[Arrival]) -> None:
        self._world = world
        self._arrivals = tuple(arrivals)
        self._rng = Random(f"{world.seed}/source/{world.record.life}")

    async def run(self, inbox: Inbox) -> None:
        """Connect, and deliver until cancelled."""
        await anyio.sleep(0.1 + self._rng.random())
        since_s = anyio.current_time()
        inbox.put(Connected(self._world.clock.now()))
        for arrival in self._arrivals:
            if arrival.at_s <= since_s:
                continue
            since_s = max(since_s, await self._ride_out(inbox, arrival.at_s))
            if arrival.at_s > since_s:
                await anyio.sleep(arrival.at_s - anyio.current_time())
                self._put(inbox, arrival)
        await self._ride_out(inbox, float("inf"))
        await anyio.sleep_forever()

    async def _ride_out(self, inbox: Inbox, before_s: float) -> float:
        """Lose the connection as often as that happens before an instant; return since when it is up again."""
        up_since_s = 0.0
        for span in sorted(self._world.weather.stream.down, key=lambda span: span.since_s):
            if span.until_s <= anyio.current_time() or span.since_s >= before_s:
                continue
            await anyio.sleep(max(0.0, span.since_s - anyio.current_time()))
            lost_at, reason = self._world.clock.now(), "connection reset"
            inbox.put(Disconnected(lost_at, reason, None, Gap(lost_at, None, reason)))
            await anyio.sleep(max(0.0, span.until_s - anyio.current_time()))
            now = self._world.clock.now()
            inbox.put(Connected(now, Gap(lost_at, now, reason)))
            up_since_s = anyio.current_time()
        return up_since_s

    def _put(self, inbox: Inbox, arrival: Arrival) -> None:
        record, now = self._world.record, self._world.clock.now()
        known_in, _ = record.given.get(arrival.tweet.id, (None, 0.0))
        if arrival.is_copy and known_in == record.life and self._rng.random() < 0.5:
            inbox.put(Duplicate(arrival.tweet.id, now))
            return
        record.given[arrival.tweet.id] = record.life, anyio.current_time()
        tweet = arrival.tweet
        inbox.put(
            Received(
                Tweet(id=tweet.id, data=tweet.data, source="simulated", received_at=now, created_at=tweet.created_at)
            )
        )
