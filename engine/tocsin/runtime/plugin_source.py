"""A plugin's source as one that the engine knows: what it hands over into the inbox, tried again when it breaks."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, assert_never

import anyio
import anyio.to_thread
from anyio.from_thread import run_sync as run_sync_from_thread
from anyio.lowlevel import current_token

from tocsin.clock import Clock
from tocsin.config.settings import SourceSettings
from tocsin.errors import StreamRefused
from tocsin.hookspecs import Source
from tocsin.journal import PluginFailed
from tocsin.model import Gap
from tocsin.plugins.host import Host
from tocsin.plugins.source import (
    Broke,
    Ending,
    Finished,
    Gave,
    GaveRubbish,
    Given,
    Missed,
    Refused,
    Sees,
    SourceThread,
    source_options,
)
from tocsin.sources.jsonl import tweet_from_line
from tocsin.sources.scrapest.backoff import Backoff
from tocsin.sources.scrapest.decode import Malformed
from tocsin.sources.scrapest.protocol import Unrecognised
from tocsin.sources.source import Connected, Disconnected, Inbox, Received, SourceEvent, Unusable

PROVEN_AFTER: Final = timedelta(minutes=1)
"""A run that lasted so long was good: what failed before it no longer counts."""

STOP_LIMIT_S: Final = 1.0
"""How long a cancelled source may take to stop; then its thread is left behind."""


def plugin_source(
    settings: SourceSettings, host: Host, *, clock: Clock, rng: Random, on_failure: Callable[[PluginFailed], None]
) -> "PluginSource":
    """Return the source of a type that a plugin brings.

    Raises:
        PluginError: it doesn't take the options.
    """
    plugin, source = host.sources[settings.type]
    options = source_options(plugin, source, settings.options)
    return PluginSource(plugin, source, options, clock=clock, rng=rng, on_failure=on_failure)


class PluginSource:
    """Runs a plugin's source, and runs it again after a pause for as long as it breaks; a `sources.source.Source`."""

    def __init__(
        self,
        plugin: str,
        source: Source,
        options: Any,
        *,
        clock: Clock,
        rng: Random,
        on_failure: Callable[[PluginFailed], None],
        backoff: Backoff | None = None,
    ) -> None:
        self._plugin = plugin
        self._source = source
        self._options = options
        self._clock = clock
        self._rng = rng
        self._on_failure = on_failure
        self._backoff = backoff if backoff is not None else Backoff()
        self._sees = False
        self._gap: Gap | None = None

    async def run(self, inbox: Inbox) -> None:
        """Put what the source hands over into the inbox, until it returns.

        Raises:
            StreamRefused: the source says that it needn't be tried again.
        """
        attempts = 0
        while True:
            started = self._clock.monotonic()
            ending = await self._once(inbox)
            match ending:
                case Finished():
                    return
                case Refused(reason):
                    raise StreamRefused(f"source {self._source.name} of plugin {self._plugin}: {reason}")
                case Broke(reason):
                    lasted = self._clock.monotonic() - started
                    attempts = 1 if lasted >= PROVEN_AFTER.total_seconds() else attempts + 1
                    await self._rest(inbox, reason, self._backoff.pause(attempts, self._rng))
                case _:
                    assert_never(ending)

    async def _rest(self, inbox: Inbox, reason: str, pause: timedelta) -> None:
        now = self._clock.now()
        self._report(f"broke, tried again in {pause.total_seconds():.1f} s: {reason}")
        self._sees = False
        self._gap = self._gap or Gap(now, None, reason)
        inbox.put(Disconnected(now, reason, now + pause, self._gap))
        await anyio.sleep(pause.total_seconds())

    async def _once(self, inbox: Inbox) -> Ending:
        token, news = current_token(), _News()

        def on_news() -> None:
            with suppress(RuntimeError):  # our loop has ended
                run_sync_from_thread(news.come, token=token)

        thread = SourceThread(self._plugin, self._source, self._options, on_news)
        thread.start()
        try:
            while True:
                ending = thread.ending
                for given in thread.take():
                    await inbox.wait_for_room()
                    size_bytes = len(given.text) if isinstance(given, Gave) else 0
                    for event in self._events(given):
                        inbox.put(event, size_bytes)
                if ending is not None:
                    return ending
                await news.wait()
        finally:
            await self._stop(thread)

    async def _stop(self, thread: SourceThread) -> None:
        thread.stop()
        with anyio.CancelScope(shield=True):
            if not await anyio.to_thread.run_sync(thread.wait, STOP_LIMIT_S):
                self._report(f"didn't stop within {STOP_LIMIT_S:g} s; its thread was left behind")

    def _events(self, given: Given) -> list[SourceEvent]:
        now = self._clock.now()
        match given:
            case Gave(text):
                return [*self._seeing(now), self._event_of(text, now)]
            case GaveRubbish(reason):
                return [Unusable(now, f"source {self._source.name}: {reason}")]
            case Sees():
                return self._seeing(now)
            case Missed(since, reason):
                gap = Gap(min(since, now), now, reason)
                return [Disconnected(now, reason, now, gap), Connected(now, gap)]
            case _:
                assert_never(given)

    def _seeing(self, now: datetime) -> list[SourceEvent]:
        if self._sees:
            return []
        gap, self._gap, self._sees = self._gap, None, True
        return [Connected(now, None if gap is None else Gap(gap.since, now, gap.cause))]

    def _event_of(self, text: str, now: datetime) -> SourceEvent:
        content = tweet_from_line(text, source=self._source.name, received_at=now)
        match content:
            case Received():
                return content
            case Malformed(reason):
                return Unusable(now, f"source {self._source.name}: {reason}")
            case Unrecognised(kind):
                return Unusable(now, f"source {self._source.name}: a message of type {kind}", expected=True)
            case _:
                assert_never(content)

    def _report(self, error: str) -> None:
        hook = f"source {self._source.name}"
        self._on_failure(PluginFailed(at=self._clock.now(), plugin=self._plugin, hook=hook, error=error))


class _News:
    """Something to wait for again and again."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def come(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()
        self._event = anyio.Event()
