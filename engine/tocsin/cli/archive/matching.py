"""What rules say of a block of lines, as text to be printed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final, assert_never

import anyio
import click

from tocsin.alerting.ledger import Record
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.pile import matches_held
from tocsin.cli.output.jsonline import as_json_line
from tocsin.cli.output.proofs import leaf_as_json
from tocsin.clock import SystemClock
from tocsin.core.engine import Engine
from tocsin.core.step import Step
from tocsin.core.wakes import wakes
from tocsin.journal import Failed, PluginFailed, Unusable
from tocsin.logic.facts import Facts
from tocsin.matching.prescan import Prescan
from tocsin.model import Alert, AlertId, Tweet
from tocsin.plugins.guard import TransformChain
from tocsin.runtime.pipeline import Pipeline
from tocsin.runtime.project import Project
from tocsin.sources.blocks import Block
from tocsin.sources.events import Received
from tocsin.sources.jsonl import MAX_LINE, tweet_from_line
from tocsin.sources.scrapest.decode import Malformed
from tocsin.sources.scrapest.protocol import Unrecognised

_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)

_ALWAYS_READ: Final = 1_000
"""Blocks that begin within so many lines are read whole, so that a file of the wrong kind is noticed."""


@dataclass(frozen=True, slots=True)
class Said:
    """An alert as its line of JSON, without the newline; `is_shadow` says that its rule is in stage shadow."""

    alert_id: AlertId
    line: str
    is_shadow: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a block: alerts and notes for standard error, in the order of its `lines` lines."""

    said: tuple[Said | str, ...]
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How to match: with `every_line` no line is passed over because nothing that a rule looks for stands in it.

    With `limited`, throttles, budgets and the valve hold back as in a run, and blocks must come in order.
    """

    every_line: bool = False
    limited: bool = False


class BlockMatcher:
    """Holds blocks of lines against a project's rules.

    `name` is the file's, for notes. Another matcher that had an earlier block may have found a match already: whoever
    puts their blocks together tells it once.
    """

    def __init__(self, project: Project, name: str, ways: Ways) -> None:
        self._name = name
        self._limited = ways.limited
        self._now = _ANY_TIME
        self._clock = SystemClock()
        self._found_so_far: list[Said | str] = []
        self._held = dict[str, Record | None]()
        self._prepared = False
        self._faults = project.host.faults
        self._transforms = TransformChain(project.host.transforms, self._clock, self._note_failure)
        self._plan = project.plan(limited=ways.limited)
        self._pipeline = Pipeline(self._transforms, Engine(self._plan, AlertMemory()))
        self._places = project.places
        # A transform may write into a tweet what a rule looks for, and of what is held back each tweet tells the time.
        may_pass_over = not (ways.every_line or ways.limited or project.host.transforms)
        self._prescan = Prescan.of(project.ruleset.enabled, project.vocabulary) if may_pass_over else None

    def found(self, block: Block) -> Found:
        """Return what the rules say of a block."""
        return anyio.run(self._found, block)

    def end(self) -> Found:
        """Return what is still to be told of what was held back, as if time went on."""
        self._found_so_far = []
        for step in wakes(self._pipeline.engine):
            self._say(step)
        held = matches_held(record for record in self._held.values() if record is not None)
        if held:
            counted = "1 match is" if held == 1 else f"{held:,} matches are"
            self._found_so_far.append(f"{counted} held back for the next alert to tell")
        return Found(tuple(self._found_so_far), 0)

    async def _found(self, block: Block) -> Found:
        self._found_so_far = []
        if not self._prepared:
            # Here and not before: threads that transforms are given don't outlive a fork.
            self._prepared = True
            await self._transforms.prepare()
        if block.is_too_long:
            return Found((f"{self._name}:{block.number}: longer than {MAX_LINE} bytes",), 1)
        now = self._clock.now()
        for number, line in self._lines(block):
            read = tweet_from_line(line, source="match", received_at=now)
            match read:
                case Received(tweet):
                    await self._observe(tweet)
                case Malformed(reason):
                    self._found_so_far.append(f"{self._name}:{number}: {reason}")
                case Unrecognised():
                    continue
                case _:
                    assert_never(read)
        for failure in self._faults.taken(now):
            self._found_so_far.append(f"plugin {failure.plugin}: {failure.hook} {failure.error}")
        return Found(tuple(self._found_so_far), _line_count(block.lines))

    async def _observe(self, tweet: Tweet) -> None:
        # The tweet's own time stands for the present: the same input, the same output on any day.
        now = tweet.created_at or tweet.received_at
        if self._limited:
            # What is held back waits for a clock, and clocks don't go back.
            now = self._now = max(self._now, now)
            for step in wakes(self._pipeline.engine, until=now):
                self._say(step)
        self._say(await self._pipeline.observe(tweet, now))
        for failure in self._faults.taken(self._clock.now()):
            self._found_so_far.append(f"plugin {failure.plugin}: {failure.hook} {failure.error}")

    def _lines(self, block: Block) -> Iterator[tuple[int, bytes]]:
        """Yield the lines to be read and their numbers."""
        if self._prescan is None or block.number <= _ALWAYS_READ:
            for number, line in enumerate(block.lines.split(b"\n"), start=block.number):
                if line and not line.isspace():
                    yield number, line
            return
        number, counted = block.number, 0
        for begin, end in self._prescan.lines(block.lines):
            number += block.lines.count(b"\n", counted, begin)
            counted = begin
            yield number, block.lines[begin:end]

    def _say(self, step: Step) -> None:
        self._held |= step.state
        said = self._found_so_far
        for alert in step.alerts:
            said.append(Said(alert.id, as_json_line(self._line(alert))))
        for alert in step.shadowed:
            said.append(Said(alert.id, as_json_line({**self._line(alert), "stage": "shadow"}), is_shadow=True))
        for entry in step.entries:
            if isinstance(entry, Failed):
                self._found_so_far.append(f"tweet {entry.tweet_id}: rule {entry.rule_id} failed: {entry.error}")
            elif isinstance(entry, Unusable):
                self._found_so_far.append(entry.reason)

    def _line(self, alert: Alert) -> dict[str, object]:
        line = {**as_line(alert), "proof": self._proof(alert)}
        if self._limited:
            since = None if alert.held_since is None else _instant(alert.held_since)
            line |= {"held_back": alert.held_back, "held_since": since, "folded": list(alert.folded)}
        return line

    def _proof(self, alert: Alert) -> list[dict[str, Any]]:
        """Return the leaves that made the rule true of the alert's tweet, as objects; a digest has no proof."""
        if alert.folded:
            return []
        leaves = self._plan.provers.of(self._plan.rules[alert.rule_id]).explain(Facts(alert.tweet.data)).leaves
        return [leaf_as_json(leaf, self._places, with_values=False) for leaf in leaves]

    def _note_failure(self, failure: PluginFailed) -> None:
        self._found_so_far.append(f"plugin {failure.plugin}: {failure.error}")


