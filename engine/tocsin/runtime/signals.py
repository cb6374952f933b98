"""SIGTERM and SIGINT: the first asks for a drain, the second leaves at once. SIGHUP: look at the files again."""

import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

import anyio
from anyio.abc import TaskStatus


async def ask_on_hangup(ask: Callable[[], None], *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
    """Call `ask` at each SIGHUP; return at once where the system has no such signal."""
    if sys.platform == "win32":
        task_status.started()
        return
    with anyio.open_signal_receiver(signal.SIGHUP) as received:
        task_status.started()
        async for _ in received:
            ask()


async def stop_on_signal(
    stop: Callable[[str], None], *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> NoReturn:
    """Call `stop` with the signal's name at the first one; at the second end the process with 128 + its number."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as received:
        task_status.started()
        asked = False
        async for number in received:
            if asked:
                # No clean-up: whoever signals twice wants the prompt back. What isn't delivered is in the outbox.
                os._exit(128 + number)
            asked = True
            stop(number.name)
    raise AssertionError("a signal receiver ends only by cancellation")
