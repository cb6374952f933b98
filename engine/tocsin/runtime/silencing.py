"""Follows the silences that people add and end beside the running program, and ends those whose time is up."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal, Protocol

import anyio

from tocsin.alerting.silences import Silence, SilenceId, Silences
from tocsin.clock import Clock
from tocsin.config.conditions import read_condition
from tocsin.core.engine import Engine
from tocsin.core.step import Step
from tocsin.errors import StoreError
from tocsin.logic.ast import Expr
from tocsin.logic.vocabulary import Vocabulary
from tocsin.runtime.ingest import Ingest
from tocsin.runtime.serial import Serial
from tocsin.store.muting import silenced
from tocsin.store.store import Store
from tocsin.telemetry.observer import Observer

EVERY = timedelta(seconds=1)
"""How often the store is asked. What is asked is one look into an index, and a silence must be felt within 2 s."""


class Sleep(Protocol):
    """Waits."""

    async def __call__(self, seconds: float, /) -> None:
        """Return after so many seconds."""
        ...


@dataclass(kw_only=True)
class Silencing:
    """Carries silences from the store into the engine, between two tweets."""

    store: Store
    in_store: Serial
    clock: Clock
    observer: Observer
    vocabulary: Vocabulary
    sleep: Sleep = anyio.sleep
    _known: dict[SilenceId, Silence] = field(default_factory=dict, init=False)

    async def start(self, engine: Engine) -> None:
        """Put the silences that there are in force, before the first tweet.

        Raises:
            StoreError: the store can't be read.
        """
        engine.silence(await self._current())

    async def run(self, turns: Ingest) -> None:
        """Follow the store until cancelled; one that can't be used for a while is asked again."""
        while True:
            await self.sleep(EVERY.total_seconds())
            # Whoever commits tells of a store that can't be used; the silences in force go on, and end in time.
            with suppress(StoreError):
                await self.look(turns)

    async def look(self, turns: Ingest) -> None:
        """Put in force what has changed since the last look.

        Raises:
            StoreError: the store can't be used.
        """
        now = self.clock.now()
        expired = await self.in_store(self.store.silences.expire, now)
        before = self._known
        silences = await self._current()
        if self._known == before:
            return
        await turns.between_tweets(lambda engine: engine.silence(silences), Step())
        over = {silence.id for silence in expired}
        for silence in await self._gone(before):
            event: Literal["ended", "expired"] = "expired" if silence.id in over else "ended"
            self.observer.saw(silenced(silence, now, event, silence.ended_by))
        for silence in self._known.values():
            if silence.id not in before:
                self.observer.saw(silenced(silence, now, "added", silence.by))

    async def _gone(self, before: dict[SilenceId, Silence]) -> list[Silence]:
        """Return the silences that hold no more, with what each has hidden."""
        if before.keys() <= self._known.keys():
            return []
        stored = {silence.id: silence for silence in await self.in_store(self.store.silences.every)}
        return [stored.get(silence.id, silence) for silence in before.values() if silence.id not in self._known]

    async def _current(self) -> Silences:
        unended = await self.in_store(self.store.silences.unended)
        # What a silence has hidden so far makes no difference to what it hides.
        self._known = {silence.id: replace(silence, hidden=0, loud=0) for silence in unended}
        self.observer.silences_in_force(len(unended))
        read = [(silence, self._condition(silence)) for silence in unended]
        return Silences([(silence, expr) for silence, expr in read if expr is not None], self.vocabulary)

    def _condition(self, silence: Silence) -> Expr | None:
        """Return what a silence says; None if it can't be read, e.g. as it needs a plugin that is gone."""
        read = read_condition(silence.condition, silence.id, self.vocabulary)
        if read.expr is None:
            self.observer.silence_unreadable(silence.id, read.diagnostics[0].message)
        return read.expr
