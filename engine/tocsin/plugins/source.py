"""A plugin's source in a thread and an event loop of its own, from where its tweets are fetched."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any, Final, TypeAlias

from tocsin.errors import PluginError
from tocsin.hookspecs import Source, SourceRefused
from tocsin.plugins.contain import clean, describe, name_of, secrets_in, without
from tocsin.plugins.options import OptionProblem, read_options
from tocsin.plugins.runner import LeftBehind, end_soon

ROOM: Final = 500
"""Tweets that a source may be ahead of the engine; then it waits."""


@dataclass(frozen=True, slots=True)
class Gave:
    """The source handed over a tweet, as JSON text."""

    text: str


@dataclass(frozen=True, slots=True)
class GaveRubbish:
    """The source handed over something that is no tweet, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Sees:
    """From now on the source sees all there is."""


@dataclass(frozen=True, slots=True)
class Missed:
    """The source may have missed tweets from `since` until now."""

    since: datetime
    reason: str


Given: TypeAlias = Gave | GaveRubbish | Sees | Missed


@dataclass(frozen=True, slots=True)
class Finished:
    """The source returned: the stream has ended."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The source says that it needn't be tried again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broke:
    """The source raised."""

    reason: str


Ending: TypeAlias = Finished | Refused | Broke


def source_problems(plugin: str, source: Source, options: Mapping[str, Any]) -> tuple[OptionProblem, ...]:
    """Return what is wrong with the options of a source; paths lead from `source:`."""
    if source.options is None:
        return tuple(
            OptionProblem(plugin=plugin, path=(key,), message=f"source '{source.name}' takes no options")
            for key in options
        )
    return read_options(plugin, source.options, options)[1]


def source_options(plugin: str, source: Source, options: Mapping[str, Any]) -> Any:
    """Return the options as the source's model, None without one.

    Raises:
        PluginError: they don't fit.
    """
    problems = source_problems(plugin, source, options)
    if problems:
        said = "; ".join(f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in problems)
        raise PluginError(f"source in tocsin.yaml: {said}", plugin=plugin)
    return None if source.options is None else read_options(plugin, source.options, options)[0]


class SourceThread:
    """One run of a source. `on_news` is called in its thread when there is something to take, or the run has ended."""

    def __init__(self, plugin: str, source: Source, options: Any, on_news: Callable[[], None]) -> None:
        self._source = source
        self._options = options
        self._on_news = on_news
        self._given: deque[Given] = deque()
        self._is_told = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._room: asyncio.Event | None = None
        self._is_stopping = False
        self._done = Event()
        self._ending: Ending | None = None
        self._thread = Thread(target=self._run, name=f"tocsin-{plugin}-{source.name}", daemon=True)

    @property
    def ending(self) -> Ending | None:
        """How the run ended, None while it lasts."""
        return self._ending

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def take(self) -> list[Given]:
        """Return what the source handed over since the last call, in order."""
        self._is_told = False
        taken: list[Given] = []
        while self._given:
            taken.append(self._given.popleft())
        if taken and self._loop is not None and self._room is not None:
            with suppress(RuntimeError):  # its loop has ended
                self._loop.call_soon_threadsafe(self._room.set)
        return taken

    def stop(self) -> None:
        """Cancel the source, once; it may take its time."""
        self._is_stopping = True
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # its loop has ended
                self._loop.call_soon_threadsafe(self._task.cancel)

    def wait(self, limit_s: float) -> bool:
        """Wait for the end of the thread; return whether it came in time. If not, Python code in it is ended soon."""
        if self._done.wait(limit_s):
            return True
        end_soon(self._thread)
        return False

    async def tweet(self, data: Mapping[str, Any]) -> None:
        """Hand over a tweet; see `hookspecs.Feed`."""
        if not isinstance(data, Mapping):
            self._put(GaveRubbish(f"{name_of(data)} where a tweet's dict is meant"))
        else:
            try:
                self._put(Gave(json.dumps(dict(data), allow_nan=False)))
            except Exception as error:  # noqa: BLE001 - whatever is in there
                self._put(GaveRubbish(f"a tweet that is no plain JSON: {describe(error)}"))
        if len(self._given) >= ROOM and self._room is not None:
            self._room.clear()
            if len(self._given) >= ROOM:
                await self._room.wait()
        else:
            # A source that never waits for anything would otherwise not hear that it shall stop.
            await asyncio.sleep(0)

    async def connected(self) -> None:
        """Say that the source sees all there is; see `hookspecs.Feed`."""
        self._put(Sees())

    async def missed(self, since: datetime, reason: str) -> None:
        """Say that tweets may have been missed; see `hookspecs.Feed`."""
        at: object = since  # a plugin that isn't type-checked may give anything
        if isinstance(at, datetime) and at.tzinfo is not None:
            self._put(Missed(at.astimezone(UTC), clean(str(reason))))
        else:
            self._put(GaveRubbish("missed() needs an aware datetime"))

    def _put(self, given: Given) -> None:
        self._given.append(given)
        self._tell()

    def _tell(self) -> None:
        if not self._is_told:
            self._is_told = True
            self._on_news()

    def _run(self) -> None:
        with suppress(LeftBehind):
            self._run_to_its_end()

    def _run_to_its_end(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 - a plugin's code; SystemExit and KeyboardInterrupt pass asyncio
            self._end(Broke(self._said(error)))
        self._done.set()
        self._is_told = False
        self._tell()

    async def _main(self) -> None:
        self._loop, self._room = asyncio.get_running_loop(), asyncio.Event()
        self._task = asyncio.current_task()
        try:
            if not self._is_stopping:
                await self._source.run(self._options, self)
            self._end(Finished())
        except SourceRefused as error:
            self._end(Refused(self._said(error).removeprefix("SourceRefused: ")))
        except asyncio.CancelledError:
            self._end(Finished() if self._is_stopping else Broke("cancelled itself"))

    def _said(self, error: BaseException) -> str:
        return without(secrets_in(self._options), describe(error))

    def _end(self, ending: Ending) -> None:
        """Note how the run ended; the first word counts."""
        if self._ending is None:
            self._ending = ending
