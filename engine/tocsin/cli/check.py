"""`tocsin check`: everything that is wrong with the configuration and the rules, at once; nothing is evaluated."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tocsin.cli.loading import show_failed_plugins
from tocsin.cli.options import DEFAULT_CONFIG, plugin_choice, plugins_option
from tocsin.clock import SystemClock
from tocsin.errors import ConfigError
from tocsin.rules.diagnostics import Diagnostic
from tocsin.rules.report import Sources, as_github, as_json, as_text, summary
from tocsin.runtime.project import load_project, load_words_and_rules


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Default: tocsin.yaml, if there is one."
)
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Warnings give exit status 1 too.")
@plugins_option
def check(paths: tuple[Path, ...], config: Path | None, form: str, strict: bool, no_plugins: bool) -> None:
    """Show every problem in the configuration and its rules, and what is right there and yet hardly meant.

    With PATH, only those rule files and folders are looked at. The comment `# tocsin: ignore T203 until 2027-01-01`
    silences a warning in its line or the next, or in a whole rule.

    Exit status: 0 no errors, 1 errors (with --strict, or warnings), 2 nothing to check.

    \b
    Example:
      tocsin check
      tocsin check rules/ --format github
    """
    choice = plugin_choice(no_plugins)
    configuration = _configuration(config, paths)
    today = SystemClock().now().date()
    if configuration is None:
        rules = load_words_and_rules(paths, choice, today=today)
        found, sources, host, ruleset = rules.diagnostics, rules.sources, rules.host, rules.ruleset
        files = len(sources)
    else:
        project = load_project(configuration, os.environ, choice, rules=paths, try_destinations=True, today=today)
        found, sources, host, ruleset = project.diagnostics, project.sources, project.host, project.ruleset
        files = project.rule_files
    show_failed_plugins(host)
    count = len(ruleset.rules) if ruleset is not None else 0
    _show(found, sources, form, summary(found, rules=count, files=files))
    sys.exit(1 if any(strict or diagnostic.severity == "error" for diagnostic in found) else 0)


def _configuration(config: Path | None, paths: tuple[Path, ...]) -> Path | None:
    if config is None and not DEFAULT_CONFIG.exists():
        if not paths:
            raise ConfigError(
                f"there is no {DEFAULT_CONFIG} here and no PATH was given; `tocsin init` writes a first one"
            )
        return None
    path = config or DEFAULT_CONFIG
    if not path.exists():
        raise ConfigError(f"there is no configuration at {path}; `tocsin init` writes a first one")
    return path


def _show(diagnostics: Sequence[Diagnostic], sources: Sources, form: str, closing: str) -> None:
    match form:
        case "json":
            click.echo(as_json(diagnostics), nl=False)
        case "github":
            click.echo(as_github(diagnostics), nl=False)
        case _:
            click.echo(as_text(diagnostics, sources, colour=_wants_colour()), nl=False)
            click.echo(closing)


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
