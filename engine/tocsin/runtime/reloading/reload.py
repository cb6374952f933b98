"""Puts changed rules and routes in force while tweets go on being read: whole, between two tweets, or not at all."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol, assert_never

import anyio
import anyio.to_thread

from tocsin import journal
from tocsin.alerting.acklinks import AckUrl, no_ack_url
from tocsin.clock import Clock
from tocsin.config.settings import ReloadSettings, Subscription
from tocsin.core.engine import Engine
from tocsin.core.plan import Plan
from tocsin.core.step import Step
from tocsin.errors import StoreError, TocsinError
from tocsin.runtime import collecting
from tocsin.runtime.dispatching.dispatcher import Dispatcher
from tocsin.runtime.notice import ReloadNotices, notice
from tocsin.runtime.project import LoadedProject, Project
from tocsin.runtime.reloading.keeping import Keep, Written, written
from tocsin.runtime.reloading.reading import NeverQuiet, Paths, Reader, Sleep
from tocsin.runtime.reloading.renewal import Renewal
from tocsin.runtime.reloading.replacement import InForce, Prepared, Refusal, Replacement, in_force, prepare
from tocsin.runtime.reloading.retiring import let_go
from tocsin.runtime.reloading.watching import Watch, folders_of
from tocsin.telemetry.observer import Observer

SETTLE = timedelta(seconds=2)
"""How long files must have stayed as they are before rules that are no longer in them are given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What of the running program a reload reaches. `resubscribe` is None where the source is no stream.

    `keep` stores what is in force. `is_dry` if nothing is ever sent. `ack_url` gives messages their links.
    """

    dispatcher: Dispatcher
    keep: Keep
    resubscribe: Callable[[Sequence[Subscription]], None] | None
    observer: Observer
    is_dry: bool = False
    ack_url: AckUrl = no_ack_url


class Turns(Protocol):
    """Lets something happen between two tweets; see `Ingest`."""

    async def between_tweets(self, act: Callable[[Engine], None], step: Step) -> None:
        """Call `act` there, and return once `step` is committed in that place of the journal."""
        ...


class Reloader:
    """Follows the files of a project; what is in them comes into force if it has no error.

    Everything is read, checked and compiled aside, in a thread. The swap itself happens in the ingest loop between two
    tweets, and its journal entry stands in that place: of each tweet the journal tells under which rules it was seen.
    """

    def __init__(
        self,
        project: Project,
        load: Callable[[], LoadedProject],
        paths: Paths,
        parts: Parts,
        clock: Clock,
        sleep: Sleep = anyio.sleep,
        plan: Plan | None = None,
    ) -> None:
        """`load` reads what `paths` names, with the plugins that are there; `project` is what runs, as `plan`.

        Raises:
            ConfigError: no subscription follows from the rules of the project.
        """
        self._running = in_force(project)
        self._plan = plan
        self._retired: list[InForce | Plan] = []
        self._reader = Reader(load, paths, clock, sleep)
        self._parts = parts
        self._clock = clock
        self._sleep = sleep
        # Held from the look at what is in force until something else is: what is prepared builds on it.
        self._changing = anyio.Lock()
        self._renewal = Renewal(self, self._changing)
        self._watch = Watch(self._hint, self._not_watching, ignored=project.settings.state)
        self._word = anyio.Event()
        self._asked = False
        self._kept: InForce | None = None
        self._notices = ReloadNotices()
        self._problem: str | None = None
        self._for_restart: tuple[str, ...] = ()

    @property
    def running(self) -> InForce:
        """What is in force, as far as this has put it there."""
        return self._running

    @property
    def plan(self) -> Plan | None:
        """The plan in force, None if it isn't known."""
        return self._plan

    def ask(self) -> None:
        """Have the files read again even if they look the same; the log then says what came of it."""
        self._asked = True
        self._word.set()

    async def run(self, turns: Turns) -> None:
        """Follow the files until cancelled."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch.run)
            tasks.start_soon(self._renewal.run, partial(self._renew, turns))
            await self._keep()
            # The first round reads once more what was read at the start: it may have changed since.
            while True:
                self._word = anyio.Event()
                asked, self._asked = self._asked, False
                if asked or self._settings.watch:
                    await self.look(turns, asked=asked)
                await self._keep()
                await self._next_word()

    @property
    def _settings(self) -> ReloadSettings:
        return self._running.project.settings.reload

    async def _next_word(self) -> None:
        if not self._settings.watch:
            await self._word.wait()
            return
        # Network file systems tell nobody of changes: hence a look now and then, whatever was heard.
        with anyio.move_on_after(self._settings.poll.total_seconds()):
            await self._word.wait()

    async def look(self, turns: Turns, *, asked: bool = False) -> None:
        """Read the files if they have changed, or if `asked`, and put in force what they say or note why not."""
        if asked or await self._reader.has_changed():
            await self._read(turns, asked=asked)
        await self._tell(turns)

    async def renew(self, turns: Turns) -> None:
        """Index all rules together again, as is done aside once many have changed one by one."""
        await self._renewal.renew(partial(self._renew, turns))

    async def _read(self, turns: Turns, *, asked: bool) -> None:
        async with self._changing:
            match await self._prepared():
                case Replacement() as replacement:
                    await self._put_in_force(replacement, turns, asked=asked)
                case Refusal() as refusal:
                    await self._refuse(refusal, turns, asked=asked)
                case other:
                    assert_never(other)
        self._renewal.look()
        paths = self._reader.paths
        every = (paths.config, *paths.rules, *paths.files)
        folders = await anyio.to_thread.run_sync(folders_of, every) if self._settings.watch else {}
        self._watch.look_after(folders)

    async def _prepared(self) -> Prepared:
        try:
            while True:
                await self._reader.quiet()
                # In a list, so that the thread can be the last to hold it: freeing it takes a while, too.
                loaded = [await self._reader.read()]
                prepared = await anyio.to_thread.run_sync(self._prepare, loaded, abandon_on_cancel=True)
                if isinstance(prepared, Refusal) or not prepared.changes.removed:
                    return prepared
                # A file that is gone may be on its way back: some programs delete before they write.
                await self._sleep(SETTLE.total_seconds())
                if not await self._reader.has_changed():
                    return prepared
        except NeverQuiet:
            return Refusal(1, "the files change all the time; they are read once they are left alone")
        except (TocsinError, OSError) as error:
            return Refusal(1, str(error))
        except Exception as error:  # noqa: BLE001 - a file that trips over a bug of ours must not stop the rules in force
            return Refusal(1, f"a bug in tocsin: {type(error).__name__} while reading the files")

    def _prepare(self, read: list[LoadedProject]) -> Prepared:
        with collecting.beside_the_stream():
            loaded = read.pop()
            rules = list(loaded.ruleset.rules.values()) if loaded.ruleset is not None else []
            parts = self._parts
            prepared = prepare(
                self._running,
                loaded,
                plan=self._plan,
                with_destinations=not parts.is_dry,
                ack_url=parts.ack_url,
            )
            del loaded
            while rules:
                rules.pop()  # those that are as they were have been read for nothing
            return prepared

    async def _put_in_force(self, replacement: Replacement, turns: Turns, *, asked: bool) -> None:
        if replacement.for_restart != self._for_restart:
            self._for_restart = replacement.for_restart
            if replacement.for_restart:
                self._parts.observer.restart_needed(replacement.for_restart)
        if not replacement and self._problem is None:
            if asked:
                self._parts.observer.nothing_changed(replacement.plan.revision)
            return
        changes = replacement.changes
        entry = journal.Reloaded(
            at=self._clock.now(),
            revision=replacement.plan.revision,
            previous=self._running.project.ruleset.revision,
            added=len(changes.added),
            changed=len(changes.changed),
            removed=len(changes.removed),
            detail=replacement.detail,
        )
        await turns.between_tweets(partial(self._swap, replacement), Step(entries=(entry,)))
        self._problem = None
        await self._let_go()

    def _swap(self, replacement: Replacement, engine: Engine) -> None:
        self._swap_plan(replacement.plan, engine)
        settings = replacement.to.project.settings
        self._parts.dispatcher.replace(replacement.destinations, settings.destinations, notices=settings.notices)
        if self._parts.resubscribe is not None and replacement.to.subscription != self._running.subscription:
            self._parts.resubscribe(replacement.to.subscription)
        self._parts.observer.in_force(replacement.plan.rule_count, replacement.plan.revision)
        self._retired.append(self._running)
        self._running = replacement.to

    async def _renew(self, turns: Turns, plan: Plan) -> None:
        await turns.between_tweets(partial(self._swap_plan, plan), Step())
        await self._let_go()

    def _swap_plan(self, plan: Plan, engine: Engine) -> None:
        engine.replace(plan)
        self._retired += [] if self._plan is None else [self._plan]
        self._plan = plan

    async def _let_go(self) -> None:
        retired, self._retired = self._retired, []
        await anyio.to_thread.run_sync(let_go, retired, self._plan)

    async def _refuse(self, refusal: Refusal, turns: Turns, *, asked: bool) -> None:
        if refusal.problem == self._problem and not asked:
            return
        entry = journal.ReloadFailed(
            at=self._clock.now(),
            revision=self._running.project.ruleset.revision,
            errors=refusal.errors,
            problem=refusal.problem,
        )
        await turns.between_tweets(lambda engine: None, Step(entries=(entry,)))
        self._problem = refusal.problem

    async def _keep(self) -> None:
        running = self._running
        if running is not self._kept:
            # A store that can't be written is told of by whoever commits; the next round tries again.
            with suppress(StoreError):
                await self._parts.keep(await anyio.to_thread.run_sync(self._written, running))
                self._kept = running

    def _written(self, running: InForce) -> Written:
        with collecting.beside_the_stream():
            return written(running, self._kept)

    async def _tell(self, turns: Turns) -> None:
        destination, now = self._settings.notify, self._clock.now()
        if destination is not None and self._notices.due(self._problem, now):
            revision = self._running.project.ruleset.revision
            await turns.between_tweets(lambda engine: None, notice(self._problem, revision, destination, now))

    def _hint(self) -> None:
        self._word.set()

    def _not_watching(self, problem: str) -> None:
        self._parts.observer.not_watching(problem, self._settings.poll.total_seconds())
