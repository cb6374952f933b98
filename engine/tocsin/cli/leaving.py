"""The end of the process: threads that a plugin has begun and left running don't keep it."""

import os
import sys
import threading
from contextlib import suppress
from typing import Final

WAIT_S: Final = 0.5
"""How long such threads are waited for, all together."""


def leave_threads_behind(status: object) -> None:
    """End the process here if other threads would keep it from ending; return if none does."""
    left = _left()
    for thread in left:
        thread.join(WAIT_S / len(left))
    left = _left()
    if not left:
        return
    for thread in left:
        print(f"tocsin: leaving without thread {thread.name!r}{_of(thread)}, which still runs", file=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a pipe that nobody reads any more
            stream.flush()
    os._exit(status if isinstance(status, int) else 0 if status is None else 1)


def _left() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if not thread.daemon and thread is not threading.main_thread()]


def _of(thread: threading.Thread) -> str:
    """Return which module the thread's function is from, as far as that can be told."""
    function = getattr(thread, "_target", None) or type(thread).run
    module = getattr(function, "__module__", None)
    return f" of {module}" if module else ""
