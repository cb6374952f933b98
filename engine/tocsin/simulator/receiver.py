"""A local HTTP server that records what is posted to it, and answers as it is told."""

import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self, TypeAlias

import anyio
from anyio.abc import TaskStatus

from tocsin.clock import Clock, SystemClock
from tocsin.telemetry.http import Request, Response, serve_http

_KEPT: Final = 100_000
_HANGS_FOR: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Received:
    """A POST as it came. Names of headers are in lower case."""

    at: datetime
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; None if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a POST is answered: after `delay`, or not within five minutes if it `hangs`."""

    status: int = 200
    body: bytes = b"ok"
    retry_after: str | None = None
    location: str | None = None
    delay: timedelta = timedelta(0)
    hangs: bool = False


OnReceived: TypeAlias = Callable[[Received], Awaitable[None]]


class Receiver:
    """`async with Receiver() as receiver:`, or `await tasks.start(receiver.serve)`; belongs to one event loop.

    `received` holds the last 100,000 POSTs, oldest first, whatever they were answered. `on_received` is awaited
    before each answer.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        on_received: OnReceived | None = None,
    ) -> None:
        self.received: deque[Received] = deque(maxlen=_KEPT)
        self._host = host
        self._port = port
        self._clock = clock or SystemClock()
        self._on_received = on_received
        self._scripts: dict[str, deque[Answer]] = {}
        self._otherwise: dict[str, Answer] = {}
        self._arrived = anyio.Event()

    @property
    def url(self) -> str:
        """Where it listens, without a path, once it serves: `http://127.0.0.1:PORT`."""
        return f"http://{self._host}:{self._port}"

    def answer(self, path: str, *answers: Answer, then: Answer | None = None) -> None:
        """Answer POSTs to `path` with these, one after the other, and further ones with `then` (default: 200 `ok`)."""
        self._scripts[path] = deque(answers)
        self._otherwise[path] = then or Answer()

    async def until(self, count: int) -> None:
        """Wait until that many POSTs have come in all."""
        while len(self.received) < count:
            await self._arrived.wait()

    async def serve(self, *, task_status: TaskStatus[str] = anyio.TASK_STATUS_IGNORED) -> None:
        """Serve until cancelled; reports `url` once it listens.

        Raises:
            OSError: it can't listen there.
        """
        async with anyio.create_task_group() as tasks:
            self._port = await tasks.start(serve_http, (self._host, self._port), self._handle)
            task_status.started(self.url)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(anyio.create_task_group())
            await tasks.start(self.serve)
            stack.callback(tasks.cancel_scope.cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, where)

    async def _handle(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(status=405, body=b"POST only\n", headers=(("Allow", "POST"),))
        received = Received(self._clock.now(), request.path, request.headers, request.body)
        self.received.append(received)
        self._arrived.set()
        self._arrived = anyio.Event()
        if self._on_received is not None:
            await self._on_received(received)
        return await self._answer(request.path)

    async def _answer(self, path: str) -> Response:
        script = self._scripts.get(path)
        answer = script.popleft() if script else self._otherwise.get(path, Answer())
        if answer.hangs:
            await anyio.sleep(_HANGS_FOR.total_seconds())
        await anyio.sleep(answer.delay.total_seconds())
        named = (("Retry-After", answer.retry_after), ("Location", answer.location))
        headers = tuple((name, value) for name, value in named if value is not None)
        return Response(status=answer.status, body=answer.body, headers=headers)
