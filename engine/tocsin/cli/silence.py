"""`tocsin silence`: what nobody is to hear of for a while, kept in the state database beside a running engine."""

import getpass
import json
from datetime import datetime, timedelta
from pathlib import Path

import click

from tocsin.alerting.preview import Preview, preview
from tocsin.alerting.silences import SilenceId
from tocsin.cli.completing import rule_ids
from tocsin.cli.loading import settings_from, show_problems
from tocsin.cli.options import (
    HOW_MANY,
    NAME,
    REMARK,
    DurationType,
    format_option,
    plugin_choice,
    plugins_option,
    state_options,
)
from tocsin.cli.output.silences import preview_as_json, preview_as_text, silence_as_json, silence_cells, until_in_words
from tocsin.cli.output.table import show
from tocsin.cli.state import state
from tocsin.cli.times import parse_instant
from tocsin.clock import SystemClock
from tocsin.config.conditions import read_condition, unknown_rules
from tocsin.config.plugged import PluginSettings
from tocsin.errors import ConfigError
from tocsin.logic.evaluation.compile import Condition, compile_condition
from tocsin.rules.duration import LONGEST
from tocsin.runtime.project import PluginChoice, load_words
from tocsin.store.store import Store

LOOKED_BACK = timedelta(days=7)
_LOOKED_THROUGH = 100_000
_NAME = "CONDITION"


@click.group()
def silence() -> None:
    """Keep alerts from being sent for a while.

    \b
    Example:
      tocsin silence add 'eq: [.rule, coin-chatter]' --for 2h --why "known outage of the exchange"
      tocsin silence list
      tocsin silence end s1
    """


@silence.command()
@click.argument("condition", metavar="CONDITION")
@click.option("--for", "lasts", type=DurationType(), help="How long it holds, such as 2h.")
@click.option("--until", "until", metavar="TIME", help="When it ends, such as 2026-12-01T08:00 or 'Sat 23:00'.")
@click.option("--why", type=REMARK, default="", help="The reason, which everybody who looks for an alert will read.")
@click.option("--by", type=NAME, default=None, help="Who asks for it.  [default: your user name]")
@click.option("--dry-run", is_flag=True, help="Only show what it would have hidden.")
@click.option("--yes-everything", is_flag=True, help="Allow a silence that hides everything.")
@format_option
@plugins_option
@state_options
def add(
    condition: str, lasts: timedelta | None, until: str | None, why: str, by: str | None, dry_run: bool,
    yes_everything: bool, output: str, no_plugins: bool, config: Path, state_file: Path | None,
) -> None:  # fmt: skip
    """Withhold alerts of which CONDITION is true, and show what it would have hidden over the last week.

    CONDITION is JSON-logic in YAML or JSON, about `.rule`, `.severity`, `.labels.NAME` and `.key` of the alert and the
    fields of its tweet. A running tocsin follows within 2 s. What is withheld stands in `tocsin alerts`.

    \b
    Example:
      tocsin silence add 'eq: [.rule, coin-chatter]' --for 2h --why "known outage of the exchange"
      tocsin silence add '{and: [{eq: [.labels.team, risk]}, {eq: [.severity, low]}]}' --until 'Mon 08:00' --why weekend
      tocsin silence add 'word: giveaway' --dry-run
    """
    clock = SystemClock()
    now = clock.now()
    ends_at = None if dry_run and lasts is None and until is None else _end(lasts, until, now)
    if not dry_run and not why.strip():
        raise click.UsageError('say why: --why "…" is what others will read who look for an alert')
    compiled = _condition(condition, config, state_file, plugin_choice(no_plugins))
    with state(config, state_file) as store:
        found = preview(compiled, store.alerts(limit=_LOOKED_THROUGH, since=now - LOOKED_BACK))
        _refuse_everything(found, allowed=yes_everything or dry_run)
        added = None
        if not dry_run and ends_at is not None:
            added = store.silences.add(condition, why=why.strip(), by=by or user_name(), since=now, until=ends_at)
    if output == "json":
        shown = None if added is None else silence_as_json(added, now)
        click.echo(json.dumps({"silence": shown, "preview": preview_as_json(found, now - LOOKED_BACK)}))
        return
    click.echo(preview_as_text(found))
    if added is not None:
        click.echo(f"silence {added.id} holds {until_in_words(added, now)}; a running tocsin follows within 2 s")


