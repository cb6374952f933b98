"""`tocsin check`: everything that is wrong with the configuration and the rules, at once; nothing is evaluated."""

import os
import sys
from pathlib import Path

import click

from tocsin.config.load import LoadedSettings, load_settings
from tocsin.config.settings import Settings
from tocsin.config.subscription import subscription_problem
from tocsin.errors import ConfigError
from tocsin.logic.vocabulary import Vocabulary, standard_vocabulary
from tocsin.rules.diagnostics import Diagnostic, in_order
from tocsin.rules.load import load_rules
from tocsin.rules.report import Sources, as_github, as_json, as_text, summary
from tocsin.rules.requirements import InstalledDistributions

DEFAULT_CONFIG = Path("tocsin.yaml")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Default: tocsin.yaml, if there is one."
)
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
def check(paths: tuple[Path, ...], config: Path | None, form: str) -> None:
    """Show every problem in the configuration and its rules, or in the rule files and folders at PATH instead.

    Exit status: 0 no errors, 1 errors, 2 nothing to check.

    \b
    Example:
      tocsin check
      tocsin check rules/ --format github
    """
    settings = _settings(config, paths)
    vocabulary = _vocabulary(settings.settings if settings is not None else None)
    rules = load_rules(
        paths or (settings.rules if settings is not None else ()),
        vocabulary,
        destinations=settings.destinations if settings is not None else None,
        installed=InstalledDistributions(),
    )
    diagnostics = [*(settings.diagnostics if settings is not None else ()), *rules.diagnostics]
    if settings is not None and settings.settings is not None and rules.ruleset is not None:
        unknown = subscription_problem(settings.settings, rules.ruleset)
        diagnostics += [unknown] if unknown is not None else []
    sources = {**(settings.sources if settings is not None else {}), **rules.sources}
    count = len(rules.ruleset.rules) if rules.ruleset is not None else 0
    closing = summary(diagnostics, rules=count, files=len(rules.sources))
    _show(in_order(diagnostics), sources, form, closing)
    sys.exit(1 if any(diagnostic.severity == "error" for diagnostic in diagnostics) else 0)


def _settings(config: Path | None, paths: tuple[Path, ...]) -> LoadedSettings | None:
    if config is None and not DEFAULT_CONFIG.exists():
        if not paths:
            raise ConfigError(
                f"there is no {DEFAULT_CONFIG} here and no PATH was given; `tocsin init` writes a first one"
            )
        return None
    path = config or DEFAULT_CONFIG
    if not path.exists():
        raise ConfigError(f"there is no configuration at {path}; `tocsin init` writes a first one")
    return load_settings(path, os.environ)


def _vocabulary(settings: Settings | None) -> Vocabulary:
    """Return the words that rules may use: the standard ones."""
    del settings
    return standard_vocabulary()


def _show(diagnostics: list[Diagnostic], sources: Sources, form: str, closing: str) -> None:
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
