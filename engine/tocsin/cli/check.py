"""`tocsin check`: everything that is wrong with the configuration and the rules, at once; nothing is evaluated."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from tocsin.cli.loading import show_failed_plugins
from tocsin.cli.options import DEFAULT_CONFIG, plugin_choice, plugins_option
from tocsin.clock import SystemClock
from tocsin.errors import ConfigError
from tocsin.logic.vocabulary import did_you_mean
from tocsin.rules.diagnostics.codes import NUMBERS
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.diagnostics.meanings import explained
from tocsin.rules.diagnostics.report import SHOWN, as_github, as_json, as_text, summary
from tocsin.rules.diagnostics.sarif import as_sarif
from tocsin.runtime.caching import user_cache
from tocsin.runtime.project import load_project, load_words_and_rules

_FOR_PROGRAMS: Mapping[str, Callable[[Sequence[Diagnostic]], str]] = {
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}
FORMATS = ("text", *_FOR_PROGRAMS)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Default: tocsin.yaml, if there is one."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--all", "show_all", is_flag=True, help=f"As text, show more than the first {SHOWN} problems.")
@click.option("--strict", is_flag=True, help="Warnings give exit status 1 too.")
@click.option("--explain", "code", metavar="CODE", help="Tell what a code such as T167 means and how to mend it.")
@plugins_option
def check(
    paths: tuple[Path, ...],
    config: Path | None,
    form: str,
    show_all: bool,
    strict: bool,
    code: str | None,
    no_plugins: bool,
) -> None:
    """Show every problem in the configuration and its rules, and what is right there and yet hardly meant.

    With PATH, only those rule files and folders are looked at. The comment `# tocsin: ignore T203 until 2027-01-01`
    silences a warning in its line or the next, or in a whole rule.

    Exit status: 0 no errors, 1 errors (with --strict, or warnings), 2 nothing to check.

    \b
    Example:
      tocsin check
      tocsin check rules/ --format github
      tocsin check --format sarif > tocsin.sarif
      tocsin check --explain T167
    """
    if code is not None:
        click.echo(_explanation(code), nl=False)
        return
    choice = plugin_choice(no_plugins)
    configuration = _configuration(config, paths)
    today = SystemClock().now().date()
    if configuration is None:
        rules = load_words_and_rules(paths, choice, today=today, cache=user_cache(os.environ))
        found, sources, host, ruleset = rules.diagnostics, rules.sources, rules.host, rules.ruleset
        files = len(sources)
    else:
        project = load_project(configuration, os.environ, choice, rules=paths, try_destinations=True, today=today)
        found, sources, host, ruleset = project.diagnostics, project.sources, project.host, project.ruleset
        files = project.rule_files
    show_failed_plugins(host)
    count = len(ruleset.rules) if ruleset is not None else 0
    match form:
        case "text":
            most = None if show_all else SHOWN
            click.echo(as_text(found, sources, colour=_wants_colour(), most=most), nl=False)
            click.echo(summary(found, rules=count, files=files))
        case _:
            click.echo(_FOR_PROGRAMS[form](found), nl=False)
    sys.exit(1 if any(strict or diagnostic.severity == "error" for diagnostic in found) else 0)


def _explanation(code: str) -> str:
    text = explained(code)
    if text is None:
        hint = did_you_mean(code, [*NUMBERS, *NUMBERS.values()], "they are listed in the reference of diagnostics")
        raise ConfigError(f"there is no diagnostic {code[:40]!r}; {hint}")
    return text


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


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
