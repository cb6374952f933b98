"""A thread that calls one plugin's function for one tweet after the other, and that can be left behind."""

import ctypes
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from inspect import isawaitable, iscoroutinefunction
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import finalize

from tocsin.clock import Clock
from tocsin.plugins.breaker import FAILURES

if TYPE_CHECKING:
    import asyncio


class TookTooLong(Exception):
    """A call was given up at the end of its budget."""


class LeftBehind(BaseException):
    """Raised in a thread that nobody waits for any more, so that it stops burning the processor."""


def end_soon(thread: Thread | None) -> None:
    """Raise `LeftBehind` in a thread. Python code has it at the next instruction, a call that sleeps in C on waking.

    Not where the caller is traced, by a debugger or for coverage: Python 3.11 then never gets past the next function
    that begins, for as long as the exception waits for a call in C to end.
    """
    if sys.gettrace() is not None:
        return
    if thread is not None and thread.ident is not None and thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(LeftBehind))


@dataclass(frozen=True, slots=True)
class Result:
    """How one call ended: what it returned or raised, and how long that took."""

    value: Any = None
    error: BaseException | None = None
    took_s: float = 0.0


@dataclass(slots=True)
class Job:
    """Calls to make, one for each input; `results` grows as they end.

    Calls stop early after a row of failures, or of calls that took longer than `budget_s`: so they would for the next
    input. `cut_s` is what an async call is cancelled after.
    """

    function: Callable[[Any], Any]
    inputs: Sequence[Any]
    clock: Clock
    budget_s: float = float("inf")
    cut_s: float | None = None
    results: list[Result] = field(default_factory=list)
    is_done: bool = False
    _row: int = 0

    @property
    def is_over(self) -> bool:
        """Whether no further call shall be made."""
        return len(self.results) >= len(self.inputs) or self._row >= FAILURES

    def note(self, started: float, value: Any = None, error: BaseException | None = None) -> None:
        """Keep how a call ended."""
        took_s = self.clock.monotonic() - started
        self._row = self._row + 1 if error is not None or took_s > self.budget_s else 0
        self.results.append(Result(value, error, took_s))


_Queued: TypeAlias = tuple[Job, Callable[[], None]] | None


class Runner:
    """One plugin's thread, which begins with the first job. Coroutines run in an event loop that lives as long.

    A job that never ends is left behind with its thread; until that ends `start` refuses, so at most one hangs.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs = SimpleQueue[_Queued]()
        self._thread: Thread | None = None
        self._is_left = False

    def start(self, job: Job, when_done: Callable[[], None]) -> bool:
        """Begin a job; `when_done` is called in the thread at its end. False if an earlier one still hangs."""
        if self._is_left and self._thread is not None and self._thread.is_alive():
            return False
        if self._thread is None or not self._thread.is_alive():
            self._begin()
        self._jobs.put((job, when_done))
        return True

    def leave_behind(self) -> None:
        """Wait no more for the job under way; its thread ends when it can."""
        self._is_left = True
        self._jobs.put(None)
        end_soon(self._thread)

    def _begin(self) -> None:
        self._jobs, self._is_left = SimpleQueue[_Queued](), False
        self._thread = Thread(target=_serve_quietly, args=(self._jobs,), name=self._name, daemon=True)
        self._thread.start()
        finalize(self, self._jobs.put, None)


def _serve_quietly(jobs: SimpleQueue[_Queued]) -> None:
    # Asynchronous, so it may come anywhere in there.
    with suppress(LeftBehind):
        _serve(jobs)


def _serve(jobs: SimpleQueue[_Queued]) -> None:
    """Do jobs until there is a None among them."""
    loop = _Loop()
    try:
        while (queued := jobs.get()) is not None:
            job, when_done = queued
            _do(job, loop)
            job.is_done = True
            when_done()
    finally:
        loop.close()


def _do(job: Job, loop: "_Loop") -> None:
    if is_async(job.function):
        while not job.is_over:
            before, started = len(job.results), job.clock.monotonic()
            try:
                loop.run(_each(job))
            except LeftBehind:
                raise
            except BaseException as error:  # noqa: BLE001 - from a task that the plugin began: it ends the loop's run
                if len(job.results) == before:
                    job.note(started, error=error)
        return
    while not job.is_over:
        item, started = job.inputs[len(job.results)], job.clock.monotonic()
        try:
            value = job.function(item)
            if isawaitable(value):
                value = loop.run(_limited(value, job.cut_s))
        except LeftBehind:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin's code
            job.note(started, error=error)
        else:
            job.note(started, value)


async def _each(job: Job) -> None:
    while not job.is_over:
        item, started = job.inputs[len(job.results)], job.clock.monotonic()
        try:
            value = await _limited(job.function(item), job.cut_s)
        except LeftBehind:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin's code
            job.note(started, error=error)
        else:
            job.note(started, value)


async def _limited(awaitable: Awaitable[Any], cut_s: float | None) -> Any:
    import asyncio  # here: `tocsin check` has no need of it, and it takes 15 ms

    limit = asyncio.timeout(cut_s)
    try:
        async with limit:
            return await awaitable
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise TookTooLong(f"gave no answer within {cut_s:g} s") from error


def is_async(function: Callable[..., Any]) -> bool:
    """Return whether calling the function gives a coroutine."""
    return iscoroutinefunction(function) or iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004


class _Loop:
    """An event loop that begins when it is first needed."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        if self._runner is None:
            import asyncio

            self._runner = asyncio.Runner()
        return self._runner.run(coroutine)

    def close(self) -> None:
        if self._runner is not None:
            self._runner.close()
