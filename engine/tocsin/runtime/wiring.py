"""From a project to a service: source, destinations and dispatcher, each of the kind that was asked for."""

from collections.abc import Callable
from random import Random

from tocsin.clock import Clock
from tocsin.config.settings import Settings
from tocsin.config.subscription import derive_subscription
from tocsin.core.step import Step
from tocsin.errors import ConfigError
from tocsin.journal import PluginFailed
from tocsin.plugins.guard import TransformChain
from tocsin.plugins.listening import Audience
from tocsin.rules.ruleset import RuleSet
from tocsin.runtime.destinations import make_destinations
from tocsin.runtime.dispatcher import Dispatcher
from tocsin.runtime.plugin_source import plugin_source
from tocsin.runtime.project import LoadedProject, Project
from tocsin.runtime.reloading.reading import Paths
from tocsin.runtime.reloading.reload import Parts, Reloader
from tocsin.runtime.serial import Serial
from tocsin.runtime.service import Service
from tocsin.sources.replay import ReplaySource
from tocsin.sources.scrapest.connection import ScrapestSource
from tocsin.sources.source import Source
from tocsin.store.store import Store
from tocsin.telemetry.health import Health
from tocsin.telemetry.log import Log
from tocsin.telemetry.metrics import Metrics
from tocsin.telemetry.observer import Observer


def make_service(
    project: Project,
    store: Store,
    *,
    clock: Clock,
    rng: Random,
    log: Log,
    on_commit: Callable[[Step], None] = lambda step: None,
    dry_run: bool = False,
    load_again: Callable[[], LoadedProject] | None = None,
) -> Service:
    """Return the service of a project; nothing is opened or started yet but the store that it is given.

    With `dry_run` no destination is set up; the store must be one that never has a delivery due. With `load_again`
    the files of the project are followed, and read with it when they change.

    Raises:
        ConfigError: the source can't be set up, e.g. no subscription follows from the rules.
        PluginError: a destination's action isn't there or refuses its options.
    """
    settings = project.settings
    failures = list[PluginFailed]()
    audience = Audience(project.host.listeners, clock, failures.append)
    observer = Observer(Metrics(), Health(), log, None if audience.is_empty else audience.tell)
    in_store = Serial()
    destinations = {} if dry_run else make_destinations(settings.destinations, project.host)
    if settings.source.type in project.host.sources:
        source: Source = plugin_source(settings.source, project.host, clock=clock, rng=rng, on_failure=failures.append)
    else:
        source = make_source(settings, project.ruleset, clock=clock, rng=rng, log=log)
    dispatcher = Dispatcher(
        store=store,
        destinations=destinations,
        settings=settings.destinations,
        clock=clock,
        rng=rng,
        on_entry=observer.saw,
        run_in_store=in_store,
        on_problem=observer.outbox_changed,
    )
    plan = project.plan()
    reloader = None
    if load_again is not None and settings.file is not None:
        parts = Parts(
            dispatcher=dispatcher,
            keep=lambda document: in_store(store.put_in_force, document),
            resubscribe=source.replace_subscriptions if isinstance(source, ScrapestSource) else None,
            observer=observer,
            is_dry=dry_run,
        )
        paths = Paths(config=settings.file, rules=settings.rules, files=project.files)
        reloader = Reloader(project, load_again, paths, parts, clock, plan=plan)
    return Service(
        plan=plan,
        source=source,
        store=store,
        dispatcher=dispatcher,
        in_store=in_store,
        transforms=TransformChain(project.host.transforms, clock, failures.append),
        plugin_failures=failures,
        faults=project.host.faults,
        audience=audience,
        observer=observer,
        clock=clock,
        http=settings.http,
        reloader=reloader,
        on_commit=on_commit,
    )


def make_source(settings: Settings, ruleset: RuleSet, *, clock: Clock, rng: Random, log: Log) -> Source:
    """Return the source that the configuration names.

    Raises:
        ConfigError: its settings are incomplete, or no subscription follows from the rules.
    """
    source = settings.source
    match source.type:
        case "replay":
            if source.path is None:
                raise ConfigError("source.path is missing: a replay needs the file to read")
            return ReplaySource(source.path, clock)
        case "scrapest":
            return ScrapestSource(source, derive_subscription(settings, ruleset), clock=clock, rng=rng, log=log)
        case _:
            raise ConfigError(f"source.type: no plugin that is loaded has a source {source.type!r}")
