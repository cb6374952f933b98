"""Whatever a plugin does in whatever hook, the engine goes on, others see the tweet as it was, and somebody is told."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from textwrap import dedent
from typing import Any

import anyio
import pytest

from tests.integration import wicked
from tests.integration.wicked import CELLS, Cell
from tocsin.clock import SystemClock
from tocsin.plugins.host import PluginInfo
from tocsin.runtime.project import PluginChoice, Project, load_project
from tocsin.runtime.wiring import make_service
from tocsin.sources.source import Connected, Inbox, Received
from tocsin.store.memory import MemoryStore
from tocsin.testing import make_tweet

# The tests' own timeout would take the timer that interrupts operators.
pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60, method="thread")]

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "plugin-isolation.md"
COUNT = 20
BUSY_S = 10.0
P99_S = 2.0
"""Generous: other tests run beside this one, and a loop that is blocked is late by a minute."""


class Steady:
    """A source that gives tweets and then stays."""

    async def run(self, inbox: Inbox) -> None:
        inbox.put(Connected(SystemClock().now()))
        for number in range(COUNT):
            inbox.put(Received(make_tweet("hacked", id=str(number))))
        await anyio.sleep_forever()


class Run:
    """One run of the engine with a good and a wicked plugin, and what came of it."""

    def __init__(self, cell: Cell, project: Project) -> None:
        self.cell = cell
        self.host = project.host
        self.logged: list[dict[str, Any]] = []
        self.lags: list[float] = []
        self.store = MemoryStore()
        self.service = make_service(project, self.store, clock=SystemClock(), rng=Random(1), log=self._log)
        if project.settings.source.type == "replay":
            self.service.source = Steady()
        self.good = sys.modules["plugin_tocsin_good"]

    def _log(self, level: str, event: str, **more: Any) -> None:
        self.logged.append({"event": event, **more})

    async def go(self) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(self._measure)
            group.start_soon(self._stop_when_told)
            await self.service.run(signals=False)
            group.cancel_scope.cancel()

    async def _measure(self) -> None:
        while True:
            began = anyio.current_time()
            await anyio.sleep(0.005)
            self.lags.append(anyio.current_time() - began - 0.005)

    async def _stop_when_told(self) -> None:
        with anyio.move_on_after(BUSY_S):
            while len(self.good.PERFORMED) < COUNT or not (self.is_told or self.cell.hook in {"source", "observer"}):
                await anyio.sleep(0.01)
        self.service.stop("seen enough")

    @property
    def is_told(self) -> bool:
        match self.cell.told:
            case wicked.HARMLESS | wicked.LEFT_OUT | wicked.SLOW:
                return True
            case wicked.JOURNAL | wicked.FAILED:
                return any(item.get("plugin") == "wicked" for item in self.logged)
            case wicked.DELIVERY | wicked.REFUSED:
                return any("plugin wicked" in str(item.get("detail", item.get("reason"))) for item in self.logged)
            case wicked.AGAIN:
                return any("broke, tried again in" in str(item.get("error")) for item in self.logged)
            case wicked.COUNTED:
                return any(item["event"] == "unusable-message" for item in self.logged)
        raise AssertionError(self.cell.told)

    @property
    def p99_s(self) -> float:
        return sorted(self.lags)[int(len(self.lags) * 0.99)]


def install(site: Path, name: str, source: str, entry: str = "") -> None:
    module = f"plugin_tocsin_{name}"
    (site / f"{module}.py").write_text(source)
    metadata = site / f"tocsin_{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tocsin-{name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[tocsin]\n{entry or name} = {module}\n")


def is_used(cell: Cell) -> bool:
    return cell.told != wicked.LEFT_OUT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "site").mkdir()
    monkeypatch.syspath_prepend(tmp_path / "site")
    yield tmp_path
    for name in ("good", "wicked"):
        sys.modules.pop(f"plugin_tocsin_{name}", None)


def project(folder: Path, cell: Cell) -> Project:
    """Return the project with both plugins, in which rules and destinations use what the wicked one brings."""
    is_twin = cell.hook == "observer" and cell.behaviour == "duplicate name"
    install(folder / "site", "good", dedent(wicked.GOOD))
    install(folder / "site", "wicked", wicked.source_of(cell, COUNT), entry="good" if is_twin else "wicked")
    uses = {hook: cell.hook == hook and is_used(cell) for hook in wicked.HOOKS}
    source = "{type: wicked}" if uses["source"] else "{type: replay, path: none.jsonl}"
    title = "{{ text | wicked }}" if uses["filter"] else "{{ text }}"
    rules = f'tocsin: 1\nrules:\n  hits:\n    when: {{good: .text}}\n    title: "{title}"\n'
    rules += "  other:\n    when: {wicked: [{var: user}]}\n" if uses["operator"] else ""
    (folder / "rules.yaml").write_text(rules)
    (folder / "tocsin.yaml").write_text(
        f"source: {source}\nrules: [rules.yaml]\ndestinations:\n  good: {{action: good}}\n"
        + ("  wicked: {action: wicked}\nroutes: [{notify: [good, wicked]}]\n" if uses["action"] else "")
        + ("" if uses["action"] else "routes: [{when: {eq: [.rule, hits]}, notify: [good]}]\n")
    )
    loaded = load_project(folder / "tocsin.yaml", {}, PluginChoice(only=["good", "wicked"]))
    assert loaded.project is not None, loaded.diagnostics
    return loaded.project


def wicked_plugin(found: Run) -> PluginInfo:
    return next(plugin for plugin in found.host.plugins if plugin.distribution == "tocsin-wicked")


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.hook} {cell.behaviour}")
async def test_the_engine_goes_on_and_somebody_is_told(
    cell: Cell, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(cell, project(folder, cell))
    plugin = wicked_plugin(run)
    assert plugin.state == ("failed" if cell.told == wicked.LEFT_OUT else "loaded"), plugin.error
    assert plugin.is_slow == (cell.told == wicked.SLOW)
    await run.go()
    seen = [record["tweet_id"] for record in run.store.journal() if record["kind"] == "seen"]
    assert set(seen) == {str(number) for number in range(COUNT)}
    assert ["hacked"] * len(seen) == run.good.SEEN  # a source that was run again gives them again
    assert {text for text, _ in run.good.PERFORMED} == {"hacked"}
    assert len(run.good.PERFORMED) == COUNT
    assert {text for kind, text in run.good.TOLD if kind == "seen"} == {"hacked"}
    assert run.is_told, run.logged
    assert run.p99_s < P99_S
    if figures := os.environ.get("TOCSIN_FIGURES"):
        with Path(figures).open("a") as file:
            file.write(f"{cell.hook}\t{cell.behaviour}\t{run.p99_s * 1000:.0f}\t{max(run.lags) * 1000:.0f}\n")


def test_the_page_about_isolation_shows_every_cell() -> None:
    page = PAGE.read_text(encoding="utf-8")
    marked = re.compile(r"(<!-- cells -->\n\n).*?(\n<!-- end -->)", re.DOTALL)
    expected = marked.sub(lambda found: f"{found[1]}{wicked.table()}{found[2]}", page)
    if os.environ.get("TOCSIN_UPDATE_GOLDEN"):
        PAGE.write_text(expected, encoding="utf-8")
    assert page == expected
