"""`tocsin run`: the main job."""

import os
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

import anyio
import click
from rich.console import Console

from tocsin.cli.loading import open_project
from tocsin.cli.options import DurationType, config_option, plugin_choice, plugins_option
from tocsin.cli.output.cards import card_of, show
from tocsin.cli.output.status import live_status
from tocsin.clock import SystemClock
from tocsin.config.settings import LogSettings
from tocsin.core.step import Step
from tocsin.runtime import collecting
from tocsin.runtime.project import Project, load_project_again
from tocsin.runtime.service_manager import ServiceManager
from tocsin.runtime.wiring import make_service
from tocsin.store.memory import DryStore
from tocsin.store.sqlite import SqliteStore
from tocsin.store.store import Store
from tocsin.telemetry.log import LEVELS, LineLog, report_faults, silence_libraries


@click.command()
@config_option
@plugins_option
@click.option("--for", "limit", type=DurationType(), metavar="DURATION", help="Stop after this long, e.g. 60s.")
@click.option("--dry-run", is_flag=True, help="Evaluate and show alerts; send nothing, keep nothing.")
@click.option("--log-level", type=click.Choice(list(LEVELS)), help="In place of log.level in the configuration.")
@click.option("--log-format", type=click.Choice(["text", "json"]), help="In place of log.format.")
def run(
    config: Path,
    no_plugins: bool,
    limit: timedelta | None,
    dry_run: bool,
    log_level: str | None,
    log_format: str | None,
) -> None:
    """Read the stream, evaluate the rules, deliver the alerts.

    SIGTERM and Ctrl-C drain: no more tweets are taken, what is being sent is waited for, and the exit status is 0.
    A second signal leaves at once. What isn't delivered stays in the outbox for the next run.

    \b
    Example:
      tocsin run --config tocsin.yaml --for 60s --dry-run
    """
    silence_libraries()
    clock = SystemClock()
    project = open_project(config, plugin_choice(no_plugins))
    log = _log(project.settings.log, log_level, log_format, clock)
    report_faults(log)
    store: Store = DryStore() if dry_run else SqliteStore.open(project.settings.state)
    try:
        anyio.run(_run, project, config, store, dry_run, limit, log, clock)
    finally:
        store.close()


async def _run(
    project: Project,
    config: Path,
    store: Store,
    dry_run: bool,
    limit: timedelta | None,
    log: LineLog,
    clock: SystemClock,
) -> None:
    out = Console()

    def show_alerts(step: Step) -> None:
        for alert in step.alerts:
            show(card_of(alert), out)

    with collecting.beside_the_stream():
        service = make_service(
            project,
            store,
            clock=clock,
            rng=Random(),
            log=log,
            dry_run=dry_run,
            load_again=partial(load_project_again, project, config, os.environ),
            on_commit=show_alerts if dry_run else _show_nothing,
        )
    manager = ServiceManager.of(os.environ, os.getpid(), service.observer.health)
    if manager is not None:
        service.chores = [*service.chores, manager]
    # One console for both where it can be: two would write into each other's lines.
    status = out if out.is_terminal else Console(stderr=True)
    async with live_status(status, service.observer.health, clock):
        with collecting.in_short_rounds(clock):
            await service.run(limit=limit)


def _show_nothing(step: Step) -> None:
    """Alerts of a real run are shown by their destinations, and named in the log."""


def _log(settings: LogSettings, level: str | None, form: str | None, clock: SystemClock) -> LineLog:
    chosen = form or settings.format or ("text" if sys.stderr.isatty() else "json")
    return LineLog(clock, threshold=level or settings.level, form="json" if chosen == "json" else "text")
