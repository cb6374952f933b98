"""The demo: simulator, engine, example packs and a local receiver, each real, over sockets on loopback."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import anyio

from tocsin.alerting.routes import Route
from tocsin.clock import Clock
from tocsin.config.secret import Secret
from tocsin.config.settings import DestinationSettings, Settings, SourceSettings, Subscription
from tocsin.errors import RulesError, ungrouped
from tocsin.model import DestinationName
from tocsin.rules.diagnostics.report import as_text
from tocsin.runtime.packs import example_packs
from tocsin.runtime.project import PluginChoice, Project, load_words_and_rules
from tocsin.runtime.service import Service
from tocsin.runtime.wiring import make_service
from tocsin.simulator.playing import Play, made_up, play
from tocsin.simulator.receiver import Received, Receiver
from tocsin.simulator.server import Simulator, SimulatorOptions
from tocsin.store.sqlite import SqliteStore
from tocsin.telemetry.log import Log

DESTINATION = DestinationName("receiver")


@asynccontextmanager
async def demo_service(
    folder: Path,
    *,
    clock: Clock,
    log: Log,
    rate_per_s: float,
    seed: int,
    plugins: PluginChoice,
    on_alert: Callable[[Mapping[str, Any]], Awaitable[None]],
) -> AsyncIterator[Service]:
    """Start the simulator and the receiver, and give the service that is to run between them.

    `folder` holds the state; `on_alert` is awaited with each JSON document that arrives at the receiver.

    Raises:
        RulesError: the example packs have errors.
    """
    key = secrets.token_hex(8)

    async def arrived(received: Received) -> None:
        if isinstance(received.json, dict):
            await on_alert(received.json)

    simulator = Simulator(SimulatorOptions(keys=frozenset({key})), clock=clock)
    receiver = Receiver(clock=clock, on_received=arrived)
    with ungrouped():
        async with anyio.create_task_group() as tasks:
            stream_url = await tasks.start(simulator.serve)
            receiver_url = await tasks.start(receiver.serve)
            tasks.start_soon(play, simulator, made_up(seed), Play(rate_per_s=rate_per_s))
            project = _project(folder, stream_url, key, receiver_url, plugins)
            store = SqliteStore.open(project.settings.state)
            try:
                yield make_service(project, store, clock=clock, rng=Random(seed), log=log)
            finally:
                store.close()
            tasks.cancel_scope.cancel()


def _project(folder: Path, stream_url: str, key: str, receiver_url: str, plugins: PluginChoice) -> Project:
    packs = example_packs()
    loaded = load_words_and_rules([packs], plugins)
    if loaded.ruleset is None:
        raise RulesError(
            f"the example packs have errors:\n{as_text(loaded.diagnostics, loaded.sources)}",
            count=len(loaded.diagnostics),
        )
    hook = Secret(receiver_url.replace("http://", "json://", 1) + "/alerts")
    settings = Settings(
        file=None,
        source=SourceSettings(url=stream_url, api_key=Secret(key), subscribe=(Subscription(),)),
        rules=(packs,),
        destinations={DESTINATION: DestinationSettings(name=DESTINATION, urls=(hook,))},
        routes=(Route(when=None, notify=(DESTINATION,)),),
        state=folder / "demo.db",
        plugin_options={},
    )
    return Project(settings=settings, host=loaded.host, vocabulary=loaded.vocabulary, ruleset=loaded.ruleset)
