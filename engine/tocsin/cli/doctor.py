"""`tocsin doctor`: a check-up of everything that somebody would look at."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from tocsin.cli.options import config_option, format_option, plugin_choice, plugins_option
from tocsin.cli.output.screen import Screen
from tocsin.clock import SystemClock
from tocsin.runtime.doctor.finding import Finding, Level
from tocsin.runtime.doctor.installation import installation_findings
from tocsin.runtime.doctor.project import load, project_findings
from tocsin.runtime.doctor.state import state_findings
from tocsin.runtime.project import PluginChoice
from tocsin.telemetry.log import silence_libraries


@click.command()
@click.option("--online", is_flag=True, help="Try to reach the stream and the destinations too; nothing is sent.")
@config_option
@plugins_option
@format_option
def doctor(online: bool, config: Path, no_plugins: bool, output: str) -> None:
    """Check everything that may keep tocsin from doing its work, and say what to do about it.

    Looked at are the installation, the configuration, rules, plugins, destinations, the state database, its disk and
    permissions, the clock, whether an engine runs, when the last tweet came, gaps, and the outbox; with --online also
    whether the stream and the destinations can be reached. It may be run beside an engine, changes nothing and sends
    nothing. Exit status: 1 if anything fails, else 0.

    \b
    Example:
      tocsin doctor
      tocsin doctor --online --format json
    """
    silence_libraries()
    screen = Screen.of_output()
    failed = False
    for finding in _findings(config, plugin_choice(no_plugins), online=online):
        failed = failed or finding.level == "fail"
        click.echo(_as_json(finding) if output == "json" else _as_text(finding, screen))
    sys.exit(1 if failed else 0)


def _findings(config: Path, plugins: PluginChoice, *, online: bool) -> Iterator[Finding]:
    clock = SystemClock()
    yield from installation_findings()
    loaded = load(config, os.environ, plugins, clock.now().date())
    yield from project_findings(config, loaded)
    if loaded is None or loaded.project is None:
        return
    settings = loaded.project.settings
    yield from state_findings(settings.state, clock, settings.source.no_tweets)
    if online:
        from tocsin.runtime.doctor.network import network_findings

        yield from network_findings(settings)


def _as_text(finding: Finding, screen: Screen) -> str:
    line = f"{_mark(finding.level, screen)}  {finding.name:<15}  {screen.safe(finding.says)}"
    return f"{line}\n{'':23}{screen.strong(screen.safe(finding.remedy))}" if finding.remedy else line


def _mark(level: Level, screen: Screen) -> str:
    padded = f"{level:<4}"
    return screen.good(padded) if level == "ok" else screen.bad(padded) if level == "fail" else screen.strong(padded)


def _as_json(finding: Finding) -> str:
    return json.dumps(
        {"level": finding.level, "name": finding.name, "says": finding.says, "remedy": finding.remedy or None}
    )
