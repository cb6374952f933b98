"""`tocsin match`: tweets in, alerts out, as JSON lines."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, assert_never

import anyio
import click

from tocsin.alerting.ledger import Record
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.pile import matches_held
from tocsin.cli.loading import open_project, open_rules
from tocsin.cli.options import config_option, plugin_choice, plugins_option
from tocsin.cli.output.proofs import leaf_as_json
from tocsin.clock import SystemClock
from tocsin.core.engine import Engine
from tocsin.core.step import Step
from tocsin.core.wakes import wakes
from tocsin.errors import ConfigError
from tocsin.journal import Failed, PluginFailed, Unusable
from tocsin.logic.facts import Facts
from tocsin.model import Alert, Tweet
from tocsin.notify.escape import printable_json
from tocsin.plugins.guard import TransformChain
from tocsin.rules.places import SourceMap
from tocsin.runtime.pipeline import Pipeline
from tocsin.runtime.project import Project
from tocsin.sources.jsonl import Line, read_tweets
from tocsin.sources.scrapest.decode import Malformed
from tocsin.sources.scrapest.protocol import TweetReceived, Unrecognised


@click.command()
@click.argument("file", default="-")
@config_option
@plugins_option
@click.option(
    "--rules", "rules", type=click.Path(path_type=Path), multiple=True,
    help="Rule files or folders, in place of those that the configuration names; may be repeated.",
)  # fmt: skip
@click.option("--shadow", is_flag=True, help='Print matches of rules in stage shadow too, marked "stage": "shadow".')
@click.option(
    "--alerts", "limited", is_flag=True,
    help="Print the alerts that would be sent: throttles, budgets and the valve hold back and fold as in a run.",
)  # fmt: skip
def match(file: str, config: Path, no_plugins: bool, rules: tuple[Path, ...], shadow: bool, limited: bool) -> None:
    """Print the alerts that the rules raise on tweets from FILE.

    Without FILE, or with -, tweets come from standard input. Nothing is sent.

    In: JSON lines, tweets or messages of the stream, plain, .gz or .zst. Out: JSON lines with rule, tweet_id, key, at,
    severity, title, because and proof, in the order of the input. A line that is no tweet is named on standard error.
    Exceptions are judged at each tweet's own time.

    Throttles, budgets and the valve are left out unless --alerts is given: then tweets pass as if they came at their
    own times, in the order of the file, and what was held back is printed when it would have been told, with
    held_back, held_since and folded.

    \b
    Example:
      cat tweets.jsonl | tocsin match --rules rules/
      tocsin match --alerts yesterday.jsonl.gz
    """
    plugins = plugin_choice(no_plugins)
    project = open_rules(rules, plugins) if rules else open_project(config, plugins)
    with _opened(file) as lines:
        anyio.run(_match, project, lines, file, shadow, limited)


async def _match(project: Project, lines: IO[bytes], name: str, shadow: bool, limited: bool) -> None:
    clock = SystemClock()
    transforms = TransformChain(project.host.transforms, clock, _tell)
    await transforms.prepare()
    plan = project.plan(limited=limited)
    matching = _Matching(Pipeline(transforms, Engine(plan, AlertMemory())), project.places, shadow, limited)
    for line in _read(lines, name, clock):
        match line.content:
            case TweetReceived(tweet):
                await matching.observe(tweet)
            case Malformed(reason):
                click.echo(f"{name}:{line.number}: {reason}", err=True)
            case Unrecognised():
                continue
            case _:
                assert_never(line.content)
    matching.end()


def _read(lines: IO[bytes], name: str, clock: SystemClock) -> Iterator[Line]:
    try:
        yield from read_tweets(lines, source="match", clock=clock)
    except OSError as error:
        raise ConfigError(f"{name}: can't be read: {error.strerror}") from error


class _Matching:
    """Puts tweets through a pipeline and prints what comes of them; with `limited`, also what comes later."""

    def __init__(self, pipeline: Pipeline, places: SourceMap, shadow: bool, limited: bool) -> None:
        self._pipeline = pipeline
        self._places = places
        self._shadow = shadow
        self._limited = limited
        self._now = datetime.min.replace(tzinfo=UTC)
        self._held = dict[str, Record | None]()

    async def observe(self, tweet: Tweet) -> None:
        """Print what comes of a tweet."""
        # The tweet's own time stands for the present, so that the same input gives the same output on any day.
        now = tweet.created_at or tweet.received_at
        if self._limited:
            # What is held back waits for a clock, and clocks don't go back.
            now = self._now = max(self._now, now)
            for step in wakes(self._pipeline.engine, until=now):
                self._print(step)
        self._print(await self._pipeline.observe(tweet, now))

    def end(self) -> None:
        """Print what is still to be told, as if time went on."""
        for step in wakes(self._pipeline.engine):
            self._print(step)
        held = matches_held(record for record in self._held.values() if record is not None)
        if held:
            counted = "1 match is" if held == 1 else f"{held:,} matches are"
            click.echo(f"{counted} held back for the next alert to tell", err=True)

    def _print(self, step: Step) -> None:
        self._held |= step.state
        for alert in step.alerts:
            click.echo(as_json_line(self._line(alert)))
        for alert in step.shadowed if self._shadow else ():
            click.echo(as_json_line({**self._line(alert), "stage": "shadow"}))
        for entry in step.entries:
            if isinstance(entry, Failed):
                click.echo(f"tweet {entry.tweet_id}: rule {entry.rule_id} failed: {entry.error}", err=True)
            elif isinstance(entry, Unusable):
                click.echo(entry.reason, err=True)

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
        leaves = self._pipeline.engine.plan.provers.of(alert.rule_id).explain(Facts(alert.tweet.data)).leaves
        return [leaf_as_json(leaf, self._places, with_values=False) for leaf in leaves]


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


def as_json_line(value: Mapping[str, object]) -> str:
    """Return the object as JSON that any terminal and pipe can take: what can't be printed is written as an escape."""
    return printable_json(json.dumps(value, ensure_ascii=False))


def _tell(failure: PluginFailed) -> None:
    click.echo(f"plugin {failure.plugin}: {failure.error}", err=True)


def _opened(file: str) -> AbstractContextManager[IO[bytes]]:
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise ConfigError(f"{file}: can't be read: {error.strerror}") from error
