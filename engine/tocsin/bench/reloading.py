"""How late the event loop is while tweets come: with nothing else to do, and while rules change.

    python -m tocsin.bench.reloading --rules 10000 --changes 10
    python -m tocsin.bench.reloading --rules 100000 --changes 1 --quiet 600 --rate 5

All of `tocsin run` is at work but its web answers: a socket, the engine, the state database, files that are followed. A
task wakes every two milliseconds and notes how late it is. On a machine with other work the clock alone says little: an
idle loop is late there, too. So it notes as well for how long the loop itself was computing meanwhile, and for how long
this program's other threads were, at most as long as it was late.
"""

import argparse
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

import anyio

from tocsin.bench.firehose import firehose
from tocsin.bench.loading import rule_files
from tocsin.clock import SystemClock
from tocsin.runtime.collecting import TURN_S, beside_the_stream, in_short_rounds
from tocsin.runtime.project import PluginChoice, load_project, load_project_again
from tocsin.runtime.service import Service
from tocsin.runtime.wiring import make_service
from tocsin.store.sqlite import SqliteStore

_TICK_S: Final = 0.002
_SHARES: Final = (0.5, 0.99, 0.999, 1.0)
_FILES: Final = 100
_PATIENCE_S: Final = 900.0
_CALM_S: Final = 2.0
"""What follows a start, and a change, is over once nothing of it was seen for so long."""

_CONFIGURATION: Final = """
source: {{url: "{url}", api_key: none, insecure: true, subscribe: {{}}}}
rules: [rules]
destinations:
  care: {{url: "json://127.0.0.1:9/"}}
routes: [{{notify: [care]}}]
state: bench.db
"""
_NOTIFY: Final = re.compile(r"    notify: .*\n")
_FIRST_RULE: Final = "  rule-000000:\n"
_CHANGED: Final = '    description: "{}"\n'


@dataclass(slots=True)
class Stretch:
    """What was noted while one thing was going on: seconds of lateness, of the loop's work, of the other threads'."""

    what: str
    late: list[float] = field(default_factory=list)
    in_loop: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)

    def row(self) -> str:
        """Return it in words: half, 99 and 99.9 in a hundred, and the longest, in milliseconds."""
        noted = (sorted(values) for values in (self.late, self.in_loop, self.beside))
        return f"{self.what:18}{len(self.late):8}" + "".join(
            "   " + "".join(f"{1000 * _at(values, share):8.1f}" for share in _SHARES) for values in noted
        )


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class _Watch:
    """Wakes all the time, and notes for the stretch that is under way how late it was."""

    def __init__(self) -> None:
        self.stretch = Stretch("")

    async def run(self) -> None:
        while True:
            began_s, loop_s, all_s = time.perf_counter(), time.thread_time(), time.process_time()
            await anyio.sleep(_TICK_S)
            late_s = max(0.0, time.perf_counter() - began_s - _TICK_S)
            loop_s, all_s = time.thread_time() - loop_s, time.process_time() - all_s
            self.stretch.late.append(late_s)
            self.stretch.in_loop.append(min(late_s, loop_s))
            self.stretch.beside.append(min(late_s, max(0.0, all_s - loop_s)))


def stretches(rules: int, changes: int, quiet_s: float, rate_per_s: float = 20.0) -> tuple[list[Stretch], list[float]]:
    """Return how late the loop was, first with tweets alone, then while one rule changed, so many times.

    And how many seconds each change took from its being written to its being in force, 0.2 of them waiting
    for the files to be quiet.
    """
    with TemporaryDirectory() as folder, firehose(10**9, rate_per_s) as stream:
        return anyio.run(_measured, Path(folder), stream, rules, changes, quiet_s)


async def _measured(
    folder: Path, stream: str, rules: int, changes: int, quiet_s: float
) -> tuple[list[Stretch], list[float]]:
    _write(folder, stream, rules)
    clock = SystemClock()
    store = SqliteStore.open(folder / "bench.db")
    watch, took = _Watch(), list[float]()
    quiet, changing = Stretch("tweets alone"), Stretch("one rule changes")
    try:
        service = _service(folder, store, clock)
        async with anyio.create_task_group() as tasks:
            with in_short_rounds(clock):
                tasks.start_soon(partial(service.run, signals=False))
                await _settled()
                tasks.start_soon(watch.run)
                watch.stretch = quiet
                await anyio.sleep(quiet_s)
                watch.stretch = changing
                for number in range(changes):
                    took.append(await _changed(folder, service, number))
                    await _settled()
                tasks.cancel_scope.cancel()
    finally:
        store.close()
    return [quiet, changing], took


