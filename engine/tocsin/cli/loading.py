"""Loading for a command: every problem shown on standard error, a clear end if one of them is an error."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.clock import SystemClock
from tocsin.errors import ConfigError, RulesError, TocsinError
from tocsin.plugins.host import Host
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.diagnostics.report import as_text, summary
from tocsin.rules.lint.lint import without_minor
from tocsin.runtime.caching import user_cache
from tocsin.runtime.project import PluginChoice, Project, load_project, load_words_and_rules

if TYPE_CHECKING:
    from tocsin.config.settings import Settings


def open_project(config: Path, plugins: PluginChoice) -> Project:
    """Return the project of a configuration; warnings are shown if they matter to a run.

    Raises:
        ConfigError: there is no such file, or it has errors.
        RulesError: the rules have.
    """
    if not config.exists():
        raise _missing(config)
    today = SystemClock().now().date()
    loaded = load_project(config, os.environ, plugins, today=today, only_urgent=True)
    diagnostics = without_minor(loaded.diagnostics)
    show_problems(diagnostics, loaded.sources)
    if loaded.project is None:
        raise _refusal(diagnostics, config)
    show_failed_plugins(loaded.project.host)
    return loaded.project


def settings_from(config: Path) -> "Settings":
    """Return the settings in a configuration, for commands that need no rules.

    Raises:
        ConfigError: it is missing or has errors, which are shown on standard error.
    """
    if not config.exists():
        raise _missing(config)
    from tocsin.config.load import load_settings

    loaded = load_settings(config, os.environ, source_types=None)
    show_problems(loaded.diagnostics, loaded.sources)
    if loaded.settings is None:
        raise ConfigError(summary(loaded.diagnostics, rules=0, files=0))
    return loaded.settings


def open_rules(paths: Sequence[Path], plugins: PluginChoice) -> Project:
    """Return rules as a project without a source or destinations, for commands that only evaluate.

    Raises:
        RulesError: the rules have errors.
    """
    loaded = load_words_and_rules(paths, plugins, cache=user_cache(os.environ))
    show_problems(loaded.diagnostics, loaded.sources)
    if loaded.ruleset is None:
        raise RulesError("the rules have errors", count=len(loaded.diagnostics))
    show_failed_plugins(loaded.host)
    from tocsin.config.settings import Settings, SourceSettings

    settings = Settings(
        file=None,
        source=SourceSettings(),
        rules=tuple(paths),
        destinations={},
        routes=(),
        state=Path("tocsin.db"),
        plugin_options={},
    )
    return Project(
        settings=settings,
        host=loaded.host,
        vocabulary=loaded.vocabulary,
        ruleset=loaded.ruleset,
        places=loaded.places,
    )


def show_problems(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Sequence[str]]) -> None:
    """Print diagnostics on standard error, with the lines they are about."""
    click.echo(as_text(diagnostics, sources, colour=sys.stderr.isatty()), err=True, nl=False)


def show_failed_plugins(host: Host) -> None:
    """Print which plugins were left out and why, and which took long to load."""
    for plugin in host.plugins:
        if plugin.is_slow:
            click.echo(f"plugin {plugin.name} took {plugin.took_s:.1f} s to load", err=True)
    for plugin in host.failed:
        click.echo(f"plugin {plugin.name} was left out: {plugin.error}", err=True)


def _missing(config: Path) -> ConfigError:
    return ConfigError(
        f"there is no configuration at {config}; `tocsin init` writes a first one, --config names another"
    )


def _refusal(diagnostics: Sequence[Diagnostic], config: Path) -> TocsinError:
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity == "error"]
    said = summary(diagnostics, rules=0, files=0)
    if any(Path(diagnostic.span.file).name == config.name for diagnostic in errors):
        return ConfigError(said)
    return RulesError(said, count=len(errors))