@silence.command("list")
@click.option("--all", "every", is_flag=True, help="Also those that have ended.")
@click.option("--limit", type=HOW_MANY, default=1000, show_default=True, help="How many, newest first.")
@format_option
@state_options
def list_(every: bool, limit: int, output: str, config: Path, state_file: Path | None) -> None:
    """List silences, newest first, with how many alerts each has hidden.

    \b
    Example:
      tocsin silence list
      tocsin silence list --all --format json
    """
    now = SystemClock().now()
    with state(config, state_file) as store:
        silences = [each for each in store.silences.every(limit=limit) if every or each.holds_at(now)]
    if output == "json":
        for each in silences:
            click.echo(json.dumps(silence_as_json(each, now)))
    elif not silences:
        click.echo("no silences" if every else "no silence holds; --all shows those that have ended", err=True)
    else:
        headings = ("id", "until", "by", "why", "condition", "hidden")
        show(headings, [silence_cells(each, now) for each in silences])


@silence.command()
@click.argument("silence_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--by", type=NAME, default=None, help="Who ends it.  [default: your user name]")
@state_options
def end(silence_ids: tuple[str, ...], by: str | None, config: Path, state_file: Path | None) -> None:
    """End silences before their time. They stay in `tocsin silence list --all`.

    \b
    Example:
      tocsin silence end s1
    """
    now = SystemClock().now()
    with state(config, state_file) as store:
        _check_ids(store, silence_ids, now)
        ended = [store.silences.end(SilenceId(each), now, by or user_name()) for each in silence_ids]
    for each in ended:
        if each is not None:
            loud = f", {each.loud} of them high or critical" if each.loud else ""
            click.echo(f"silence {each.id} ended; it hid {each.hidden}{loud}")


def _check_ids(store: Store, silence_ids: tuple[str, ...], now: datetime) -> None:
    """Raise before anything is changed if one of them can't be ended.

    Raises:
        ConfigError: it isn't there, or has ended.
    """
    known = {str(each.id): each for each in store.silences.every(limit=1_000_000)}
    for name in silence_ids:
        if name not in known:
            raise ConfigError(f"there is no silence {name!r} (see `tocsin silence list`); nothing was changed")
        if not known[name].holds_at(now):
            raise ConfigError(f"silence {name} has ended already; nothing was changed")


def _end(lasts: timedelta | None, until: str | None, now: datetime) -> datetime:
    if lasts is not None and until is None:
        return now + lasts
    if until is None or lasts is not None:
        raise click.UsageError("say how long: either --for 2h, or --until 2026-12-01T08:00")
    try:
        at = parse_instant(until, now)
    except ValueError as error:
        raise click.UsageError(f"--until: {error}") from error
    if at <= now:
        raise click.UsageError(f"--until: {until!r} is over already")
    if at - now > LONGEST:
        raise click.UsageError(f"--until: {until!r} is more than ten years away")
    return at


def _condition(text: str, config: Path, state_file: Path | None, choice: PluginChoice) -> Condition:
    """Return the condition, with the words of the plugins that a run has.

    Raises:
        ConfigError: it can't be read; what is wrong with it is shown on standard error.
    """
    options = PluginSettings() if state_file is not None else settings_from(config).plugged
    _, vocabulary = load_words(choice, options)
    read = read_condition(text, _NAME, vocabulary)
    show_problems(read.diagnostics, {_NAME: read.document.lines})
    if read.expr is None:
        raise ConfigError("the condition can't be read; nothing was silenced")
    known = rule_ids(config) if state_file is None else []
    for problem in unknown_rules(read.expr, known) if known else []:
        click.echo(f"warning: {problem.message} at the moment; {problem.hint}", err=True)
    return compile_condition(read.expr, vocabulary)


def _refuse_everything(found: Preview, *, allowed: bool) -> None:
    if found.everything is not None and not allowed:
        raise ConfigError(
            f"this would hide everything: {found.everything}. Name a rule, a label or words of the tweet; "
            "--yes-everything if it is meant. Nothing was silenced"
        )


def user_name() -> str:
    """Return who is at the terminal, as far as the system knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
