"""One thread's worth of store: every call in turn, off the event loop."""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import anyio
import anyio.to_thread

Args = TypeVarTuple("Args")
Result = TypeVar("Result")


class Serial:
    """Runs blocking calls one at a time in worker threads, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(1)

    async def __call__(self, function: Callable[[*Args], Result], *args: *Args) -> Result:
        """Run `function(*args)` and return its result.

        Once begun a call is waited for, whatever is cancelled meanwhile: a half-known commit would be worse than
        a late one.
        """
        return await anyio.to_thread.run_sync(function, *args, limiter=self._limiter)
