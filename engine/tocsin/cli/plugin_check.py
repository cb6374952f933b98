"""`tocsin plugins check`: the contract suite, in a process of its own."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

import click

from tocsin.errors import ConfigError
from tocsin.plugins.contract.finding import Finding
from tocsin.plugins.host import GROUP

LIMIT_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class _Target:
    """A plugin to check: its name, what its entry point names, and where that is imported from."""

    name: str
    value: str
    folders: tuple[str, ...] = ()


@click.command()
@click.argument("path")
@click.option(
    "--options", default="{}", metavar="JSON", help="The plugin's options, as `plugins.NAME` would have them."
)
@click.option(
    "--with", "of_pieces", multiple=True, metavar="NAME=JSON",
    help="Options of an action or a source, as a destination or `source:` would have them; may be repeated.",
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(path: str, options: str, of_pieces: tuple[str, ...], form: str) -> None:
    """Try out whether the plugin at PATH keeps its promises; PATH is a project's folder or an installed plugin's name.

    It is imported in a process of its own: whether it loads; whether operators and filters are pure, quick and total
    over odd input; whether transforms take any tweet, within their budget, and add what they declare; whether actions
    end in time and do the same twice; whether sources stop when they are told to. Actions, sources and observers that
    need no options, or get them by --with, are really called: use a test system.

    Exit status 1 if anything failed.

    \b
    Example:
      tocsin plugins check .
      tocsin plugins check . --with 'ledger={"folder": "/tmp/alerts"}'
    """
    pieces = dict(_pair(given) for given in of_pieces)
    failed = False
    for target in _targets(path):
        findings = _findings(target, _object("--options", options), pieces)
        failed |= any(finding.verdict == "failed" for finding in findings)
        for finding in findings:
            click.echo(_line(finding) if form == "text" else json.dumps(_record(target, finding)))
    sys.exit(1 if failed else 0)


def _line(finding: Finding) -> str:
    mark = {"ok": "ok     ", "failed": "FAILED ", "skipped": "skipped"}[finding.verdict]
    return f"{mark} {finding.subject}: {finding.text}"


def _record(target: _Target, finding: Finding) -> dict[str, str]:
    return {"plugin": target.name, "verdict": finding.verdict, "subject": finding.subject, "text": finding.text}


def _targets(path: str) -> list[_Target]:
    folder = Path(path)
    if not folder.is_dir():
        found = [_Target(entry.name, entry.value) for entry in entry_points(group=GROUP, name=path)]
        if not found:
            raise ConfigError(f"{path}: neither a folder nor an installed plugin; `tocsin plugins` lists those")
        return found
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{folder}: there is no pyproject.toml; `tocsin plugins new NAME` writes a plugin") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{folder / 'pyproject.toml'}: {error}") from error
    entries: Any = project.get("project", {}).get("entry-points", {}).get(GROUP, {})
    if not entries:
        raise ConfigError(f"{folder / 'pyproject.toml'}: no entry point in the group 'tocsin': nobody would find it")
    folders = (str((folder / "src").absolute()), str(folder.absolute()))
    return [_Target(str(name), str(value), folders) for name, value in entries.items()]


def _findings(target: _Target, options: Mapping[str, Any], of_pieces: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    asked = {
        "name": target.name, "value": target.value, "folders": target.folders, "options": options,
        "of_pieces": of_pieces,
    }  # fmt: skip
    command = [sys.executable, "-m", "tocsin.plugins.contract"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, by our own interpreter
            command, input=json.dumps(asked).encode(), stdout=subprocess.PIPE, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        found = _read((error.stdout or b"").decode("utf-8", "replace"))[0]
        return [*found, Finding("failed", "process", f"took longer than {LIMIT_S:g} s, after the above")]
    found, is_done = _read(done.stdout.decode("utf-8", "replace"))
    if is_done:
        return found
    return [*found, Finding("failed", "process", f"ended (status {done.returncode}) after the above")]


def _read(output: str) -> tuple[list[Finding], bool]:
    """Return the findings in what the process printed, and whether it came to its end."""
    lines = [line[1:] for line in output.split("\n") if line.startswith("\x1e")]
    return [Finding(**json.loads(line)) for line in lines if line != "done"], "done" in lines


def _pair(given: str) -> tuple[str, dict[str, Any]]:
    name, equals, value = given.partition("=")
    if not equals:
        raise click.UsageError(f"--with {given}: write NAME=JSON")
    return name, _object(f"--with {name}", value)


def _object(what: str, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"{what}: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise click.UsageError(f'{what}: a JSON object is meant, such as {{"folder": "/tmp"}}')
    return value
