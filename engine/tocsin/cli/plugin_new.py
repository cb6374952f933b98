"""`tocsin plugins new`: a plugin to begin with, whose tests pass."""

import re
from pathlib import Path
from typing import Final

import click

from tocsin.cli.plugin_template import FILES
from tocsin.clock import SystemClock
from tocsin.config.plugged import RESERVED
from tocsin.errors import ConfigError

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PLACE: Final = re.compile(r"\$(?:(name|module|year)\b|\{(word)\})")


@click.command()
@click.argument("name")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), default=Path(), show_default="here",
    help="The folder in which the plugin's own folder is made.",
)  # fmt: skip
def new(name: str, into: Path) -> None:
    """Write a plugin tocsin-NAME to begin with: code, tests, README, licence and a workflow.

    It has an operator, a transform with an option and a filter. Its tests, ruff and mypy pass as it is.

    \b
    Example:
      tocsin plugins new loud
      cd tocsin-loud && pip install -U pip && pip install -e . --group dev && pytest
    """
    name = name.removeprefix("tocsin-")
    if not _NAME.fullmatch(name) or name in RESERVED:
        raise ConfigError(f"{name!r} is no name for a plugin: a-z, 0-9 and - between them, and neither only nor pin")
    folder = into / f"tocsin-{name}"
    if folder.exists():
        raise ConfigError(f"{folder} exists: choose another name, or remove it")
    for path in written(folder, name, SystemClock().now().year):
        click.echo(f"wrote   {path}")
    click.echo(f"\nnext    cd {folder} && pip install -U pip && pip install -e . --group dev && pytest")


def written(folder: Path, name: str, year: int) -> list[Path]:
    """Write the plugin's files below a folder, and return where they are."""
    word = name.replace("-", "_")
    values = {"name": name, "module": f"tocsin_{word}", "year": str(year), "word": word}

    def filled(text: str) -> str:
        return _PLACE.sub(lambda found: values[found[1] or found[2]], text)

    paths: list[Path] = []
    for place, text in FILES.items():
        path = folder / filled(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(text), encoding="utf-8")
        paths.append(path)
    return paths
