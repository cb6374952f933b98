"""Calling transforms: each contained, timed, and left alone for a while once it keeps failing."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from inspect import isawaitable
from typing import Any, Final, NoReturn

import anyio
from anyio.from_thread import run_sync as run_sync_from_thread
from anyio.lowlevel import current_token

from tocsin.clock import Clock
from tocsin.errors import PluginError
from tocsin.hookspecs import Drop, Transform
from tocsin.journal import PluginFailed
from tocsin.plugins.breaker import QUARANTINE, REST, Breaker
from tocsin.plugins.contain import clean, copied, describe, name_of
from tocsin.plugins.payload import NotUsable, check_result
from tocsin.plugins.worker import Worker

PREPARE_LIMIT: Final = timedelta(minutes=1)
"""How long the `prepare` of one transform may take."""

OnFailure = Callable[[PluginFailed], None]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A tweet that a transform keeps from the rules, and why; `plugin` is the plugin's name."""

    plugin: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformState:
    """How a transform has fared since the start.

    `overruns` counts calls over budget, those given up at its end included; `abandoned` the threads left behind;
    `is_resting` says that it is being skipped, or about to be tried again.
    """

    plugin: str
    transform: str
    failures: int
    overruns: int
    abandoned: int
    is_resting: bool


class TookTooLong(Exception):
    """A call was given up at the end of its budget."""


class TransformChain:
    """The transforms of all plugins, in order. A tweet that one of them fails on goes on as that one was given it."""

    def __init__(self, transforms: Iterable[tuple[str, Transform]], clock: Clock, on_failure: OnFailure) -> None:
        self._links = tuple(_Link(plugin, transform, clock, on_failure) for plugin, transform in transforms)
        self._is_prepared = not self._links

    async def prepare(self) -> None:
        """Let every transform load what it needs, once; without this call the first tweet does it.

        Raises:
            PluginError: one failed that says `on_error="halt"`.
        """
        self._is_prepared = True
        for link in self._links:
            await link.prepare()

    async def apply(self, data: Mapping[str, Any]) -> Mapping[str, Any] | LeftOut:
        """Return the tweet's data as the rules shall see it, or that it was left out. `data` itself never changes.

        One call at a time. Returns within the sum of the budgets, but for synchronous code that isn't `slow`.

        Raises:
            PluginError: a transform failed that says `on_error="halt"`.
        """
        if not self._is_prepared:
            await self.prepare()
        for link in self._links:
            answer = await link.apply(data)
            if type(answer) is LeftOut:
                return answer
            data = answer  # type: ignore[assignment]
        return data

    async def apply_batch(self, batch: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any] | LeftOut]:
        """Return what `apply` returns for each, in order.

        Raises:
            PluginError: as `apply`.
        """
        return [await self.apply(data) for data in batch]

    @property
    def states(self) -> tuple[TransformState, ...]:
        """How each transform has fared, in the order in which they are called."""
        return tuple(link.state for link in self._links)


