"""How long a tweet takes from its arrival to the webhook that is called for it, while nothing else is to be done."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

import anyio

from tocsin.alerting.routes import Route
from tocsin.bench.firehose import firehose
from tocsin.clock import SystemClock
from tocsin.config.secret import Secret
from tocsin.config.settings import DestinationSettings, Settings, SourceSettings, Subscription
from tocsin.core.step import Step
from tocsin.model import DestinationName
from tocsin.runtime.project import PluginChoice, Project, load_words_and_rules
from tocsin.runtime.wiring import make_service
from tocsin.simulator.receiver import Received, Receiver
from tocsin.store.sqlite import SqliteStore

_HOOK: Final = DestinationName("hook")
_PATIENCE_S: Final = 120.0
_RULE: Final = "rules:\n  any: {when: {'!!': {var: text}}}\n"


def to_webhook(count: int, rate_per_s: float) -> Sequence[float]:
    """Return the seconds that each of so many tweets took, sorted; all of `tocsin run` is at work but its files."""
    return anyio.run(_to_webhook, count, rate_per_s)


async def _to_webhook(count: int, rate_per_s: float) -> Sequence[float]:
    clock = SystemClock()
    arrived_at, called_at = dict[str, datetime](), dict[str, datetime]()
    complete = anyio.Event()

    def committed(step: Step) -> None:
        arrived_at.update((alert.id, alert.tweet.received_at) for alert in step.alerts)

    async def called(received: Received) -> None:
        called_at[received.json["alert_id"]] = received.at
        if len(called_at) == count:
            complete.set()

    receiver = Receiver(clock=clock, on_received=called)
    with TemporaryDirectory() as folder, firehose(count, rate_per_s) as stream, anyio.fail_after(_PATIENCE_S):
        async with anyio.create_task_group() as tasks:
            url = await tasks.start(receiver.serve)
            project = _project(Path(folder), stream, url)
            store = SqliteStore.open(project.settings.state)
            try:
                service = make_service(project, store, clock=clock, rng=Random(1), log=_quiet, on_commit=committed)
                async with anyio.create_task_group() as running:
                    running.start_soon(partial(service.run, signals=False))
                    await complete.wait()
                    running.cancel_scope.cancel()
            finally:
                store.close()
            tasks.cancel_scope.cancel()
    return sorted((at - arrived_at[alert_id]).total_seconds() for alert_id, at in called_at.items())


def _project(folder: Path, stream_url: str, receiver_url: str) -> Project:
    rules = folder / "rules.yaml"
    rules.write_text(_RULE)
    loaded = load_words_and_rules([rules], PluginChoice(enabled=False))
    if loaded.ruleset is None:
        raise ValueError(loaded.diagnostics)
    hook = Secret(receiver_url.replace("http://", "json://", 1) + "/alerts")
    settings = Settings(
        file=None,
        source=SourceSettings(type="scrapest", url=stream_url, subscribe=(Subscription(),)),
        rules=(rules,),
        destinations={_HOOK: DestinationSettings(name=_HOOK, urls=(hook,))},
        routes=(Route(when=None, notify=(_HOOK,)),),
        state=folder / "bench.db",
        plugin_options={},
    )
    return Project(settings=settings, host=loaded.host, vocabulary=loaded.vocabulary, ruleset=loaded.ruleset)


def _quiet(*arguments: Any, **fields: Any) -> None:
    return None
