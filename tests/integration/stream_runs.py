"""A source at work against a server on loopback, and what a test wants to know of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import anyio
import pytest

from tests.integration.stream_server import Behaviour, StreamServer, serving
from tocsin.clock import SystemClock
from tocsin.config.secret import Secret
from tocsin.config.settings import SourceSettings, Subscription
from tocsin.errors import StreamRefused
from tocsin.sources.scrapest.connection import ScrapestSource
from tocsin.sources.scrapest.link import Timing
from tocsin.sources.source import Inbox, SourceEvent

KEY = "canary-key-7f3a"
WANTED = (Subscription(keywords=("outage",)),)

QUICK = Timing(
    handshake_limit=timedelta(seconds=0.8),
    ping_every=timedelta(seconds=0.2),
    silence_limit=timedelta(seconds=0.8),
)
PATIENT = Timing(
    handshake_limit=timedelta(seconds=5), ping_every=timedelta(seconds=5), silence_limit=timedelta(seconds=60)
)


@dataclass
class Run:
    """A source at work, and what it has done so far; pauses between attempts are noted instead of waited for."""

    source: ScrapestSource
    server: StreamServer
    inbox: Inbox
    pauses: list[float]
    logged: list[tuple[str, str]]
    events: list[SourceEvent] = field(default_factory=list)

    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    async def start(self) -> None:
        """Run the source until `cancel`."""
        with self.scope:
            await self.source.run(self.inbox)

    def cancel(self) -> None:
        """Stop the source as a shutdown does."""
        self.scope.cancel()

    async def until_server_heard(self, count: int) -> None:
        """Wait until the newest connection's server has had so many messages."""
        with anyio.fail_after(10):
            while len(self.server.peers[-1].messages) < count:
                await anyio.wait_all_tasks_blocked()

    async def until(self, *kinds: type, within_s: float = 10) -> None:
        """Take events until each kind has come once more, in this order."""
        with anyio.fail_after(within_s):
            for kind in kinds:
                while not isinstance(await self._next(), kind):
                    pass

    async def _next(self) -> SourceEvent:
        [event] = await self.inbox.take(1)
        self.events.append(event)
        return event


@asynccontextmanager
async def running(
    *behaviours: Behaviour, timing: Timing = PATIENT, subscriptions: Sequence[Subscription] = WANTED
) -> AsyncIterator[Run]:
    """Run a source against a server that behaves so, until the block ends."""
    async with serving(*behaviours) as server:
        run = new_run(server, timing, subscriptions)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run.start)
            yield run
            run.cancel()


async def refused(behaviour: Behaviour) -> tuple[Run, StreamRefused]:
    """Run until the source gives up."""
    async with serving(behaviour) as server:
        run = new_run(server, PATIENT)
        with anyio.fail_after(5), pytest.raises(StreamRefused) as caught:
            await run.source.run(run.inbox)
        return run, caught.value


def new_run(server: StreamServer, timing: Timing, subscriptions: Sequence[Subscription] = WANTED) -> Run:
    """Return a source that is set up for a server, not started yet."""
    pauses: list[float] = []
    logged: list[tuple[str, str]] = []
    source = ScrapestSource(
        SourceSettings(url=server.url, api_key=Secret(KEY)),
        subscriptions,
        clock=SystemClock(),
        rng=Random(1),
        log=lambda level, event, **fields: logged.append((level, event)),
        timing=timing,
        sleep=noting(pauses),
    )
    return Run(source, server, Inbox(), pauses, logged)


def noting(pauses: list[float]) -> Callable[[float], Awaitable[None]]:
    """Return a sleep that only notes how long it was asked to be."""

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await anyio.sleep(0)

    return sleep
