"""Calling transforms: each contained, timed, and left alone for a while once it keeps failing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias

import anyio
from anyio.from_thread import run_sync as run_sync_from_thread
from anyio.lowlevel import current_token

from tocsin.clock import Clock
from tocsin.errors import PluginError
from tocsin.hookspecs import Drop, Transform
from tocsin.journal import PluginFailed
from tocsin.plugins.breaker import QUARANTINE, REST, Breaker
from tocsin.plugins.contain import clean, copied, describe, discreet, name_of
from tocsin.plugins.payload import NotUsable, check_result
from tocsin.plugins.runner import Job, Result, Runner, TookTooLong, is_async

PREPARE_LIMIT: Final = timedelta(minutes=1)
"""How long the `prepare` of one transform may take."""

PATIENCE: Final = 10
"""A synchronous transform that isn't `slow` is warned of past its budget, and left behind past so many of it."""

OnFailure = Callable[[PluginFailed], None]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A tweet that a transform keeps from the rules, and why; `plugin` is the plugin's name."""

    plugin: str
    reason: str


Answer: TypeAlias = Mapping[str, Any] | LeftOut | PluginError
"""What became of a tweet: its data as the rules shall see it, or that it was left out, or that tocsin must stop."""


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


class TransformChain:
    """The transforms of all plugins, in order. A tweet that one of them fails on goes on as that one was given it.

    Each runs in a thread of its own, a whole batch at a time, so that none can block the event loop.
    """

    def __init__(self, transforms: Iterable[tuple[str, Transform]], clock: Clock, on_failure: OnFailure) -> None:
        self._links = tuple(_Link(plugin, transform, clock, on_failure) for plugin, transform in transforms)
        self._is_prepared = not self._links

    @property
    def is_empty(self) -> bool:
        """Whether there is no transform."""
        return not self._links

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

        One call at a time. Returns within about the sum of the budgets, ten times that for synchronous ones.

        Raises:
            PluginError: a transform failed that says `on_error="halt"`.
        """
        [answer] = await self.apply_batch((data,))
        if isinstance(answer, PluginError):
            raise answer
        return answer

    async def apply_batch(self, batch: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return what becomes of each, in order; one call at a time.

        Ends with a PluginError at the first tweet on which a transform failed that says `on_error="halt"`.
        """
        if not self._is_prepared:
            await self.prepare()
        answers: list[Answer] = list(batch)
        for link in self._links:
            open_at = [index for index, answer in enumerate(answers) if not isinstance(answer, LeftOut | PluginError)]
            given = await link.apply([answers[index] for index in open_at])  # type: ignore[misc]
            for index, answer in zip(open_at, given, strict=False):
                answers[index] = answer
            if given and isinstance(given[-1], PluginError):
                del answers[open_at[len(given) - 1] + 1 :]
        return answers

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
        self._runner = Runner(f"tocsin-{plugin}-{transform.name}")
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
        prepare = self._transform.prepare
        if prepare is None:
            return
        job = Job(lambda _: prepare(), (None,), self._clock)
        [result] = await self._done(job, PREPARE_LIMIT.total_seconds())
        if result.error is not None:
            self._failures += 1
            self._unprepared = f"prepare failed, so the transform isn't used: {_said(result.error)}"
            self._report(self._unprepared)
            if self._transform.on_error == "halt":
                raise self._halted(self._unprepared)

    async def apply(self, batch: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return what becomes of each tweet, in order; ends early with a PluginError if the transform says halt."""
        answers: list[Answer] = []
        while len(answers) < len(batch) and not (answers and isinstance(answers[-1], PluginError)):
            rest = batch[len(answers) :]
            if self._unprepared is not None:
                answers += [self._without(data, self._unprepared) for data in rest]
            elif not self._breaker.allows(self._clock.monotonic()):
                answers += [self._without(data, "not called for a while after repeated failures") for data in rest]
            else:
                answers += await (self._apply_at_once(rest) if self._transform.batch else self._apply_each(rest))
        halted = next((index for index, answer in enumerate(answers) if isinstance(answer, PluginError)), len(answers))
        return answers[: halted + 1]

    async def _apply_each(self, batch: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return what becomes of the first tweets: of all, or of those before the transform has to be judged anew."""
        job = Job(self._function(), batch, self._clock, self._strict_s(1), self._budget_s)
        results = await self._done(job, self._limit_s(1))
        return [self._answer(data, result) for data, result in zip(batch, results, strict=False)]

    def _function(self) -> Callable[[Mapping[str, Any]], Any]:
        """Return what the thread calls for each tweet.

        The plugin gets a copy: one that changes the tweet and then raises leaves no half-changed tweet behind.
        """
        function = self._transform.function
        if not is_async(function):
            return lambda data: function(copied(data))  # type: ignore[arg-type]

        async def called(data: Mapping[str, Any]) -> Any:
            return await function(copied(data))  # type: ignore[arg-type]

        return called

    async def _apply_at_once(self, batch: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return what becomes of all, by one call."""
        function, count = self._transform.function, len(batch)
        given = ([copied(data) for data in batch],)  # type: ignore[arg-type]
        job = Job(function, given, self._clock, self._strict_s(count), self._budget_s * count)
        [result] = await self._done(job, self._limit_s(count))
        error, answers = result.error, result.value
        if error is None and (type(answers) is not list or len(answers) != count):
            what = f"{len(answers)} answers" if type(answers) is list else name_of(answers)
            error = NotUsable(f"returned {what}; return a list with as many tweets as it was given")
        if error is not None:
            reason = self._failed(error, f"{count} tweets" if count > 1 else _tweet(batch[0]))
            return [self._without(data, reason) for data in batch]
        self._timed(result.took_s, count)
        return [self._answer(data, Result(answer)) for data, answer in zip(batch, answers, strict=True)]

    async def _done(self, job: Job, limit_s: float) -> list[Result]:
        """Do a job in the transform's thread; return its results, the last of them an error if it was left behind."""
        ended, token = anyio.Event(), current_token()

        def when_done() -> None:
            with suppress(RuntimeError):  # the loop has ended; nobody waits any more
                run_sync_from_thread(ended.set, token=token)

        if not self._runner.start(job, when_done):
            return [Result(error=TookTooLong("an earlier call still hangs in its thread"))]
        ended_in_time = False
        try:
            ended_in_time = await _while_it_goes_on(job, ended, limit_s)
        finally:
            if not ended_in_time:
                self._runner.leave_behind()
        if ended_in_time:
            return job.results
        self._abandoned += 1
        hung = TookTooLong(f"gave no answer within {limit_s:g} s; its thread was left behind")
        return [*job.results, Result(error=hung)]

    def _strict_s(self, count: int) -> float:
        """Return what a call for so many tweets is warned of for."""
        return float("inf") if self._transform.slow else self._budget_s * count

    def _limit_s(self, count: int) -> float:
        """Return after what a call for so many tweets is left behind."""
        if self._transform.slow:
            return self._budget_s * count
        if is_async(self._transform.function):
            return 2 * self._budget_s * count + 0.1  # it is cancelled at its budget: the rest is for obeying
        return PATIENCE * self._budget_s * count

    def _answer(self, data: Mapping[str, Any], result: Result) -> Answer:
        if result.error is not None:
            return self._without(data, self._failed(result.error, _tweet(data)))
        try:
            answer = self._checked(result.value, data)
        except NotUsable as error:
            return self._without(data, self._failed(error, _tweet(data)))
        self._timed(result.took_s, 1)
        return answer

    def _checked(self, answer: object, data: Mapping[str, Any]) -> Mapping[str, Any] | LeftOut:
        if type(answer) is not Drop:
            return check_result(answer, data)
        if not isinstance(answer.reason, str):
            raise NotUsable(f"gave {name_of(answer.reason)} as the reason of its Drop")
        return LeftOut(self._plugin, clean(answer.reason))

    def _failed(self, error: BaseException, what: str) -> str:
        """Note a failure and return its reason."""
        too_long = isinstance(error, TookTooLong)
        self._failures += 1
        self._overruns += too_long
        reason = clean(str(error)) if isinstance(error, TookTooLong | NotUsable) else discreet(error)
        self._report(f"{what}: {reason}")
        self._strike(QUARANTINE if too_long else REST)
        return reason

    def _timed(self, took_s: float, count: int) -> None:
        if took_s <= self._strict_s(count):
            self._breaker.succeeded()
            return
        self._overruns += 1
        if self._breaker.strikes == 0:  # warned once in a row of overruns
            budget_ms = self._budget_s * count * 1000
            self._report(f"took {took_s * 1000:.0f} ms, its budget is {budget_ms:.0f} ms")
        self._strike(QUARANTINE)

    def _strike(self, rest: timedelta) -> None:
        if self._breaker.failed(self._clock.monotonic(), rest):
            self._report(f"{self._breaker.strikes} calls in a row failed or took too long: not called for {rest}")

    def _without(self, data: Mapping[str, Any], reason: str) -> Answer:
        match self._transform.on_error:
            case "skip":
                return data
            case "drop":
                return LeftOut(self._plugin, reason)
            case "halt":
                return self._halted(reason)

    def _halted(self, reason: str) -> PluginError:
        name = self._transform.name
        message = f"plugin {self._plugin}: transform {name} failed and says on_error=halt: {reason}"
        return PluginError(message, plugin=self._plugin)

    def _report(self, error: str) -> None:
        hook = f"transform {self._transform.name}"
        self._on_failure(PluginFailed(at=self._clock.now(), plugin=self._plugin, hook=hook, error=error))


async def _while_it_goes_on(job: Job, ended: anyio.Event, limit_s: float) -> bool:
    """Wait for the end of a job; return false as soon as a single call has taken longer than the limit."""
    while True:
        before = len(job.results)
        with anyio.move_on_after(limit_s):
            await ended.wait()
            return True
        if job.is_done or len(job.results) == before:
            return job.is_done


def _tweet(data: Mapping[str, Any]) -> str:
    return f"tweet {clean(str(data.get('id')), 40)}"


def _said(error: BaseException) -> str:
    return clean(str(error)) if isinstance(error, TookTooLong | NotUsable) else describe(error)
