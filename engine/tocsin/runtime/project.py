"""A configuration, its plugins and its rules, loaded together: what every command begins with."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tocsin.config.plugged import SOURCE_TYPES, PluginSettings
from tocsin.errors import TocsinError
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import Vocabulary, standard_vocabulary
from tocsin.plugins.host import Host, load_plugins
from tocsin.plugins.pins import Pin
from tocsin.plugins.watch import Watch
from tocsin.rules.diagnostics.diagnostic import Diagnostic, in_order
from tocsin.rules.edits import Edits
from tocsin.rules.places import SourceMap
from tocsin.rules.reading.cache import Cache
from tocsin.rules.reading.layers import Layer
from tocsin.rules.reading.load import let_go_of_many, load_rules
from tocsin.rules.reading.requirements import InstalledDistributions
from tocsin.rules.ruleset import RuleSet
from tocsin.rules.syntax.document import Lines
from tocsin.rules.templates import filter_names
from tocsin.runtime.caching import user_cache
from tocsin.runtime.linting import linted

# Loaded where they are used: `check` of rule files alone needs none of it, and starts in half the time.
if TYPE_CHECKING:
    from tocsin.config.load import LoadedSettings
    from tocsin.config.settings import Settings
    from tocsin.core.plan import Plan
    from tocsin.matching.compiled import CompiledRule
    from tocsin.matching.sample import Sample

_A_PART: Final = 4
"""Where more than one rule in so many has changed, all are indexed anew rather than the changed ones apart."""

NOT_PLUGGED = PluginSettings()
"""Where there is no configuration: every plugin may run, with the options left at the defaults."""


@dataclass(frozen=True, slots=True)
class PluginChoice:
    """Which plugins to load: none unless `enabled`, only the named ones if `only` isn't None."""

    enabled: bool = True
    only: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What loaded without an error: ready to run. `places` says where each part of the rules stands.

    `files` are the rule files and list files that it was read from, `defaults` those of the configuration, which the
    rules have already.
    """

    settings: "Settings"
    host: Host
    vocabulary: Vocabulary
    ruleset: RuleSet
    files: tuple[Path, ...] = ()
    defaults: Layer | None = None
    places: SourceMap = field(default_factory=SourceMap)

    def plan(
        self, *, limited: bool = True, known: "Iterable[CompiledRule]" = (), sample: "Sample | None" = None
    ) -> "Plan":
        """Return all of it compiled; without `limited` as if there were no throttle, budget, valve and inhibition.

        `known` and `sample` are as in `make_plan`.
        """
        from tocsin.core.plan import make_plan

        settings = self.settings
        valve, inhibitions = (settings.valve, settings.inhibitions) if limited else (None, ())
        return make_plan(
            self.ruleset, settings.routes, self.vocabulary, inhibitions,
            valve=valve, limited=limited, known=known, sample=sample,
        )  # fmt: skip

    def plan_after(self, before: "Plan", edits: Edits) -> "Plan":
        """Return all of it compiled, given a plan with limits and the same vocabulary that `edits` lead from.

        Where few rules have changed it takes the time of those.
        """
        from tocsin.core.plan import changed_plan

        if before.vocabulary is not self.vocabulary:
            return self.plan(sample=before.matcher.sample)
        if len(edits) > len(before.rules) // _A_PART:
            return self.plan(known=before.compiled, sample=before.matcher.sample)
        settings = self.settings
        return changed_plan(before, self.ruleset, edits, settings.routes, settings.inhibitions, valve=settings.valve)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRules:
    """Rules with the plugins and words that they were read with; `ruleset` is None if anything is wrong.

    `files` are the rule files and list files that they depend on, as `load_rules` names them.
    """

    ruleset: RuleSet | None
    host: Host
    vocabulary: Vocabulary
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Sequence[str]]
    files: tuple[Path, ...]
    places: SourceMap


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedProject:
    """A project, or None where an error stands in its way; and everything there is to say about it, by place.

    `sources` holds the lines of every file that was read, secrets masked, for showing diagnostics; `ruleset` is there
    if the rules have no error, whatever the configuration has. `rules` are the files and folders that were named,
    `rule_files` counts the files that were read, `files` are those and the list files that they name, as `load_rules`
    has them.
    """

    project: Project | None
    ruleset: RuleSet | None
    host: Host
    vocabulary: Vocabulary
    places: SourceMap
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Sequence[str]]
    rules: tuple[Path, ...]
    rule_files: int
    files: tuple[Path, ...]


def load_project(
    config: Path,
    environ: Mapping[str, str],
    plugins: PluginChoice,
    *,
    rules: Sequence[Path] = (),
    try_destinations: bool = False,
    today: date | None = None,
    only_urgent: bool = False,
) -> LoadedProject:
    """Load a configuration and what it names; `rules`, if given, in place of the rule files that it names.

    Nothing is evaluated, opened or sent. Rules are checked even where the configuration has errors. With
    `try_destinations` actions, and apprise for services that aren't familiar, are asked whether they could use what is
    written there. With `today`, rules without errors are linted too, and comments silence warnings; with
    `only_urgent` for what `without_minor` leaves.
    """
    from tocsin.config.load import load_settings

    first = load_settings(config, environ)
    host, vocabulary = load_words(plugins, first.plugged)
    # What plugins bring may be used in the file that their options stand in: hence the second reading.
    loaded = first
    if vocabulary.operators or vocabulary.filters or host.sources:
        loaded = load_settings(config, environ, vocabulary=vocabulary, source_types=host.sources)
    return _with_rules(
        loaded,
        host,
        vocabulary,
        rules,
        try_destinations=try_destinations,
        today=today,
        only_urgent=only_urgent,
        cache=user_cache(environ),
    )


def load_project_again(project: Project, config: Path, environ: Mapping[str, str]) -> LoadedProject:
    """Load what `load_project` loads, as it is now, with the plugins that a project already has."""
    from tocsin.config.load import load_settings

    sources = project.host.sources
    loaded = load_settings(config, environ, vocabulary=project.vocabulary, source_types=sources)
    return _with_rules(loaded, project.host, project.vocabulary, (), try_destinations=False)


def _with_rules(
    loaded: "LoadedSettings",
    host: Host,
    vocabulary: Vocabulary,
    rules: Sequence[Path],
    *,
    try_destinations: bool,
    today: date | None = None,
    only_urgent: bool = False,
    cache: Cache | None = None,
) -> LoadedProject:
    from tocsin.config.subscription import subscription_problem

    settings = loaded.settings
    read = load_rules(
        rules or loaded.rules,
        vocabulary,
        destinations=loaded.destinations,
        installed=InstalledDistributions(),
        defaults=loaded.defaults,
        cache=cache,
    )
    problems = [*loaded.diagnostics, *read.diagnostics, *_option_problems(loaded, host)]
    if settings is not None and read.ruleset is not None:
        unsubscribed = subscription_problem(settings, read.ruleset)
        problems += [unsubscribed] if unsubscribed is not None else []
        problems += _unheard(settings, read.ruleset, vocabulary)
        # Where only some rules were read, the others are not unknown.
        problems += [] if rules else _unknown_inhibited(loaded, settings, read.ruleset)
    if settings is not None:
        problems += _source_problems(loaded, settings, host)
    if settings is not None and try_destinations:
        problems += _destination_problems(loaded, settings, host)
    if today is not None:
        problems = linted(
            problems,
            read,
            vocabulary,
            today,
            configuration=loaded,
            partly=bool(rules),
            cache=cache,
            only_urgent=only_urgent,
        )
        # Lint has looked at all lines of all files.
        let_go_of_many(read)
    project = None
    if settings is not None and read.ruleset is not None and not any(p.severity == "error" for p in problems):
        project = Project(
            settings=settings,
            host=host,
            vocabulary=vocabulary,
            ruleset=read.ruleset,
            files=read.files,
            defaults=loaded.defaults,
            places=SourceMap(read.documents),
        )
    return LoadedProject(
        project=project,
        ruleset=read.ruleset,
        host=host,
        vocabulary=vocabulary,
        places=SourceMap(read.documents),
        diagnostics=tuple(in_order(problems)),
        sources=Lines(read.documents, loaded.sources),
        rules=tuple(rules or loaded.rules),
        rule_files=len(read.sources),
        files=read.files,
    )


def load_words_and_rules(
    paths: Sequence[Path], plugins: PluginChoice, *, today: date | None = None, cache: Cache | None = None
) -> LoadedRules:
    """Load plugins, their options left at the defaults, then rule files with the words that they bring.

    With `today`, rules without errors are linted too, and comments silence warnings. Very many rules are taken from
    the `cache`, if one is given.
    """
    host, vocabulary = load_words(plugins)
    read = load_rules(paths, vocabulary, installed=InstalledDistributions(), cache=cache)
    problems = read.diagnostics if today is None else tuple(in_order(linted(read.diagnostics, read, vocabulary, today)))
    return LoadedRules(
        ruleset=read.ruleset,
        host=host,
        vocabulary=vocabulary,
        diagnostics=problems,
        sources=read.sources,
        files=read.files,
        places=SourceMap(read.documents),
    )


def load_words(plugins: PluginChoice, plugged: PluginSettings = NOT_PLUGGED) -> tuple[Host, Vocabulary]:
    """Load plugins; return them, and the standard operators and fields with theirs."""
    pins = None
    if plugged.pins is not None:
        pins = {
            name: Pin(version=pin.version, sha256=pin.sha256, files=pin.files) for name, pin in plugged.pins.items()
        }
    standard = standard_vocabulary()
    watch = Watch()
    watch.start()
    host = load_plugins(
        plugged.options,
        enabled=plugins.enabled,
        allowed=plugged.only,
        pins=pins,
        only=plugins.only,
        known_operators=standard.operator_names(),
        known_fields=standard.fields,
        known_filters=filter_names(),
        known_sources=SOURCE_TYPES,
        watch=watch,
    )
    return host, standard.extended(host.operators, host.fields, host.filters)


def _option_problems(loaded: "LoadedSettings", host: Host) -> list[Diagnostic]:
    """Return what is wrong under `plugins:`, each at its line of the configuration."""
    if loaded.document is None:
        return []
    at = (loaded.document.file, "plugins")
    return loaded.document.place(
        Problem(code=problem.code, message=problem.message, at=(*at, problem.plugin, *problem.path), hint=problem.hint)
        for problem in host.problems
    )


def _source_problems(loaded: "LoadedSettings", settings: "Settings", host: Host) -> list[Diagnostic]:
    """Return what is wrong with the options of a plugin's source, each at its line of the configuration."""
    if loaded.document is None or settings.source.type not in host.sources:
        return []
    from tocsin.plugins.source import source_problems

    at = (loaded.document.file, "source")
    return loaded.document.place(
        Problem(code="bad-option", message=problem.message, at=(*at, *problem.path), hint=problem.hint)
        for problem in source_problems(*host.sources[settings.source.type], settings.source.options)
    )