class _Link:
    """One transform and all that is known about how it behaves."""

    def __init__(self, plugin: str, transform: Transform, clock: Clock, on_failure: OnFailure) -> None:
        self._plugin = plugin
        self._transform = transform
        self._clock = clock
        self._on_failure = on_failure
        self._budget_s = transform.budget.total_seconds()
        self._breaker = Breaker()
        self._worker = Worker(f"tocsin-{plugin}-{transform.name}")
        self._unprepared: str | None = None
        self._failures = self._overruns = self._abandoned = 0

    @property
    def state(self) -> TransformState:
        return TransformState(
            plugin=self._plugin,
            transform=self._transform.name,
            failures=self._failures,
            overruns=self._overruns,
            abandoned=self._abandoned,
            is_resting=self._unprepared is not None or self._breaker.is_open,
        )

    async def prepare(self) -> None:
        if self._transform.prepare is None:
            return
        try:
            await self._in_thread(self._transform.prepare, PREPARE_LIMIT.total_seconds())
        except BaseException as error:
            if _is_from_outside(error):
                raise
            self._failures += 1
            self._unprepared = f"prepare failed, so the transform isn't used: {describe(error)}"
            self._report(self._unprepared)
            if self._transform.on_error == "halt":
                self._halt(self._unprepared)

    async def apply(self, data: Mapping[str, Any]) -> Mapping[str, Any] | LeftOut:
        started = self._clock.monotonic()
        if self._unprepared is not None:
            return self._without(data, self._unprepared)
        if not self._breaker.allows(started):
            return self._without(data, "not called for a while after repeated failures")
        try:
            # The plugin gets a copy: one that changes the tweet and then raises leaves no half-changed tweet behind.
            own = copied(data)  # type: ignore[arg-type]
            answer = self._checked(await (self._call_batch(own) if self._transform.batch else self._call(own)), data)
        except BaseException as error:
            if _is_from_outside(error):
                raise
            return self._failed(data, error)
        took = self._clock.monotonic() - started
        if took > self._budget_s and not self._transform.slow:
            self._overran(took)
        else:
            self._breaker.succeeded()
        return answer

    async def _call(self, own: Any) -> Any:
        if self._transform.slow:
            return await self._in_thread(partial(self._transform.function, own), self._budget_s)
        answer = _held(self._transform.function, own)
        if type(answer) is dict or not isawaitable(answer):
            return answer
        with anyio.move_on_after(self._budget_s):
            return await answer
        raise TookTooLong(f"gave no answer within {self._budget_s:g} s")

    async def _call_batch(self, own: Any) -> Any:
        answers = await self._call([own])
        if type(answers) is not list or len(answers) != 1:
            raise NotUsable(f"returned {name_of(answers)}; return a list with as many tweets as it was given")
        return answers[0]

    async def _in_thread(self, function: Callable[[], Any], limit_s: float) -> Any:
        ended, token = anyio.Event(), current_token()

        def when_done() -> None:
            with suppress(RuntimeError):  # the loop has ended; nobody waits any more
                run_sync_from_thread(ended.set, token=token)

        call = self._worker.start(partial(_held, function), when_done)
        if call is None:
            raise TookTooLong("an earlier call still hangs in its thread")
        with anyio.move_on_after(limit_s):
            await ended.wait()
        if not call.is_done:
            self._abandoned += 1
            raise TookTooLong(f"gave no answer within {limit_s:g} s; its thread was left behind")
        return call.value()

    def _checked(self, answer: object, data: Mapping[str, Any]) -> Mapping[str, Any] | LeftOut:
        if type(answer) is not Drop:
            return check_result(answer, data)
        if not isinstance(answer.reason, str):
            raise NotUsable(f"gave {name_of(answer.reason)} as the reason of its Drop")
        return LeftOut(self._plugin, clean(answer.reason))

    def _failed(self, data: Mapping[str, Any], error: BaseException) -> Mapping[str, Any] | LeftOut:
        too_long = isinstance(error, TookTooLong)
        self._failures += 1
        self._overruns += too_long
        reason = clean(str(error)) if isinstance(error, TookTooLong | NotUsable) else describe(error)
        self._report(f"tweet {clean(str(data.get('id')), 40)}: {reason}")
        self._strike(QUARANTINE if too_long else REST)
        if self._transform.on_error == "halt":
            self._halt(reason)
        return self._without(data, reason)

    def _overran(self, took_s: float) -> None:
        self._overruns += 1
        if self._breaker.strikes == 0:  # warned once in a row of overruns
            self._report(f"took {took_s * 1000:.0f} ms, its budget is {self._budget_s * 1000:.0f} ms")
        self._strike(QUARANTINE)

    def _strike(self, rest: timedelta) -> None:
        if self._breaker.failed(self._clock.monotonic(), rest):
            self._report(f"{self._breaker.strikes} calls in a row failed or took too long: not called for {rest}")

    def _without(self, data: Mapping[str, Any], reason: str) -> Mapping[str, Any] | LeftOut:
        return data if self._transform.on_error == "skip" else LeftOut(self._plugin, reason)

    def _report(self, error: str) -> None:
        hook = f"transform {self._transform.name}"
        self._on_failure(PluginFailed(at=self._clock.now(), plugin=self._plugin, hook=hook, error=error))

    def _halt(self, reason: str) -> NoReturn:
        message = f"plugin {self._plugin}: transform {self._transform.name} failed and says on_error=halt: {reason}"
        raise PluginError(message, plugin=self._plugin)


def _held(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except GeneratorExit as error:
        # Raised on through our coroutines it would mean that they are being closed; only here is it plain whose it is.
        raise NotUsable(f"raised {describe(error)}") from error


def _is_from_outside(error: BaseException) -> bool:
    """Return whether the error is the engine's own cancellation; one that a plugin raised itself is a failure of it."""
    if isinstance(error, GeneratorExit):
        return True
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is None or task.cancelling() > 0
    return type(error).__module__.startswith("trio")
