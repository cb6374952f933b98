"""Plugins that see the journal: each in a thread of its own, which nobody waits for."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Event, Thread
from types import MappingProxyType
from typing import Any, Final

from tocsin.clock import Clock
from tocsin.hookspecs import Entry, Tweet
from tocsin.journal import Dropped, PluginFailed, Seen
from tocsin.model import TweetId
from tocsin.plugins.breaker import Breaker
from tocsin.plugins.contain import copied, describe, discreet
from tocsin.plugins.runner import LeftBehind, end_soon

QUEUE: Final = 10_000
"""How many entries an observer may be behind; what comes then it misses, counted."""

CALL_LIMIT_S: Final = 60.0
"""A call that lasts longer is told of, and ended if it can be."""

_HOOK: Final = "tocsin_observe"
_FALLING_BEHIND_S: Final = 10.0
"""How often somebody who falls behind is told of, at most."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One plugin's `tocsin_observe` and `tocsin_finish`, with its options filled in."""

    plugin: str
    observe: Callable[..., Any]
    finish: Callable[[], Any]


class Audience:
    """All the plugins that see the journal. `tell` takes a moment, however they behave."""

    def __init__(self, listeners: Iterable[Listener], clock: Clock, on_failure: Callable[[PluginFailed], None]) -> None:
        self._clock = clock
        self._seats = tuple(_Seat(listener, clock, on_failure) for listener in listeners)

    @property
    def is_empty(self) -> bool:
        """Whether nobody listens."""
        return not self._seats

    @property
    def problems(self) -> list[str]:
        """Who isn't shown entries at the moment, a sentence each."""
        return [f"plugin {seat.plugin}: {problem}" for seat in self._seats if (problem := seat.problem)]

    def tell(self, entries: Iterable[Entry], tweets: Mapping[TweetId, Tweet] = MappingProxyType({})) -> None:
        """Queue entries for everybody; `tweets` are those that `seen` and `dropped` among them are about."""
        for entry in entries if self._seats else ():
            tweet = tweets.get(entry.tweet_id) if isinstance(entry, Seen | Dropped) else None
            for seat in self._seats:
                seat.give(entry, tweet)

    def close(self, limit_s: float) -> None:
        """Wait until everybody has seen what was queued and has closed, at most so long in all."""
        for seat in self._seats:
            seat.end()
        until = self._clock.monotonic() + limit_s
        for seat in self._seats:
            seat.wait(max(0.0, until - self._clock.monotonic()))


class _Seat:
    """One listener, its queue and its thread, which begins with the first entry."""

    def __init__(self, listener: Listener, clock: Clock, on_failure: Callable[[PluginFailed], None]) -> None:
        self._listener = listener
        self._clock = clock
        self._on_failure = on_failure
        self._queue: deque[tuple[Entry, Tweet | None]] = deque()
        self._filled, self._ended, self._closed = Event(), Event(), Event()
        self._thread: Thread | None = None
        self._breaker = Breaker()
        self._began: float | None = None
        self._missed = 0
        self._told_at = float("-inf")

    def give(self, entry: Entry, tweet: Tweet | None) -> None:
        # Hearing of its own failures, each would give the next.
        if isinstance(entry, PluginFailed) and entry.plugin == self._listener.plugin:
            return
        if self._thread is None:
            name = f"tocsin-{self._listener.plugin}-observe"
            self._thread = Thread(target=self._run, name=name, daemon=True)
            self._thread.start()
        self._end_a_long_call()
        if len(self._queue) >= QUEUE:
            self._fell_behind()
            return
        self._queue.append((entry, tweet))
        self._filled.set()

    @property
    def plugin(self) -> str:
        return self._listener.plugin

    @property
    def problem(self) -> str:
        if self._breaker.is_open:
            return "tocsin_observe failed repeatedly and is not called for a while"
        return f"tocsin_observe is {QUEUE} entries behind" if len(self._queue) >= QUEUE else ""

    def end(self) -> None:
        self._ended.set()
        self._filled.set()

    def wait(self, limit_s: float) -> None:
        if self._thread is not None and not self._closed.wait(limit_s):
            left = len(self._queue)
            self._report(f"was not done within {limit_s:.1f} s of the end; {left} entries were not given to it")
            end_soon(self._thread)

    def _end_a_long_call(self) -> None:
        began = self._began
        if began is not None and self._clock.monotonic() - began > CALL_LIMIT_S:
            self._began = None
            self._report(f"has been in one call for {CALL_LIMIT_S:g} s")
            end_soon(self._thread)

    def _fell_behind(self) -> None:
        self._missed += 1
        now = self._clock.monotonic()
        if now - self._told_at >= _FALLING_BEHIND_S:
            self._told_at = now
            self._report(f"fell behind by {QUEUE} entries; {self._missed} were not given to it")
            self._missed = 0

    def _run(self) -> None:
        with suppress(LeftBehind):
            self._listen()

    def _listen(self) -> None:
        while not self._ended.is_set() or self._queue:
            self._filled.wait()
            self._filled.clear()
            while self._queue:
                self._show(*self._queue.popleft())
        try:
            self._listener.finish()
        except BaseException as error:  # noqa: BLE001 - a plugin's code
            self._report(f"tocsin_finish raised {describe(error)}")
        self._closed.set()

    def _show(self, entry: Entry, tweet: Tweet | None) -> None:
        if not self._breaker.allows(self._clock.monotonic()):
            return
        own = None if tweet is None else replace(tweet, data=copied(dict(tweet.data)))  # type: ignore[arg-type]
        self._began = self._clock.monotonic()
        try:
            self._listener.observe(entry=entry, tweet=own)
        except BaseException as error:  # noqa: BLE001 - a plugin's code
            self._report(f"raised {discreet(error)}")
            if self._breaker.failed(self._clock.monotonic()):
                self._report(f"{self._breaker.strikes} calls in a row failed: not called for a while")
        else:
            self._breaker.succeeded()
        self._began = None

    def _report(self, error: str) -> None:
        self._on_failure(PluginFailed(at=self._clock.now(), plugin=self._listener.plugin, hook=_HOOK, error=error))
