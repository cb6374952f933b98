"""Runs a destination's blocking sends in a thread of its own, so that none delays another or the program's end."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import anyio
import anyio.from_thread
import anyio.lowlevel

from tocsin.model import Alert, Outcome, Unreachable
from tocsin.notify.destination import Destination

STUCK_MAX = 3
"""How many threads of one destination may hang before it gets no new one until one of them comes back."""

_GRACE = timedelta(seconds=1)
"""What a destination that keeps its own time may run over before its thread is given up."""


@dataclass(slots=True)
class _Job:
    """One send; `answer` runs on the event loop with the outcome."""

    alert: Alert
    attempt: int
    answer: Callable[[Outcome], None]
    token: anyio.lowlevel.EventLoopToken


_Queue: TypeAlias = "queue.Queue[_Job | None]"


class DestinationWorker:
    """One daemon thread, one send at a time. A thread that overruns the deadline is left behind and replaced.

    What a left-behind thread comes back with is not used: the delivery is tried again, under the same alert id.
    """

    def __init__(self, destination: Destination, send_within: timedelta) -> None:
        self._destination = destination
        self._send_within = send_within
        self._queue: _Queue | None = None
        self._stuck = 0

    async def send(self, alert: Alert, attempt: int) -> Outcome:
        """Return how the send ended, at the latest when its time is up; never raises for what the destination does."""
        if self._stuck >= STUCK_MAX:
            return Unreachable(f"{self._stuck} earlier sends still hang without an answer")
        arrived = anyio.Event()
        outcomes: list[Outcome] = []
        given_up = False

        def answer(outcome: Outcome) -> None:
            if given_up:
                self._stuck -= 1
                return
            outcomes.append(outcome)
            arrived.set()

        jobs = self._thread()
        jobs.put_nowait(_Job(alert, attempt, answer, anyio.lowlevel.current_token()))
        try:
            with anyio.move_on_after((self._send_within + _GRACE).total_seconds()):
                await arrived.wait()
        finally:
            if not outcomes:
                given_up = True
                self._stuck += 1
                self.close()
        if outcomes:
            return outcomes[0]
        return Unreachable(f"no answer within {self._send_within.total_seconds():g} s")

    def close(self) -> None:
        """Let the thread end after the send it is in, without waiting for it."""
        if self._queue is not None:
            self._queue.put_nowait(None)
            self._queue = None

    def _thread(self) -> _Queue:
        if self._queue is None:
            # One job and the word to end after it: the dispatcher keeps one send in flight per destination.
            self._queue = queue.Queue(maxsize=2)
            name = f"tocsin-send-{self._destination.name}"
            threading.Thread(target=_work, args=(self._destination, self._queue), name=name, daemon=True).start()
        return self._queue


def _work(destination: Destination, jobs: _Queue) -> None:
    while (job := jobs.get()) is not None:
        outcome = _outcome(destination, job)
        try:
            anyio.from_thread.run_sync(job.answer, outcome, token=job.token)
        except anyio.RunFinishedError:
            # The program is ending: the delivery stays in the outbox.
            return


def _outcome(destination: Destination, job: _Job) -> Outcome:
    try:
        return destination.send(job.alert, job.attempt)
    except BaseException as error:  # noqa: BLE001 - the top of a thread; an action may raise anything, even SystemExit
        # Only the kind: the text may hold an address or a key.
        return Unreachable(f"the destination failed with {type(error).__name__}")
