"""`tocsin schema`: JSON Schemas, for editors that complete and check while one writes."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from tocsin.cli.loading import show_failed_plugins
from tocsin.cli.options import config_option, plugin_choice, plugins_option
from tocsin.config.load import load_settings
from tocsin.config.plugged import PluginSettings
from tocsin.errors import ConfigError
from tocsin.runtime.project import PluginChoice, load_words
from tocsin.schemas.configuration import config_schema
from tocsin.schemas.rule_files import rules_schema

FOLDER = ".tocsin"
"""Where the schemas lie, beside tocsin.yaml."""


@click.command()
@click.argument("which", type=click.Choice(["rules", "config"]), default="rules", metavar="[rules|config]")
@click.option("--write", is_flag=True, help=f"Write both into {FOLDER}/ beside the configuration instead.")
@config_option
@plugins_option
def schema(which: str, write: bool, config: Path, no_plugins: bool) -> None:
    """Print the JSON Schema (draft-07) of rule files, or of tocsin.yaml.

    It has the operators, fields and options of the plugins that are installed, and the destinations that the
    configuration names. With --write both are written to where the first line of a file finds them:

    \b
      # yaml-language-server: $schema=../.tocsin/rules.schema.json     in rules/*.yaml
      # yaml-language-server: $schema=.tocsin/config.schema.json       in tocsin.yaml

    \b
    Example:
      tocsin schema --write
      tocsin schema config > config.schema.json
    """
    schemas = compose(config, plugin_choice(no_plugins))
    if not write:
        click.echo(as_json(schemas[which]), nl=False)
        return
    for path in write_schemas(config.parent, schemas):
        click.echo(f"wrote   {path}")


def compose(config: Path, choice: PluginChoice) -> Mapping[str, dict[str, Any]]:
    """Return the schemas by name, `rules` and `config`; the configuration may be missing, or have mistakes."""
    plugged, destinations = PluginSettings(), None
    if config.exists():
        loaded = load_settings(config, os.environ)
        plugged, destinations = loaded.plugged, loaded.destinations or None
    host, vocabulary = load_words(choice, plugged)
    show_failed_plugins(host)
    return {
        "rules": rules_schema(vocabulary, destinations=destinations, distributions=sorted(host.installed)),
        "config": config_schema(vocabulary, host, destinations=destinations),
    }


def write_schemas(folder: Path, schemas: Mapping[str, dict[str, Any]]) -> list[Path]:
    """Write the schemas below a folder, and return where they are.

    Raises:
        ConfigError: they can't be written.
    """
    paths: list[Path] = []
    for name, content in schemas.items():
        path = folder / FOLDER / f"{name}.schema.json"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(as_json(content), encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"can't write {path}: {error.strerror or error}") from error
        paths.append(path)
    return paths


def as_json(content: Mapping[str, Any]) -> str:
    """Return a schema as it is written to a file."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
