"""Watches calls of plugins that the whole program waits for: tells of those that take long, and interrupts them.

Operators and filters are called in the middle of a decision, and modules are imported where nothing else can go on.
While such calls are made, a timer of the system sends a signal forty times a second; its handler looks at which call is
under way, and raises in one that is past its limit. That ends Python code, a sleep, a wait for a lock or a socket, and
a regular expression that runs away. A second thread could not do it: a regular expression keeps the interpreter's lock.
C code that keeps the lock and never looks for signals can't be interrupted by anything but the end of the process.
"""

import atexit
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import current_thread, main_thread
from types import FrameType
from typing import Any, Final

from tocsin.clock import Clock, SystemClock
from tocsin.plugins.breaker import QUARANTINE

TICK_S: Final = 0.025
CALL_LIMIT_S: Final = 0.075
"""How long an operator or a filter may take. Counted in ticks, so that a machine that stands still harms nobody."""

LOAD_LIMIT_S: Final = 30.0
"""How long the import of a plugin, or one of its hooks, may take."""

TELL_AFTER_S: Final = 2.0
"""A call under way for so long is told of while it lasts."""

STRIKES: Final = 3
"""So many interruptions put an operator or filter in quarantine."""

PAUSE: Final = timedelta(seconds=1)
"""How long it isn't called after each: it hung on one tweet, and the next may be like that one."""


class Hung(Exception):
    """A call was interrupted since it took too long, or wasn't made since others did."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A call that is watched: of which plugin, in words what, and how long it may take."""

    plugin: str
    what: str
    limit_s: float = CALL_LIMIT_S


class Watch:
    """Knows what is being called, and interrupts it; `say` is told of calls that last.

    Works where the system has timers (all but Windows), for calls in the main thread, once that has called `start`;
    elsewhere calls are made all the same.
    """

    def __init__(self, clock: Clock | None = None, say: Callable[[str], None] | None = None) -> None:
        self._clock = clock if clock is not None else SystemClock()
        self.say = say if say is not None else _say
        self._under_way: Watched | None = None
        self._count = 0
        self._seen = 0
        self._ticks = 0
        self._strikes: dict[Watched, int] = {}
        self._resting: dict[Watched, float] = {}
        self._has_timer = False
        # True also where there is no timer to set.
        self._is_ticking = True

    def call(self, watched: Watched, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Return what the function returns.

        Raises:
            Hung: it took too long, or did so repeatedly not long ago.
            BaseException: whatever it raises.
        """
        if self._resting and self._is_resting(watched):
            raise Hung("not called for a while, since it took too long")
        self._count += 1
        self._under_way = watched
        if not self._is_ticking:
            self._tick_again()
        try:
            return _invoke(function, arguments, named)
        except Interrupted:
            self._hung(watched)
            raise Hung(f"took longer than {watched.limit_s:g} s and was interrupted") from None
        finally:
            self._under_way = None

    @property
    def is_calling(self) -> bool:
        """Whether a plugin's code is being called this moment."""
        return self._under_way is not None

    @property
    def resting(self) -> tuple[Watched, ...]:
        """What isn't called for a while."""
        return tuple(watched for watched in list(self._resting) if self._is_resting(watched))

    def start(self) -> None:
        """Take the system's timer, unless somebody else has it."""
        if not hasattr(signal, "setitimer") or current_thread() is not main_thread():
            return
        handler = signal.getsignal(signal.SIGALRM)
        if handler in (signal.SIG_DFL, signal.SIG_IGN) or isinstance(getattr(handler, "__self__", None), Watch):
            signal.signal(signal.SIGALRM, self._tick)
            self._has_timer = True
            # At its end Python gives the signal its old meaning back, which is to end the process.
            atexit.register(_stop)
            os.register_at_fork(after_in_child=self._forked)
            self._is_ticking = False

    def stop(self) -> None:
        """Give the system's timer back, if it is ours."""
        if not self._has_timer:
            return
        self._has_timer, self._is_ticking = False, True
        _stop()

    def _forked(self) -> None:
        # A child has the handler, and no timer.
        self._under_way, self._is_ticking = None, not self._has_timer

    def _tick_again(self) -> None:
        self._is_ticking = True
        signal.setitimer(signal.ITIMER_REAL, TICK_S)

    def _tick(self, number: int, frame: FrameType | None) -> None:
        """Count for how many ticks the same call has been under way, and act on it."""
        del number
        watched, count = self._under_way, self._count
        if watched is None and count == self._seen:
            self._is_ticking = False  # the next call sets the timer again
            return
        self._tick_again()
        if watched is None or count != self._seen:
            self._seen, self._ticks = count, 0
            return
        self._ticks += 1
        if self._ticks == round(TELL_AFTER_S / TICK_S):
            self.say(f"plugin {watched.plugin}: {watched.what} has been under way for {TELL_AFTER_S:g} s")
        if self._ticks >= round(watched.limit_s / TICK_S) and _is_within(frame):
            raise Interrupted

    def _hung(self, watched: Watched) -> None:
        strikes = self._strikes.get(watched, 0) + 1
        rest = QUARANTINE if strikes >= STRIKES else PAUSE
        self._strikes[watched] = strikes % STRIKES
        self._resting[watched] = self._clock.monotonic() + rest.total_seconds()

    def _is_resting(self, watched: Watched) -> bool:
        until = self._resting.get(watched)
        if until is not None and self._clock.monotonic() >= until:
            del self._resting[watched]
            return False
        return until is not None


class Interrupted(Exception):
    """Raised by the signal's handler in the call that is under way."""


def _invoke(function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Call; the handler raises only below this function, where `Watch.call` catches it."""
    return function(*arguments, **named)


_INVOKE: Final = _invoke.__code__


def is_in_a_plugin() -> bool:
    """Return whether the caller runs within a call that a watch made. Costs a look at each frame of the stack."""
    return _is_within(sys._getframe())


def _is_within(frame: FrameType | None) -> bool:
    """Return whether the main thread is in a call: one that has just ended is not in its stack any more."""
    while frame is not None:
        if frame.f_code is _INVOKE:
            return True
        frame = frame.f_back
    return False


def _stop() -> None:
    """Ignore the signal first: its handler would set the timer again."""
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _say(text: str) -> None:
    with suppress(RuntimeError, OSError, ValueError):  # in the middle of another write, or closed
        sys.stderr.write(f"tocsin: {text}\n")
        sys.stderr.flush()
