"""`tocsin match`: tweets in, alerts out, as JSON lines."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeAlias, assert_never

import anyio
import click

from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.provers import Provers
from tocsin.cli.loading import open_project, open_rules
from tocsin.cli.options import config_option, plugin_choice, plugins_option
from tocsin.cli.output.proofs import leaf_as_json
from tocsin.clock import SystemClock
from tocsin.core.engine import Engine
from tocsin.errors import ConfigError
from tocsin.journal import Failed, PluginFailed, Unusable
from tocsin.logic.facts import Facts
from tocsin.model import Alert, Tweet
from tocsin.plugins.faults import Faults
from tocsin.plugins.guard import TransformChain
from tocsin.rules.places import SourceMap
from tocsin.runtime.pipeline import Pipeline
from tocsin.runtime.project import Project
from tocsin.sources.jsonl import Line, read_tweets
from tocsin.sources.scrapest.decode import Malformed
from tocsin.sources.scrapest.protocol import TweetReceived, Unrecognised

Proving: TypeAlias = Callable[[Alert], list[dict[str, Any]]]
"""What gives the proof of an alert as JSON."""


@click.command()
@click.argument("file", default="-")
@config_option
@plugins_option
@click.option(
    "--rules", "rules", type=click.Path(path_type=Path), multiple=True,
    help="Rule files or folders, in place of those that the configuration names; may be repeated.",
)  # fmt: skip
@click.option("--shadow", is_flag=True, help='Print matches of rules in stage shadow too, marked "stage": "shadow".')
def match(file: str, config: Path, no_plugins: bool, rules: tuple[Path, ...], shadow: bool) -> None:
    """Print the alerts that the rules raise on tweets from FILE.

    Without FILE, or with -, tweets come from standard input. Nothing is sent.

    In: JSON lines, tweets or messages of the stream, plain, .gz or .zst. Out: JSON lines with rule, tweet_id, key, at,
    severity, title, because and proof, in the order of the input. A line that is no tweet is named on standard error.
    Exceptions are judged at each tweet's own time.

    \b
    Example:
      cat tweets.jsonl | tocsin match --rules rules/
    """
    plugins = plugin_choice(no_plugins)
    project = open_rules(rules, plugins) if rules else open_project(config, plugins)
    with _opened(file) as lines:
        anyio.run(_match, project, lines, file, shadow)


async def _match(project: Project, lines: IO[bytes], name: str, shadow: bool) -> None:
    clock = SystemClock()
    transforms = TransformChain(project.host.transforms, clock, _tell)
    await transforms.prepare()
    tell_faults = partial(_tell_faults, project.host.faults, clock)
    plan = project.plan()
    pipeline = Pipeline(transforms, Engine(plan, AlertMemory()))
    for line in _read(lines, name, clock):
        match line.content:
            case TweetReceived(tweet):
                await _observe(pipeline, partial(_proof, plan.provers, project.places), tweet, shadow)
                tell_faults()
            case Malformed(reason):
                click.echo(f"{name}:{line.number}: {reason}", err=True)
            case Unrecognised():
                continue
            case _:
                assert_never(line.content)


def _read(lines: IO[bytes], name: str, clock: SystemClock) -> Iterator[Line]:
    try:
        yield from read_tweets(lines, source="match", clock=clock)
    except OSError as error:
        raise ConfigError(f"{name}: can't be read: {error.strerror}") from error


async def _observe(pipeline: Pipeline, proof: Proving, tweet: Tweet, shadow: bool) -> None:
    # The tweet's own time stands for the present, so that the same input gives the same output on any day.
    step = await pipeline.observe(tweet, tweet.created_at or tweet.received_at)
    for alert in step.alerts:
        click.echo(as_json_line({**as_line(alert), "proof": proof(alert)}))
    for alert in step.shadowed if shadow else ():
        click.echo(as_json_line({**as_line(alert), "proof": proof(alert), "stage": "shadow"}))
    for entry in step.entries:
        if isinstance(entry, Failed):
            click.echo(f"tweet {entry.tweet_id}: rule {entry.rule_id} failed: {entry.error}", err=True)
        elif isinstance(entry, Unusable):
            click.echo(entry.reason, err=True)


def as_line(alert: Alert) -> dict[str, object]:
    """Return what is printed of an alert."""
    return {
        "rule": alert.rule_id,
        "tweet_id": alert.tweet.id,
        "key": alert.key,
        "at": alert.at.isoformat().replace("+00:00", "Z"),
        "severity": alert.severity.value,
        "title": alert.title.plain(),
        "because": list(alert.because),
    }


def _proof(provers: Provers, places: SourceMap, alert: Alert) -> list[dict[str, Any]]:
    """Return the leaves that made the rule true of the alert's tweet, as objects."""
    leaves = provers.of(alert.rule_id).explain(Facts(alert.tweet.data)).leaves
    return [leaf_as_json(leaf, places, with_values=False) for leaf in leaves]


def as_json_line(value: Mapping[str, object]) -> str:
    """Return the object as JSON that any terminal and pipe can take: a lone surrogate is written as an escape."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text) else json.dumps(value)


def _tell_faults(faults: Faults, clock: SystemClock) -> None:
    for failure in faults.taken(clock.now()):
        click.echo(f"plugin {failure.plugin}: {failure.hook} {failure.error}", err=True)


def _tell(failure: PluginFailed) -> None:
    click.echo(f"plugin {failure.plugin}: {failure.error}", err=True)


def _opened(file: str) -> AbstractContextManager[IO[bytes]]:
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise ConfigError(f"{file}: can't be read: {error.strerror}") from error
