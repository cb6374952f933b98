"""`tocsin plugins`: what is installed, what it brought, and why something was left out."""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.cli.options import DEFAULT_CONFIG, config_option, plugin_choice, plugins_option
from tocsin.config.load import load_settings
from tocsin.plugins.host import PluginInfo
from tocsin.runtime.project import load_words


@click.group(invoke_without_command=True)
@click.pass_context
def plugins(ctx: click.Context) -> None:
    """Show the installed plugins.

    Example: tocsin plugins list --format json
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_plugins)


@plugins.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@config_option
@plugins_option
def list_plugins(config: Path = DEFAULT_CONFIG, form: str = "text", no_plugins: bool = False) -> None:
    """List name, distribution, version, hooks, what was registered, state and last error.

    TOCSIN_PLUGINS=a,b in the environment loads only those. A broken plugin is listed with the reason; the exit status
    stays 0. Options are those of the configuration if there is one; `tocsin check` shows what is wrong with them.

    Example: tocsin plugins list
    """
    choice = plugin_choice(no_plugins)
    options = load_settings(config, os.environ).plugin_options if config.exists() else {}
    host, _ = load_words(choice, options)
    if form == "json":
        click.echo(json.dumps([_record(plugin) for plugin in host.plugins], indent=2))
    elif sys.stdout.isatty():
        Console().print(_table(host.plugins))
    else:
        for plugin in host.plugins:
            click.echo(_line(plugin))


def _record(plugin: PluginInfo) -> dict[str, Any]:
    """Return the plugin as JSON; of its options, their names: `tocsin schema` has the rest."""
    options = [] if plugin.options is None else list(plugin.options.model_fields)
    return {**asdict(replace(plugin, options=None)), "options": options}


def _line(plugin: PluginInfo) -> str:
    brought = f"  registers {', '.join(plugin.registered)}" if plugin.registered else ""
    hooks = f"  hooks {', '.join(plugin.hooks)}" if plugin.hooks else ""
    error = f"  {plugin.error}" if plugin.error else ""
    return (
        f"{plugin.name}  {plugin.distribution} {plugin.version}".rstrip() + f"  {plugin.state}{hooks}{brought}{error}"
    )


def _table(found: Iterable[PluginInfo]) -> Table:
    table = Table("plugin", "distribution", "version", "state", "hooks", "registers", "error")
    colours = {"loaded": "green", "failed": "red", "off": "dim"}
    for plugin in found:
        table.add_row(
            Text(plugin.name),
            Text(plugin.distribution),
            Text(plugin.version),
            Text(plugin.state, style=colours[plugin.state]),
            Text("\n".join(plugin.hooks)),
            Text("\n".join(plugin.registered)),
            Text(plugin.error),
        )
    return table
