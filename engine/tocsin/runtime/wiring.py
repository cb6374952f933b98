"""From a project to a service: source, destinations and dispatcher, each of the kind that was asked for."""

import secrets
from collections.abc import Callable
from functools import partial
from random import Random

from tocsin.alerting.acklinks import AckLinks, no_ack_url
from tocsin.clock import Clock
from tocsin.config.settings import Settings
from tocsin.config.subscription import derive_subscription
from tocsin.core.plan import Plan
from tocsin.core.step import Step
from tocsin.errors import ConfigError
from tocsin.journal import PluginFailed
from tocsin.model import DestinationName
from tocsin.plugins.guard import TransformChain
from tocsin.plugins.listening import Audience
from tocsin.rules.ruleset import RuleSet
from tocsin.runtime.ackpage import AckPage
from tocsin.runtime.destinations import make_destinations
from tocsin.runtime.dispatching.dispatcher import Dispatcher
from tocsin.runtime.gauges import Gauges
from tocsin.runtime.heartbeat import Heartbeat
from tocsin.runtime.no_tweets import NoTweets
from tocsin.runtime.plugin_health import plugin_problems
from tocsin.runtime.plugin_notices import PluginNotices
from tocsin.runtime.plugin_source import plugin_source
from tocsin.runtime.project import LoadedProject, Project
from tocsin.runtime.reloading.keeping import Written
from tocsin.runtime.reloading.reading import Paths
from tocsin.runtime.reloading.reload import Parts, Reloader
from tocsin.runtime.serial import Serial
from tocsin.runtime.service import Chore, Service
from tocsin.runtime.silencing import Silencing
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
        StoreError: the key that links are signed with can't be read or kept.
    """
    settings = project.settings
    failures = list[PluginFailed]()
    audience = Audience(project.host.listeners, clock, failures.append)
    transforms = TransformChain(project.host.transforms, clock, failures.append)
    ill = partial(plugin_problems, project.host, transforms, audience)
    health = Health(plugin_problems=lambda: list(ill().values()))
    observer = Observer(Metrics(), health, log, None if audience.is_empty else audience.tell)
    project.host.watch.say = lambda text: log("warning", "plugin-hangs", problem=text)
    in_store = Serial()
    acks = None if dry_run else _acks(settings, store, in_store, observer, clock)
    ack_url = no_ack_url if acks is None else acks.links.url
    source = _any_source(project, clock=clock, rng=rng, log=log, on_failure=failures.append)
    dispatcher = Dispatcher(
        store=store,
        destinations={} if dry_run else make_destinations(settings.destinations, project.host, ack_url),
        settings=settings.destinations,
        clock=clock,
        rng=rng,
        on_entry=observer.saw,
        run_in_store=in_store,
        on_problem=observer.outbox_changed,
        notices=settings.notices,
    )
    plan = project.plan()
    parts = Parts(
        dispatcher=dispatcher,
        keep=lambda written: in_store(partial(_keep, store, written)),
        resubscribe=source.replace_subscriptions if isinstance(source, ScrapestSource) else None,
        observer=observer,
        is_dry=dry_run,
        ack_url=ack_url,
    )
    reloader = _reloader(project, load_again, parts, plan, clock)

    def in_force() -> Settings:
        return settings if reloader is None else reloader.running.project.settings

    word = PluginNotices(problems=ill, destination=lambda: None if dry_run else in_force().notices, clock=clock)
    return Service(
        plan=plan,
        source=source,
        store=store,
        dispatcher=dispatcher,
        in_store=in_store,
        transforms=transforms,
        plugin_failures=failures,
        faults=project.host.faults,
        audience=audience,
        observer=observer,
        clock=clock,
        http=settings.http,
        reloader=reloader,
        acks=acks,
        silencing=Silencing(
            store=store, in_store=in_store, clock=clock, observer=observer, vocabulary=project.vocabulary
        ),
        retention=lambda: in_force().retention,
        chores=[*make_chores(in_force, source, store, in_store, observer, clock, dry_run=dry_run), word],
        on_commit=on_commit,
    )


def _keep(store: Store, written: Written) -> None:
    store.put_in_force(written.document, written.rules, gone=written.gone)


def _reloader(
    project: Project, load_again: Callable[[], LoadedProject] | None, parts: Parts, plan: Plan, clock: Clock
) -> Reloader | None:
    """Return what follows the files of a project, None where that is not wanted or there are none."""
    file = project.settings.file
    if load_again is None or file is None:
        return None
    paths = Paths(config=file, rules=project.settings.rules, files=project.files)
    return Reloader(project, load_again, paths, parts, clock, plan=plan)


def _acks(settings: Settings, store: Store, in_store: Serial, observer: Observer, clock: Clock) -> AckPage | None:
    """Return the page behind the links in messages, None if they have none.

    The key that links are signed with is made at the first start and kept with the state.
    """
    if settings.http is None or settings.http.public_url is None:
        return None
    links = AckLinks(settings.http.public_url, store.acks.key(secrets.token_bytes(32)))
    return AckPage(links=links, store=store, in_store=in_store, clock=clock, on_entry=observer.saw)


def make_chores(
    in_force: Callable[[], Settings],
    source: Source,
    store: Store,
    in_store: Serial,
    observer: Observer,
    clock: Clock,
    *,
    dry_run: bool,
) -> list[Chore]:
    """Return what is done beside the work; `in_force` gives the settings as the last reload left them."""

    def told_of_silence() -> DestinationName | None:
        watched = in_force().source.no_tweets
        return None if watched is None or dry_run else watched.notify or in_force().notices

    no_tweets = NoTweets(
        settings=lambda: in_force().source.no_tweets,
        destination=told_of_silence,
        ask_anew=source.ask_anew if isinstance(source, ScrapestSource) else None,
        observer=observer,
        clock=clock,
    )
    gauges = Gauges(
        metrics=observer.metrics,
        store=store,
        in_store=in_store,
        clock=clock,
        destinations=lambda: in_force().destinations,
        state=None if dry_run else in_force().state,
    )
    chores: list[Chore] = [no_tweets, gauges]
    if not dry_run:
        chores.append(Heartbeat(settings=lambda: in_force().heartbeat, observer=observer, clock=clock))
    return chores


def _any_source(
    project: Project, *, clock: Clock, rng: Random, log: Log, on_failure: Callable[[PluginFailed], None]
) -> Source:
    """Return the source that the configuration names, a plugin's or ours."""
    settings = project.settings
    if settings.source.type in project.host.sources:
        return plugin_source(settings.source, project.host, clock=clock, rng=rng, on_failure=on_failure)
    return make_source(settings, project.ruleset, clock=clock, rng=rng, log=log)


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
