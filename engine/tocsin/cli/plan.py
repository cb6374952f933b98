"""`tocsin plan`: what a reload would change."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tocsin.cli.loading import open_project, open_rules, show_problems
from tocsin.cli.options import config_option, plugin_choice, plugins_option
from tocsin.cli.output.planned import plan_json, plan_text
from tocsin.config.settings import Subscription
from tocsin.config.subscription import derive_subscription, subscription_problem
from tocsin.errors import RulesError
from tocsin.rules.reading.load import load_rules
from tocsin.rules.ruleset import RuleSet
from tocsin.runtime.project import Project
from tocsin.runtime.reloading.record import Record, planned
from tocsin.store.sqlite import SqliteStore

CHANGES = 4
"""The exit status where anything would change."""

_File = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@config_option
@click.option("--state", "state_file", type=_File, help="The state database, in place of the configuration's.")
@click.option(
    "--against", multiple=True, type=click.Path(path_type=Path), help="Compare with these rule files or folders."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@plugins_option
def plan(
    paths: tuple[Path, ...],
    config: Path,
    state_file: Path | None,
    against: tuple[Path, ...],
    form: str,
    no_plugins: bool,
) -> None:
    """Show what a reload would change: rules, the subscription, routes and destinations.

    The files are compared with what `tocsin run` has in force, or had when it ended. With --against they are compared
    with other files, and with PATH those are looked at in place of the configuration's.

    Exit status: 0 nothing would change, 4 something would, 1 errors in the rules.

    \b
    Example:
      tocsin plan
      tocsin plan rules/ --against ../main/rules/ --format json
    """
    if paths and not against:
        raise click.UsageError("PATH needs --against: what runs was read from a whole configuration")
    choice = plugin_choice(no_plugins)
    project = open_rules(paths, choice) if paths else open_project(config, choice)
    if against:
        before, after = _rules_of(against, project), Record.of(project.ruleset, _subscription(project, project.ruleset))
    else:
        before = _in_force(state_file or project.settings.state)
        after = Record.of(project.ruleset, _subscription(project, project.ruleset), project.settings)
    found = planned(before, after)
    if form == "json":
        click.echo(json.dumps(plan_json(found), ensure_ascii=False, indent=2).encode("utf-8", "replace"))
    else:
        click.echo(plan_text(found, colour=sys.stdout.isatty()), nl=False)
    sys.exit(CHANGES if found else 0)


def _in_force(database: Path) -> Record:
    """Return what the running engine has in force, or the last one had; nothing if there was none yet."""
    if not database.exists():
        click.echo(f"nothing has been in force yet: there is no state database {database}", err=True)
        return Record()
    store = SqliteStore.visit(database)
    try:
        document = store.in_force()
    finally:
        store.close()
    return Record() if document is None else Record.from_json(document)


def _rules_of(paths: Sequence[Path], project: Project) -> Record:
    loaded = load_rules(paths, project.vocabulary, defaults=project.defaults)
    show_problems(loaded.diagnostics, loaded.sources)
    if loaded.ruleset is None:
        raise RulesError("the rules to compare with have errors", count=len(loaded.diagnostics))
    return Record.of(loaded.ruleset, _subscription(project, loaded.ruleset))


def _subscription(project: Project, ruleset: RuleSet) -> tuple[Subscription, ...]:
    """Return what the rules ask the stream for; nothing where that isn't for them to say."""
    settings = project.settings
    if settings.source.type != "scrapest" or subscription_problem(settings, ruleset) is not None:
        return ()
    return derive_subscription(settings, ruleset)
