"""Serves the operators' paths from a thread of its own, so that /livez has an answer when the event loop has none.

asyncio's own, not anyio's portal: a call through a portal waits for the event loop that it leads to.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from anyio.from_thread import start_blocking_portal

from tocsin.runtime.pulse import Pulse
from tocsin.telemetry.http import Handler, Request, Response, serve_http

PATIENCE_S: Final = 5.0
"""How long an answer of the event loop is waited for."""


@contextmanager
def serving_aside(where: tuple[str, int], handler: Handler, pulse: Pulse) -> Iterator[int]:
    """Serve while the block runs, and yield the port; `handler` is called on the event loop that runs now.

    /livez is answered here: 200 while that loop turns, else 503.

    Raises:
        OSError: it can't listen there.
    """
    aside = _Aside(handler, asyncio.get_running_loop(), pulse)
    with start_blocking_portal("asyncio") as portal:
        serving, port = portal.start_task(serve_http, where, aside)
        try:
            yield port
        finally:
            # Whoever still waits for an answer is cancelled with it.
            serving.cancel()


class _Aside:
    def __init__(self, handler: Handler, loop: asyncio.AbstractEventLoop, pulse: Pulse) -> None:
        self._handler = handler
        self._loop = loop
        self._pulse = pulse

    async def __call__(self, request: Request) -> Response:
        if request.path == "/livez" and request.method in {"GET", "HEAD"}:
            return self._alive()
        answering = asyncio.run_coroutine_threadsafe(self._answer(request), self._loop)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(answering), PATIENCE_S)
        except TimeoutError:
            return Response(status=503, body=b"no answer: the program is busy or stuck\n")

    async def _answer(self, request: Request) -> Response:
        return await self._handler(request)

    def _alive(self) -> Response:
        stuck = self._pulse.stuck_for()
        if stuck is None:
            return Response(status=200, body=b"alive\n")
        return Response(status=503, body=f"the event loop has not turned for {stuck.total_seconds():.0f} s\n".encode())
