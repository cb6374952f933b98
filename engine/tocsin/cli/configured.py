"""What commands that need tocsin.yaml share: reading it, and opening the state database that it names."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from tocsin.config.settings import Settings
from tocsin.errors import ConfigError
from tocsin.store.sqlite import SqliteStore

_Command = TypeVar("_Command", bound=Callable[..., Any])


def config_option(command: _Command) -> _Command:
    """Add `--config FILE`."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("tocsin.yaml"),
        show_default=True,
        help="The configuration.",
    )(command)


def state_options(command: _Command) -> _Command:
    """Add `--config FILE` and `--state FILE`."""
    with_state = click.option(
        "--state",
        "state_file",
        type=click.Path(path_type=Path, dir_okay=False),
        default=None,
        help="The state database itself; the configuration is then not read.",
    )(command)
    return config_option(with_state)


def format_option(command: _Command) -> _Command:
    """Add `--format text|json`."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="json: one object a line.",
    )(command)


def settings_from(config: Path) -> Settings:
    """Return the settings in a file.

    Raises:
        ConfigError: it is missing or has errors, which the message lists.
    """
    from tocsin.config.load import load_settings  # type: ignore[import-not-found,unused-ignore]

    loaded = load_settings(config, os.environ)
    settings: Settings | None = loaded.settings
    if settings is None:
        lines = [
            f"{d.span.file}:{d.span.line}:{d.span.column}: {d.severity}[{d.code}]: {d.message}"
            for d in loaded.diagnostics
        ]
        raise ConfigError("\n".join([f"{config} can't be used; `tocsin check` says more", *lines]))
    return settings


@contextmanager
def state(config: Path, database: Path | None) -> Iterator[SqliteStore]:
    """Open the state database beside an engine that may be running; closed at the end.

    Raises:
        ConfigError: the configuration can't be read.
        StoreError: there is no database, or it can't be used.
    """
    store = SqliteStore.visit(database or settings_from(config).state)
    try:
        yield store
    finally:
        store.close()
