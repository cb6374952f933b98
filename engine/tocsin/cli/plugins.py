"""`tocsin plugins`: what is installed, what it brought, and why something was left out."""

import importlib
import json
import os
import sys
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.cli.options import DEFAULT_CONFIG, config_option, plugin_choice, plugins_option
from tocsin.config.load import load_settings
from tocsin.config.plugged import PluginSettings
from tocsin.errors import ConfigError
from tocsin.logic.vocabulary import did_you_mean
from tocsin.plugins.host import GROUP, PluginInfo
from tocsin.plugins.pins import Pin, is_editable, pin_of
from tocsin.runtime.project import PluginChoice
from tocsin.runtime.survey import Surveyed, record_of, survey

_MORE: Final = {"check": "tocsin.cli.plugin_check:check", "new": "tocsin.cli.plugin_new:new"}


class _Group(click.Group):
    """A group of which some commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted({*super().list_commands(ctx), *_MORE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name."""
        if cmd_name not in _MORE:
            return super().get_command(ctx, cmd_name)
        module, _, name = _MORE[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=_Group, invoke_without_command=True)
@click.pass_context
def plugins(ctx: click.Context) -> None:
    """Show the installed plugins; write, check and pin them.

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

    TOCSIN_PLUGINS=a,b in the environment loads only those. Plugins are imported in a process of their own, so that even
    one that crashes or hangs is listed with the reason; the exit status stays 0. Options and pins are those of the
    configuration if there is one; `tocsin check` shows what is wrong with them.

    Example: tocsin plugins list
    """
    plugged = _plugged(config)
    found = survey(plugin_choice(no_plugins), plugged)
    if form == "json":
        click.echo(json.dumps([_record(plugin, plugged) for plugin in found], indent=2))
    elif sys.stdout.isatty():
        Console().print(_table([plugin.info for plugin in found]))
    else:
        for plugin in found:
            click.echo(_line(plugin.info) + ("  pinned" if _is_pinned(plugin, plugged) else ""))


@plugins.command()
@click.argument("name")
@config_option
def info(name: str, config: Path) -> None:
    """Show one plugin: what it registers, its options, how long it takes to load, whether it is pinned.

    Example: tocsin plugins info langid
    """
    plugged = _plugged(config)
    found = next((item for item in survey(PluginChoice(only=(name,)), plugged) if item.info.name == name), None)
    if found is None or not found.info.distribution:
        known = sorted({entry.name for entry in entry_points(group=GROUP)})
        hint = did_you_mean(name, known, f"there are: {', '.join(known) or 'none'}")
        raise ConfigError(f"no plugin {name!r} is installed; {hint}")
    plugin = found.info
    lines = {
        "name": plugin.name,
        "distribution": f"{plugin.distribution} {plugin.version}",
        "state": plugin.state,
        "error": plugin.error,
        "hooks": ", ".join(plugin.hooks),
        "registers": ", ".join(plugin.registered),
        "options": ", ".join(found.options),
        "loaded in": f"{plugin.took_s * 1000:.0f} ms" if plugin.took_s else "",
        "pinned": "yes" if _is_pinned(found, plugged) else "no",
    }
    for key, value in lines.items():
        if value:
            click.echo(f"{key:<13} {value}")


@plugins.command()
@click.argument("names", nargs=-1)
def pin(names: tuple[str, ...]) -> None:
    """Print `plugins.pin` for tocsin.yaml: what the distributions of all plugins, or of those NAMES, are now.

    No plugin is imported to do so.

    Example: tocsin plugins pin
    """
    entries = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    unknown = set(names).difference(entry.name for entry in entries)
    if unknown:
        raise ConfigError(f"no plugin {min(unknown)!r} is installed")
    chosen = [entry for entry in entries if not names or entry.name in names]
    distributions = sorted({entry.dist.name for entry in chosen if entry.dist is not None})
    click.echo("plugins:\n  pin:")
    for name in distributions:
        if is_editable(name):
            click.echo(f"{name} is installed editable: its pin doesn't cover its code", err=True)
        click.echo(_block(name, pin_of(name)))


def _block(name: str, pinned: Pin) -> str:
    lines = [f"    {name}:", f"      version: {json.dumps(pinned.version)}", f"      sha256: {pinned.sha256}"]
    files = [f"        {json.dumps(path)}: {json.dumps(digest)}" for path, digest in pinned.files.items()]
    return "\n".join([*lines, "      files:", *files])


def _plugged(config: Path) -> PluginSettings:
    return load_settings(config, os.environ, source_types=None).plugged if config.exists() else PluginSettings()


def _is_pinned(plugin: Surveyed, plugged: PluginSettings) -> bool:
    return plugin.info.distribution in (plugged.pins or {})


def _record(plugin: Surveyed, plugged: PluginSettings) -> dict[str, object]:
    return {**record_of(plugin.info, plugin.options), "pinned": _is_pinned(plugin, plugged)}


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
