"""A reloader over real files, one look at a time: nothing is watched and nothing waits."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from tocsin.alerting.memory import AlertMemory
from tocsin.core.engine import Engine
from tocsin.core.plan import Plan
from tocsin.core.step import Step
from tocsin.journal import Entry, Reloaded, ReloadFailed
from tocsin.rules.syntax.document import Document
from tocsin.rules.syntax.yaml import read_document
from tocsin.runtime.destinations import make_destinations
from tocsin.runtime.dispatching.dispatcher import Dispatcher
from tocsin.runtime.project import LoadedProject, PluginChoice, Project, load_project, load_project_again
from tocsin.runtime.reloading.keeping import Written
from tocsin.runtime.reloading.reading import Paths
from tocsin.runtime.reloading.reload import Parts, Reloader
from tocsin.runtime.serial import Serial
from tocsin.store.memory import MemoryStore
from tocsin.telemetry.health import Health
from tocsin.telemetry.metrics import Metrics
from tocsin.telemetry.observer import Observer
from tocsin.testing import ManualClock

CONFIG = """
source: {url: "wss://stream.example/ws", api_key: k, subscribe: {}}
rules: [rules]
destinations:
  hook: {url: "json://127.0.0.1:9/"}
  mail: {url: "json://127.0.0.1:9/mail"}
routes: [{notify: [hook]}]
"""


class Reloading:
    """A project in a folder, as it runs, and what came of each look at its files.

    `while_waiting` holds what happens to the files during the reloader's next pauses, one entry each, `while_reading`
    what happens after each of the next rule files that it reads.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.while_waiting: list[Callable[[], object]] = []
        self.while_reading: list[Callable[[], object]] = []
        self.steps: list[Step] = []
        self.subscriptions: list[Any] = []
        self.log: list[tuple[str, dict[str, Any]]] = []
        loaded = load_project(folder / "tocsin.yaml", {}, PluginChoice(enabled=False))
        assert loaded.project is not None, loaded.diagnostics
        project = loaded.project
        plan = project.plan()
        self.engine = Engine(plan, AlertMemory())
        self.observer = Observer(Metrics(), Health(), self._note)
        self.store = MemoryStore()
        destinations = make_destinations(project.settings.destinations, project.host)
        self.dispatcher = Dispatcher(
            self.store, destinations, project.settings.destinations, self.clock, Random(1), self._ignore, Serial()
        )
        self.reloader = self._reloader(project, plan)

    def _reloader(self, project: Project, plan: Plan) -> Reloader:
        again = partial(load_project_again, project, self.folder / "tocsin.yaml", {})

        def load() -> LoadedProject:
            with patch("tocsin.rules.reading.load.read_document", self._read_document):
                return again()

        parts = Parts(
            dispatcher=self.dispatcher,
            keep=self._keep,
            resubscribe=self.subscriptions.append,
            observer=self.observer,
        )
        paths = Paths(config=self.folder / "tocsin.yaml", rules=project.settings.rules, files=project.files)
        return Reloader(project, load, paths, parts, self.clock, self._sleep, plan)

    async def look(self, *, asked: bool = False) -> list[Entry]:
        """Have the reloader look once; return what it journalled."""
        before = len(self.steps)
        await self.reloader.look(self, asked=asked)
        return [entry for step in self.steps[before:] for entry in step.entries]

    async def look_for(self, kind: type[Reloaded] | type[ReloadFailed]) -> Any:
        """Have the reloader look once; return the one entry of that kind that came of it."""
        [entry] = await self.look()
        assert isinstance(entry, kind), entry
        return entry

    def rules(self) -> list[str]:
        """Return which rules the engine has."""
        return sorted(self.reloader.running.record.rules) if self.is_whole() else []

    def is_whole(self) -> bool:
        """Whether the engine has the rules that the reloader thinks it has."""
        return self.engine.plan.revision == self.reloader.running.project.ruleset.revision

    async def between_tweets(self, act: Callable[[Engine], None], step: Step) -> None:
        """Do it at once: there are no tweets here."""
        act(self.engine)
        self.steps.append(step)
        self.observer.saw_all(step.entries)

    def _read_document(self, path: Path, name: str) -> Document:
        document = read_document(path, name)
        if self.while_reading:
            self.while_reading.pop(0)()
        return document

    async def _sleep(self, seconds: float) -> None:
        if self.while_waiting:
            self.while_waiting.pop(0)()

    async def _keep(self, written: Written) -> None:
        self.store.put_in_force(written.document, written.rules, gone=written.gone)

    def _note(self, level: str, event: str, **fields: Any) -> None:
        self.log.append((event, fields))

    def _ignore(self, entry: Entry) -> None:
        pass


def rules_file(*rule_ids: str, word: str = "btc", more: str = "") -> str:
    """Return a rule file."""
    rules = "".join(f"  {rule_id}: {{when: {{word: {word}}}{more}}}\n" for rule_id in rule_ids)
    return f"tocsin: 1\nrules:\n{rules}"