def _destination_problems(loaded: "LoadedSettings", settings: "Settings", host: Host) -> list[Diagnostic]:
    """Return which destinations can't be set up, each at its line of the configuration."""
    from tocsin.notify.familiar import is_familiar

    # Asking apprise means loading all its services, about 0.3 s: only where there is a reason to.
    doubtful = {
        name: entry
        for name, entry in settings.destinations.items()
        if entry.action is not None or not all(map(is_familiar, entry.urls))
    }
    if loaded.document is None or not doubtful:
        return []
    from tocsin.runtime.destinations import make_destination

    problems: list[Problem] = []
    for name, entry in doubtful.items():
        try:
            make_destination(entry, host)
        except TocsinError as error:
            at = (loaded.document.file, "destinations", name)
            problems.append(Problem(code="unusable-destination", message=str(error), at=at))
    return loaded.document.place(problems)


def _unknown_inhibited(loaded: "LoadedSettings", settings: "Settings", ruleset: RuleSet) -> list[Diagnostic]:
    """Return which rules `inhibit:` names that there are not, each at its place."""
    from tocsin.config.conditions import unknown_rule, unknown_rules

    if loaded.document is None:
        return []
    problems: list[Problem] = []
    for index, inhibition in enumerate(settings.inhibitions):
        source = inhibition.source
        if not isinstance(source, str):
            problems += unknown_rules(source, ruleset.rules)
        elif source not in ruleset.rules:
            problems.append(unknown_rule(source, (loaded.document.file, "inhibit", index, "if"), ruleset.rules))
        problems += unknown_rules(inhibition.mutes, ruleset.rules)
    return loaded.document.place(problems)


def _unheard(settings: "Settings", ruleset: RuleSet, vocabulary: Vocabulary) -> list[Diagnostic]:
    """Return a warning for each rule whose alerts nobody would hear of: no `notify`, and no route that is ever true."""
    from tocsin.runtime.hearing import destinations_by_rule

    places = destinations_by_rule(settings, ruleset, vocabulary)
    hint = "name destinations with `notify: [name]`, or add `routes:` to the configuration"
    if settings.routes:
        hint = "name destinations with `notify: [name]`, or end the routes with one that has no condition"
    return [
        Diagnostic(
            span=rule.span,
            severity="warning",
            code="no-destination",
            message=f"alerts of rule {rule.id!r} reach no destination",
            hint=hint,
        )
        for rule in ruleset.enabled
        if rule.stage == "live" and places.get(rule.id) == frozenset()
    ]
