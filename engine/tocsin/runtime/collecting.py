"""Python's garbage collector, kept from stopping the stream.

A full collection looks at every object and lets nothing else run: with 1,000 rules 100 ms and more, several times in
one reload. Reading files makes many objects and hardly any garbage that needs it: rules hold no circles, so that what
is let go of is freed without the collector.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def set_aside() -> None:
    """Have later collections pass over everything that there is now: modules, plugins, the rules of the start."""
    gc.collect()
    gc.freeze()


@contextmanager
def paused() -> Iterator[None]:
    """Collect nothing while the block runs, in whatever thread, nor ever what it left; afterwards as before."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # All that was made is young to the collector: the very next round, however small, would look at all of it.
        gc.freeze()
        if was_enabled:
            gc.enable()
