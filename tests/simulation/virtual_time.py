"""Time that passes only when nothing else can happen: days in milliseconds, the same each time.

tocsin runs on asyncio, and so does the simulation: the loop is asyncio's own, but where it would wait for the next
timer it moves its clock there. There are no threads and no sockets; what waits for one would wait for ever, and that
is an error here.
"""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import anyio

START = datetime(2026, 10, 10, 12, 0, tzinfo=UTC)
"""Within 30 days of it the clocks change twice: on 25 October in Zurich, on 1 November in New York."""

T = TypeVar("T")


class StandsStill(Exception):
    """Everything waits, and no timer will ever end it."""


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: tells how long it was asked to wait."""

    def __init__(self, passes: Callable[[float], None]) -> None:
        super().__init__()
        self._passes = passes

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let the time pass at once."""
        if timeout is None:
            raise StandsStill("every task waits, and no timer is set: a wake-up was lost, or a thread was started")
        self._passes(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's loop with a clock that jumps."""

    def __init__(self) -> None:
        self._elapsed_s = 0.0
        super().__init__(_Jumping(self._pass))

    def time(self) -> float:
        """Return the seconds of virtual time since the start."""
        return self._elapsed_s

    def _pass(self, seconds: float) -> None:
        self._elapsed_s += max(0.0, seconds)


class VirtualClock:
    """A `Clock` over the loop's time; `skew` is what the wall clock was moved by."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self.skew = timedelta()

    def now(self) -> datetime:
        """Return the wall-clock time."""
        return self._start + timedelta(seconds=self.monotonic()) + self.skew

    def monotonic(self) -> float:
        """Return the seconds since the start; nothing moves them but time."""
        return anyio.current_time()


def run_virtually(main: Callable[[], Awaitable[T]]) -> T:
    """Run `main` to its end in virtual time and return what it returns."""
    options: dict[str, Any] = {"loop_factory": VirtualLoop}
    return anyio.run(main, backend="asyncio", backend_options=options)
