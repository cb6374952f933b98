"""SIGTERM and SIGINT: the first asks for a drain, the second leaves at once."""

import os
import signal
from collections.abc import Callable
from typing import NoReturn

import anyio
from anyio.abc import TaskStatus


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
