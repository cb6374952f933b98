"""`tocsin demo`: everything at work, with no key and no configuration."""

import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import click
from rich.console import Console

from tocsin.cli.options import DurationType, plugin_choice, plugins_option
from tocsin.cli.output.cards import card_of_document, show
from tocsin.cli.output.status import live_status
from tocsin.clock import SystemClock
from tocsin.runtime.demo import demo_service
from tocsin.runtime.project import PluginChoice
from tocsin.telemetry.log import LineLog, silence_libraries

INTRODUCTION = "A simulated stream of tweets, the example rules, a local webhook. Ctrl-C ends it."


@click.command()
@click.option("--for", "limit", type=DurationType(), metavar="DURATION", help="Stop after this long, e.g. 30s.")
@click.option("--rate", type=click.FloatRange(min=0.1), default=10.0, show_default=True, help="Tweets a second.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed tells other stories.")
@plugins_option
def demo(limit: timedelta | None, rate: float, seed: int, no_plugins: bool) -> None:
    """Run the example rules on a simulated stream.

    Alerts are shown as they arrive. The stream is simulated; the rest is what `tocsin run` does: a WebSocket, the
    engine, SQLite, a webhook.

    \b
    Example:
      tocsin demo --for 30s
    """
    silence_libraries()
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder:
        anyio.run(_demo, Path(folder), limit, rate, seed, plugin_choice(no_plugins))


async def _demo(folder: Path, limit: timedelta | None, rate: float, seed: int, plugins: PluginChoice) -> None:
    clock = SystemClock()
    console = Console()
    log = LineLog(clock, threshold="warning")

    async def show_alert(document: Mapping[str, Any]) -> None:
        show(card_of_document(document), console)

    async with demo_service(
        folder, clock=clock, log=log, rate_per_s=rate, seed=seed, plugins=plugins, on_alert=show_alert
    ) as service:
        console.print(INTRODUCTION, style="dim", soft_wrap=True)
        async with live_status(console, service.observer.health, clock):
            await service.run(limit=limit)
        health = service.observer.health
        console.print(
            f"{health.tweets:,} tweets, {health.rules} rules, {health.alerts} alerts, {health.delivered} delivered.",
            highlight=False,
        )
        console.print("Next: tocsin init", style="dim")