def _service(folder: Path, store: SqliteStore, clock: SystemClock) -> Service:
    config = folder / "tocsin.yaml"
    with beside_the_stream():
        loaded = load_project(config, {}, PluginChoice(enabled=False))
        if loaded.project is None:
            raise ValueError([diagnostic.message for diagnostic in loaded.diagnostics][:3])
        again = partial(load_project_again, loaded.project, config, {})
        return make_service(loaded.project, store, clock=clock, rng=Random(1), log=_quiet, load_again=again)


async def _changed(folder: Path, service: Service, number: int) -> float:
    """Change one rule and return how many seconds it took to be in force."""
    if service.reloader is None or service.reloader.plan is None:
        raise ValueError("nothing is followed")
    before = service.reloader.plan.revision
    path = folder / "rules/rules-000.yaml"
    head, first, rest = path.read_text(encoding="utf-8").partition(_FIRST_RULE)
    rest = re.sub(r"^" + _CHANGED.format(r"\d+"), "", rest)
    began_s = time.perf_counter()
    path.write_text(head + first + _CHANGED.format(number) + rest, encoding="utf-8")
    reloader = service.reloader
    with anyio.fail_after(_PATIENCE_S):
        while reloader.plan is None or reloader.plan.revision == before:  # noqa: ASYNC110 - nothing tells it
            await anyio.sleep(_TICK_S)
    return time.perf_counter() - began_s


async def _settled() -> None:
    """Return once nobody has worked beside the stream for a while: who does takes short turns."""
    began_s = since_s = time.perf_counter()
    while (now_s := time.perf_counter()) - since_s < _CALM_S and now_s - began_s < _PATIENCE_S:
        if sys.getswitchinterval() < 1.5 * TURN_S:
            since_s = now_s
        await anyio.sleep(_TICK_S)


def _write(folder: Path, stream: str, count: int) -> None:
    (folder / "rules").mkdir()
    (folder / "tocsin.yaml").write_text(_CONFIGURATION.format(url=stream), encoding="utf-8")
    rules = list(_rules(count))
    each = -(-len(rules) // _FILES)
    for number, first in enumerate(range(0, len(rules), each)):
        text = "tocsin: 1\nrules:\n" + "".join(rules[first : first + each])
        (folder / f"rules/rules-{number:03}.yaml").write_text(text, encoding="utf-8")


def _rules(count: int) -> Iterator[str]:
    """Yield the rules one by one as they are written; all go to the one destination that there is."""
    for text in rule_files(count):
        _, *rules = re.split(r"^(?=  rule-)", _NOTIFY.sub("", text), flags=re.MULTILINE)
        yield from rules


def _quiet(*arguments: Any, **fields: Any) -> None:
    return None


def main() -> None:
    """Measure what the command line asks for, and print it."""
    asked = argparse.ArgumentParser(prog="python -m tocsin.bench.reloading", description="How late the event loop is.")
    asked.add_argument("--rules", type=int, default=10_000, help="how many, in 100 files")
    asked.add_argument("--changes", type=int, default=10, help="how often one of them changes")
    asked.add_argument("--quiet", type=float, default=10.0, help="seconds before the first change")
    asked.add_argument(
        "--rate", type=float, default=20.0, help="tweets a second; with 100,000 rules each makes 35 alerts"
    )
    given = asked.parse_args()
    found, took = stretches(given.rules, given.changes, given.quiet, given.rate)
    shares = "".join(f"{100 * share:6g} %" for share in _SHARES)
    out = sys.stdout.write
    out(f"{'milliseconds':26}   {'late':32}   {'of that, computing in the loop':32}   and beside it\n")
    out(f"{'':18}{'wakes':>8}" + 3 * f"   {shares}" + "\n")
    for stretch in found:
        out(stretch.row() + "\n")
    if took:
        out(f"from written to in force: {', '.join(f'{one:.2f}' for one in took)} s\n")


if __name__ == "__main__":
    main()
