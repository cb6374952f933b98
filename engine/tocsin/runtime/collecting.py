"""What Python does with all threads at once, kept from stopping the stream: garbage collection, and its great lock.

A full collection looks at every object and lets nothing else run: with 1,000 rules 100 ms and more, several times in
one reload. Reading files makes many objects and hardly any garbage that needs it: rules hold no circles, so that what
is let go of is freed without the collector.

A thread that computes lets others run once they have waited for a while, 5 ms unless told otherwise, and the event
loop waits so long in each of its rounds.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from tocsin.clock import Clock

TURN_S: Final = 0.0005
"""How long the event loop waits for a thread that works beside it; a tenth of that gains nothing more."""


_BETWEEN: Final = (50_000, 4, 2)
"""Objects, rounds, rounds of rounds: more objects than a batch of tweets holds, so that no round falls into one."""

_FEW: Final = 700
"""With so few new objects a look gains nothing."""

_FULL_EVERY: Final = 8
"""One look in so many, between batches, is at everything that isn't passed over."""

_LONG_S: Final = 0.002


@contextmanager
def in_short_rounds(clock: Clock) -> Iterator[None]:
    """Have no collection take long while the block runs, whatever is kept; afterwards all is as before.

    Batches of tweets are not looked at while they are worked on, for all of it is in use: who works on them calls
    `collect_between_batches` once they are let go of, when there is next to nothing to look at.

    Later collections pass over everything that there is when it begins: modules, plugins, the rules and their index.
    Where one of all other objects takes long all the same, it passes over these from then on, too: they are in use, and
    alerts and what is made of rules hold no circles. The price are circles that are about to be left at that moment.
    """
    before, began_s = gc.get_threshold(), 0.0

    def watch(phase: str, about: dict[str, int]) -> None:
        nonlocal began_s
        if about["generation"] < 2:
            return
        if phase == "start":
            began_s = clock.monotonic()
        elif clock.monotonic() - began_s > _LONG_S:
            gc.freeze()

    gc.collect()
    gc.freeze()
    # Once more, though there is nothing: the next full collection waits for a quarter of what the last one found.
    gc.collect()
    gc.set_threshold(*_BETWEEN)
    gc.callbacks.append(watch)
    try:
        yield
    finally:
        gc.callbacks.remove(watch)
        gc.set_threshold(*before)
        gc.unfreeze()


def collect_between_batches() -> None:
    """Look for garbage now that a batch is done and let go of; nothing if little is new, or if none is wanted."""
    if gc.isenabled() and gc.get_count()[0] > _FEW:
        gc.collect(2 if gc.get_count()[2] >= _FULL_EVERY else 1)


class _Beside:
    """How many threads are at work beside the stream, and how things were before the first of them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._count = 0
        self._was_enabled = False
        self._turn_s = 0.0

    def begin(self) -> None:
        with self._lock:
            self._count += 1
            if self._count == 1:
                self._was_enabled, self._turn_s = gc.isenabled(), sys.getswitchinterval()
                gc.disable()
                sys.setswitchinterval(min(TURN_S, self._turn_s))

    def end(self) -> None:
        with self._lock:
            # All that was made is young to the collector: the very next round, however small, would look at all of it.
            gc.freeze()
            self._count -= 1
            if self._count == 0:
                sys.setswitchinterval(self._turn_s)
                if self._was_enabled:
                    gc.enable()


_beside: Final = _Beside()


@contextmanager
def beside_the_stream() -> Iterator[None]:
    """Let work in a thread disturb others as little as can be, while the block runs; afterwards all is as before.

    Nothing is collected meanwhile, in whatever thread, and what is there at the end never is.
    """
    _beside.begin()
    try:
        yield
    finally:
        _beside.end()
