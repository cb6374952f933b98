"""`tocsin route test`: who would be told of an alert at a certain time, and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import anyio
import click

from tocsin.alerting.inhibition import Inhibitions
from tocsin.alerting.silences import Silences
from tocsin.cli.explain import first_tweet, rule_named
from tocsin.cli.loading import open_project
from tocsin.cli.options import config_option, format_option, plugin_choice, plugins_option
from tocsin.cli.output.jsonline import as_json_line
from tocsin.cli.output.routes import trial_as_json, trial_as_text
from tocsin.cli.times import parse_instant
from tocsin.clock import SystemClock
from tocsin.config.conditions import read_condition
from tocsin.model import Severity
from tocsin.runtime.project import Project
from tocsin.runtime.recalling import inhibiting_alerts
from tocsin.runtime.routetrial import route_trial
from tocsin.store.memory import MemoryStore
from tocsin.store.sqlite import SqliteStore
from tocsin.store.store import Store


@click.group()
def route() -> None:
    """Try the routes out.

    \b
    Example:
      tocsin route test --rule exchange-hack --at 'Sat 23:00'
    """


@route.command()
@click.option("--rule", "rule_id", required=True, metavar="RULE", help="The rule whose alert it is.")
@click.option("--key", default="", help="The alert's key, for rules that have one.")
@click.option(
    "--at", "at", default="now", show_default=True, metavar="TIME", help="When: 'Sat 23:00', an instant, now."
)
@click.option(
    "--zone", default=None, metavar="ZONE", help="The zone of --at and of what is shown.  [default: this machine's]"
)
@click.option("--severity", type=click.Choice([each.value for each in Severity]), help="In place of the rule's own.")
@click.option(
    "--tweet", "tweet_file", default=None, metavar="FILE", help="The tweet that it is of; - is standard input."
)
@config_option
@plugins_option
@format_option
def test(
    rule_id: str, key: str, at: str, zone: str | None, severity: str | None, tweet_file: str | None, config: Path,
    no_plugins: bool, output: str,
) -> None:  # fmt: skip
    """Say who would be told of an alert of RULE, when, and why.

    Shows the routes that are asked, with their lines and answers; each destination and when it hears of the alert;
    and what would withhold the alert: silences in force at that time, and inhibition by alerts in the state database.
    Nothing is sent. A day or a time of day is the next one.

    \b
    Example:
      tocsin route test --rule exchange-hack --at 'Sat 23:00'
      tocsin route test --rule exchange-hack --severity low --tweet tweet.json --format json
    """
    place = _zone(zone)
    try:
        when = parse_instant(at, SystemClock().now(), place)
    except ValueError as error:
        raise click.UsageError(f"--at: {error}") from error
    project = open_project(config, plugin_choice(no_plugins))
    rule = rule_named(rule_id, project)
    if severity is not None:
        rule = replace(rule, severity=Severity(severity))
    tweet = None if tweet_file is None else anyio.run(first_tweet, project, tweet_file)
    with _state(project) as store:
        trial = route_trial(
            project,
            rule,
            key=key,
            at=when,
            tweet=tweet,
            silences=_silences(store, project),
            raised=inhibiting_alerts(store, Inhibitions(project.settings.inhibitions, project.vocabulary), when),
        )
    click.echo(as_json_line(trial_as_json(trial)) if output == "json" else trial_as_text(trial, place))


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.UsageError(f"--zone: there is no zone {name!r}; write one such as Europe/Berlin or UTC") from error


@contextmanager
def _state(project: Project) -> Iterator[Store]:
    """Open the state beside a running engine; an empty one if there has been none yet."""
    if not project.settings.state.exists():
        yield MemoryStore()
        return
    store = SqliteStore.visit(project.settings.state)
    try:
        yield store
    finally:
        store.close()


def _silences(store: Store, project: Project) -> Silences:
    read = [
        (each, read_condition(each.condition, each.id, project.vocabulary).expr) for each in store.silences.unended()
    ]
    return Silences([(silence, expr) for silence, expr in read if expr is not None], project.vocabulary)
