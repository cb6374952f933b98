"""How much longer 50 healthy destinations wait when one beside them hangs, and one refuses connections.

`make test` runs it small, for correctness. `make bench` measures the ratio of the 99th percentiles (the aim is at most
1.2); nothing fails on time.
"""

import threading
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles

import anyio
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.alerts import make_alert
from tocsin.clock import SystemClock
from tocsin.model import Alert, Delivered, Delivery, DestinationName, Outcome, Unreachable
from tocsin.runtime.dispatching.dispatcher import Dispatcher
from tocsin.runtime.serial import Serial
from tocsin.store.sqlite import SqliteStore

HEALTHY, ROUNDS, EVERY_S, REPEATS = 50, 15, 0.3, 5
AIM = 1.2


@dataclass
class Timed:
    """Takes everything at once, and notes how long after the alert arose."""

    name: DestinationName
    took_s: list[float] = field(default_factory=list)

    def send(self, alert: Alert, attempt: int) -> Outcome:
        """Take it."""
        self.took_s.append(time.time() - alert.at.timestamp())  # noqa: TID251
        return Delivered()


@dataclass
class Dead:
    """Answers nothing until it is let go, or can't be reached."""

    name: DestinationName
    let_go: threading.Event | None = None

    def send(self, alert: Alert, attempt: int) -> Outcome:
        """Fail."""
        if self.let_go is not None:
            self.let_go.wait(15)
        return Unreachable("connection refused")


async def deliver(folder: Path, healthy: int, rounds: int, every_s: float, *, with_dead: bool) -> list[float]:
    """Return how long each delivery to a healthy destination took, from its alert to its arrival."""
    store, clock, in_store = SqliteStore.open(folder / f"{time.monotonic_ns()}.db"), SystemClock(), Serial()
    timed = [Timed(DestinationName(f"healthy-{number}")) for number in range(healthy)]
    let_go = threading.Event()
    dead = [Dead(DestinationName("hangs"), let_go), Dead(DestinationName("gone"))] if with_dead else []
    everyone: dict[DestinationName, Timed | Dead] = {one.name: one for one in timed}
    everyone |= {one.name: one for one in dead}
    dispatcher = Dispatcher(store, everyone, {}, clock, Random(1), lambda entry: None, in_store)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(dispatcher.run)
        for number in range(rounds):
            now = clock.now()
            alert = replace(make_alert(number), at=now)
            to = [Delivery(alert=alert, destination=name, due_at=now) for name in everyone]
            await in_store(store.commit, [alert], to, [])
            dispatcher.wake()
            await anyio.sleep(every_s)
        while any(len(one.took_s) < rounds for one in timed):
            await anyio.sleep(0.01)
        let_go.set()
        await dispatcher.drain(timedelta(seconds=5))
    store.close()
    return [took for one in timed for took in one.took_s]


def p99(folder: Path, healthy: int, rounds: int, every_s: float, *, with_dead: bool) -> float:
    took = anyio.run(lambda: deliver(folder, healthy, rounds, every_s, with_dead=with_dead))
    assert len(took) == healthy * rounds
    return quantiles(took, n=100)[98]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_dead_destination_beside_healthy_ones(
    benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark(lambda: p99(tmp_path, 5, 3, 0.0, with_dead=True))
    if benchmark.stats is None:
        return
    # By turns: what else the machine does should weigh on both alike.
    pairs, spent_s = [], [0.0, 0.0]
    for _ in range(REPEATS):
        pair = []
        for side, with_dead in enumerate((False, True)):
            began = time.process_time()
            pair.append(p99(tmp_path, HEALTHY, ROUNDS, EVERY_S, with_dead=with_dead))
            spent_s[side] += time.process_time() - began
        pairs.append(pair)
    alone, beside = (median(pair[side] for pair in pairs) * 1000 for side in (0, 1))
    ratios = sorted(pair[1] / pair[0] for pair in pairs)
    with capsys.disabled():
        print(f"\np99 of {HEALTHY} healthy destinations: {alone:.0f} ms alone, {beside:.0f} ms beside two dead ones")
        print(f"processor time: {spent_s[1] / spent_s[0]:.2f} times that of alone")
        print(f"ratio {median(ratios):.2f} (of {REPEATS}: {ratios[0]:.2f} to {ratios[-1]:.2f}; aim {AIM})")
