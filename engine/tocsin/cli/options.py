"""Options that several commands share."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from tocsin.rules.duration import parse_duration
from tocsin.runtime.project import PluginChoice

DEFAULT_CONFIG = Path("tocsin.yaml")

HOW_MANY: Final = click.IntRange(1, 1_000_000_000)
"""A count of rows; SQLite knows no number beyond 64 bits."""

Command = TypeVar("Command", bound=Callable[..., Any])


class DurationType(click.ParamType[timedelta]):
    """A duration such as 90s, 10m, 1h or 3d."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the duration, or fail as click does."""
        if isinstance(value, timedelta):
            return value
        try:
            return parse_duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class WordsType(click.ParamType[str]):
    """A few words of a person, which are repeated wherever somebody asks why: not a document."""

    name = "text"

    def __init__(self, longest: int) -> None:
        """Take how many characters there may be."""
        self._longest = longest

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the words, or fail as click does."""
        if len(str(value)) > self._longest:
            self.fail(f"{len(str(value)):,} characters are too many: at most {self._longest:,}", param, ctx)
        return str(value)


NAME: Final = WordsType(200)
REMARK: Final = WordsType(2_000)


def rules_option(command: Command) -> Command:
    """Add `--rules PATH`, which may be repeated."""
    return click.option(
        "--rules", "rules", type=click.Path(path_type=Path), multiple=True,
        help="Rule files or folders, in place of those that the configuration names; may be repeated.",
    )(command)  # fmt: skip


def config_option(command: Command) -> Command:
    """Add `--config FILE`."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        default=DEFAULT_CONFIG,
        show_default=True,
        help="The configuration file.",
    )(command)


def state_options(command: Command) -> Command:
    """Add `--config FILE` and `--state FILE`."""
    with_state = click.option(
        "--state",
        "state_file",
        type=click.Path(path_type=Path, dir_okay=False),
        default=None,
        help="The state database itself; the configuration is then not read.",
    )(command)
    return config_option(with_state)


def format_option(command: Command) -> Command:
    """Add `--format text|json`."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="json: one object a line.",
    )(command)


def plugins_option(command: Command) -> Command:
    """Add `--no-plugins`."""
    return click.option(
        "--no-plugins", is_flag=True, help="Load no plugins. TOCSIN_PLUGINS=a,b in the environment loads only those."
    )(command)


def plugin_choice(no_plugins: bool) -> PluginChoice:
    """Return which plugins the command line and TOCSIN_PLUGINS ask for."""
    named = os.environ.get("TOCSIN_PLUGINS")
    only = None if named is None else tuple(name.strip() for name in named.split(",") if name.strip())
    return PluginChoice(enabled=not no_plugins, only=only)