class Printer:
    """Prints what was found of each block; `shadow` says whether alerts of rules in stage shadow are wanted.

    `repeats` says that blocks may tell again what others did: each alert is then printed once.
    """

    def __init__(self, *, shadow: bool, repeats: bool) -> None:
        self._shadow = shadow
        self._repeats = repeats
        self._known = AlertMemory()
        self._known_shadows = AlertMemory()

    def show(self, found: Found) -> None:
        """Print notes on standard error and alerts on standard output, in turn."""
        for is_note, several in groupby(found.said, key=lambda said: isinstance(said, str)):
            lines = [said if isinstance(said, str) else said.line for said in several if self._is_wanted(said)]
            if lines:
                click.echo("\n".join(lines), err=is_note)

    def _is_wanted(self, said: Said | str) -> bool:
        if isinstance(said, str):
            return True
        if said.is_shadow and not self._shadow:
            return False
        if not self._repeats:
            return True
        known = self._known_shadows if said.is_shadow else self._known
        if said.alert_id in known:
            return False
        known.remember(said.alert_id, _ANY_TIME)
        return True


def as_line(alert: Alert) -> dict[str, object]:
    """Return what is printed of an alert."""
    return {
        "rule": alert.rule_id,
        "tweet_id": alert.tweet.id,
        "key": alert.key,
        "at": _instant(alert.at),
        "severity": alert.severity.value,
        "title": alert.title.plain(),
        "because": list(alert.because),
    }


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _line_count(lines: bytes) -> int:
    return lines.count(b"\n") + (not lines.endswith(b"\n"))
