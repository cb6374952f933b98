"""From what was read to what can take the place of what runs: prepared aside, or refused with the reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from tocsin.alerting.acklinks import AckUrl, no_ack_url
from tocsin.config.settings import DestinationSettings, Settings, Subscription
from tocsin.config.subscription import derive_subscription
from tocsin.core.plan import Plan
from tocsin.errors import TocsinError
from tocsin.model import DestinationName
from tocsin.notify.destination import Destination
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.diff import RuleChanges, changes_of
from tocsin.rules.edits import edits_between
from tocsin.rules.ruleset import sharing
from tocsin.runtime.destinations import make_destination
from tocsin.runtime.project import LoadedProject, Project
from tocsin.runtime.reloading.record import Record

_SHOWN_ERRORS = 3
_SHOWN_NAMES = 20


@dataclass(frozen=True, slots=True)
class InForce:
    """What runs: a project, and what it asks the stream for."""

    project: Project
    subscription: tuple[Subscription, ...]

    @property
    def record(self) -> Record:
        """All of it in a form that can be compared and kept; made of every rule at each call."""
        return Record.of(self.project.ruleset, self.subscription, self.project.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Everything that is swapped at once. `destinations` holds those that are new or have changed.

    `other` names what changes besides the rules, `for_restart` the settings that stay as they are until a restart.
    """

    to: InForce
    plan: Plan
    changes: RuleChanges
    destinations: Mapping[DestinationName, Destination]
    other: tuple[str, ...]
    for_restart: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether anything would change."""
        return bool(self.changes or self.other)

    @property
    def detail(self) -> str:
        """What there is to say besides how many rules changed."""
        removed = [f"removed {_named(self.changes.removed)}"] if self.changes.removed else []
        restart = [f"a restart is needed for {', '.join(self.for_restart)}"] if self.for_restart else []
        return "; ".join([*removed, *self.other, *restart])


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why what was read must not run: how many errors, and the first of them, with their places."""

    errors: int
    problem: str


Prepared: TypeAlias = Replacement | Refusal


def in_force(project: Project) -> InForce:
    """Return what runs once a project has been started.

    Raises:
        ConfigError: no subscription follows from the rules.
    """
    return InForce(project, subscription_of(project))


def subscription_of(project: Project) -> tuple[Subscription, ...]:
    """Return what a project asks the stream for; nothing where its source is no stream.

    Raises:
        ConfigError: no subscription follows from the rules.
    """
    if project.settings.source.type != "scrapest":
        return ()
    return derive_subscription(project.settings, project.ruleset)


def prepare(
    running: InForce,
    loaded: LoadedProject,
    *,
    plan: Plan | None = None,
    with_destinations: bool = True,
    ack_url: AckUrl = no_ack_url,
) -> Prepared:
    """Return what would take the place of what runs; compiles rules and sets up destinations, and changes nothing.

    Rules that stay as they were are used again, and what `plan`, which runs, has of them.

    Without `with_destinations` none is set up, as in a dry run.
    """
    if loaded.project is None:
        return refusal(loaded.diagnostics)
    if not loaded.project.ruleset.enabled:
        return Refusal(1, "no rule is enabled; the rules in force stay until there is one")
    old = running.project.settings
    rules = sharing(loaded.project.ruleset, running.project.ruleset)
    edits = edits_between(running.project.ruleset.rules, rules.rules)
    project = replace(loaded.project, settings=_kept(old, loaded.project.settings), ruleset=rules)
    changed = _changed_destinations(old.destinations, project.settings.destinations)
    try:
        to = in_force(project)
        made = {entry.name: make_destination(entry, project.host, ack_url) for entry in changed if with_destinations}
    except TocsinError as error:
        return Refusal(1, str(error))
    return Replacement(
        to=to,
        plan=project.plan() if plan is None else project.plan_after(plan, edits),
        changes=changes_of(running.project.ruleset, edits),
        destinations=made,
        other=_other_changes(running, to),
        for_restart=_for_restart(old, loaded.project.settings),
    )


def refusal(diagnostics: Iterable[Diagnostic]) -> Refusal:
    """Return the errors among the diagnostics, the first few in full."""
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity == "error"]
    shown = [f"{e.span.file}:{e.span.line}:{e.span.column}: {e.message} [{e.number}]" for e in errors[:_SHOWN_ERRORS]]
    count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
    return Refusal(len(errors), f"{count}: {'; '.join(shown)}{'; …' if len(errors) > len(shown) else ''}")


def _kept(old: Settings, new: Settings) -> Settings:
    """Return the new settings with those that only a restart changes as they were."""
    source = replace(old.source, subscribe=new.source.subscribe, no_tweets=new.source.no_tweets)
    return replace(new, source=source, state=old.state, http=old.http, log=old.log, plugin_options=old.plugin_options)


def _for_restart(old: Settings, new: Settings) -> tuple[str, ...]:
    source = [
        f"source.{key}"
        for key in ("type", "url", "api_key", "insecure", "path")
        if getattr(old.source, key) != getattr(new.source, key)
    ]
    others = {"state": "state", "http": "http", "log": "log", "plugins": "plugin_options"}
    return (*source, *(name for name, key in others.items() if getattr(old, key) != getattr(new, key)))


def _changed_destinations(
    old: Mapping[DestinationName, DestinationSettings], new: Mapping[DestinationName, DestinationSettings]
) -> list[DestinationSettings]:
    return [entry for name, entry in new.items() if old.get(name) != entry]


def _other_changes(running: InForce, to: InForce) -> tuple[str, ...]:
    old, new = running.project.settings, to.project.settings
    changed = [entry.name for entry in _changed_destinations(old.destinations, new.destinations)]
    names = [*changed, *(f"{name} removed" for name in old.destinations if name not in new.destinations)]
    return (
        *(["routes changed"] if old.routes != new.routes else []),
        *(["inhibitions changed"] if old.inhibitions != new.inhibitions else []),
        *(["valve changed"] if old.valve != new.valve else []),
        *([f"destinations changed: {_named(names)}"] if names else []),
        *(["subscription changed"] if running.subscription != to.subscription else []),
        *(["reload settings changed"] if old.reload != new.reload else []),
        *(["retention changed"] if old.retention != new.retention else []),
        *(["heartbeat changed"] if old.heartbeat != new.heartbeat else []),
        *(["no_tweets changed"] if old.source.no_tweets != new.source.no_tweets else []),
        *(["notices changed"] if old.notices != new.notices else []),
    )


def _named(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - _SHOWN_NAMES
    return ", ".join(every[:_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
