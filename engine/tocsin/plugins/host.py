"""Finding plugins and loading them one by one: one that can't be used is left out whole, and the others start."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, distributions, entry_points
from types import MappingProxyType
from typing import Any, Final, Literal

from pydantic import BaseModel

from tocsin.clock import SystemClock
from tocsin.errors import PluginError
from tocsin.hookspecs import Action, Filter, Operator, Source, Transform, Type
from tocsin.logic.suggestions.installable import install_hint
from tocsin.logic.vocabulary import did_you_mean
from tocsin.plugins.brought import Brought
from tocsin.plugins.contain import clean
from tocsin.plugins.faults import Faults
from tocsin.plugins.filter import guarded_filter
from tocsin.plugins.listening import Listener
from tocsin.plugins.loading import PluginLeftOut, load_plugin
from tocsin.plugins.operator import guarded_operator
from tocsin.plugins.options import OptionProblem
from tocsin.plugins.pins import Pin, problem_with_pin
from tocsin.plugins.watch import Watch

GROUP: Final = "tocsin"
"""The entry point group that plugins are found by."""

SLOW_S: Final = 1.0
"""A plugin that takes so long to load is told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginInfo:
    """One plugin that was found or asked for.

    State `off` means not loaded, as was asked; `failed` that it was left out, and `error` says why and what to do.
    `registered` names what it brought, such as `operator shouting`; `options` is the model of its options, if any;
    `took_s` is how long loading it took.
    """

    name: str
    distribution: str
    version: str
    state: Literal["loaded", "failed", "off"]
    hooks: tuple[str, ...] = ()
    registered: tuple[str, ...] = ()
    error: str = ""
    options: type[BaseModel] | None = None
    took_s: float = field(default=0.0, compare=False)

    @property
    def is_slow(self) -> bool:
        """Whether loading it took so long that somebody should know."""
        return self.took_s >= SLOW_S


@dataclass(frozen=True, slots=True)
class _Found:
    """An entry point with the name and version of its distribution: metadata is parsed each time it is asked for."""

    entry: EntryPoint
    distribution: str
    version: str

    @property
    def name(self) -> str:
        return self.entry.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What the plugins brought, fixed from now on.

    `operators` and `filters` are guarded; `transforms` come with their plugin's name, in its order, then that of
    registration; `listeners` are the plugins that see the journal; `faults` is where failures are told that come up
    deep inside the engine, and `watch` interrupts what takes too long there;
    `fields` are those that transforms add to the known ones; `problems` concern `plugins:` in tocsin.yaml.
    """

    plugins: tuple[PluginInfo, ...] = ()
    operators: tuple[Operator, ...] = ()
    fields: Mapping[str, Type] = field(default_factory=lambda: MappingProxyType({}))
    transforms: tuple[tuple[str, Transform], ...] = ()
    actions: Mapping[str, tuple[str, Action]] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, tuple[str, Source]] = field(default_factory=lambda: MappingProxyType({}))
    filters: tuple[Filter, ...] = ()
    listeners: tuple[Listener, ...] = ()
    problems: tuple[OptionProblem, ...] = ()
    faults: Faults = field(default_factory=Faults)
    watch: Watch = field(default_factory=Watch)

    @property
    def failed(self) -> tuple[PluginInfo, ...]:
        """The plugins that were left out and why."""
        return tuple(plugin for plugin in self.plugins if plugin.state == "failed")

    @property
    def installed(self) -> Mapping[str, str]:
        """The version of each distribution that a plugin was loaded from."""
        return {plugin.distribution: plugin.version for plugin in self.plugins if plugin.state == "loaded"}

    def action(self, name: str) -> tuple[str, Action]:
        """Return the plugin that an action comes from, and the action.

        Raises:
            PluginError: no loaded plugin has it; the message says which there are.
        """
        if name in self.actions:
            return self.actions[name]
        known = ", ".join(sorted(self.actions)) or "none"
        listed = "`tocsin plugins` lists what is installed and what failed"
        hint = install_hint("action", name) or did_you_mean(name, self.actions, listed)
        raise PluginError(f"no plugin has an action '{name}' (there are: {known}); {hint}", plugin="")


def load_plugins(
    options: Mapping[str, Mapping[str, Any]],
    *,
    enabled: bool = True,
    only: Collection[str] | None = None,
    known_operators: Collection[str] = (),
    known_fields: Mapping[str, Type] = MappingProxyType({}),
    known_filters: Collection[str] = (),
    known_sources: Collection[str] = (),
    allowed: Collection[str] | None = None,
    pins: Mapping[str, Pin] | None = None,
    watch: Watch | None = None,
    entries: Collection[EntryPoint] | None = None,
) -> Host:
    """Load the installed plugins in order of their names; never raises for what a plugin does.

    `options` holds `plugins:` of tocsin.yaml. With `enabled` false nothing is imported; `only` names those to load;
    `allowed` are the only ones that may be, and with `pins` only those whose distributions are as these say. `entries`
    stand for what is installed. No
    plugin may take a known name; a transform may fill a known field, if it declares the same type.
    """
    known = {"operator": known_operators, "field": known_fields, "filter": known_filters, "source": known_sources}
    watch = watch or Watch()
    clock = SystemClock()
    total = Brought()
    infos: dict[str, PluginInfo] = {}
    twins: list[PluginInfo] = []
    problems: list[OptionProblem] = []
    for found in _entries() if entries is None else map(_found, entries):
        name = found.name
        if name in infos:
            twins.append(_twin(found, infos[name]))
            continue
        if not enabled or (only is not None and name not in only):
            infos[name] = _info(found, "off")
            continue
        if allowed is not None and name not in allowed:
            infos[name] = _info(found, "off", error="it isn't among plugins.only in tocsin.yaml")
            continue
        began = clock.monotonic()
        try:
            _refuse_unpinned(found.distribution, pins)
            brought = load_plugin(found.entry, found.distribution, options.get(name), watch)
            brought.fields = {path: item for path, item in brought.fields.items() if known_fields.get(path) != item[1]}
            _refuse_collisions(found, brought, total, known)
        except PluginLeftOut as left_out:
            infos[name] = _info(found, "failed", error=str(left_out))
            problems += left_out.problems
        else:
            total.take(brought)
            info = _info(found, "loaded", hooks=brought.hooks, registered=brought.names())
            infos[name] = replace(info, options=brought.options)
        infos[name] = replace(infos[name], took_s=clock.monotonic() - began)
    missing: list[PluginInfo] = []
    if enabled:
        missing = [_not_installed(name, list(infos)) for name in sorted(set(only or ()).difference(infos))]
        problems += [_unknown_options(name, list(infos)) for name in options if name not in infos]
        problems += [_not_there(name, index, infos) for index, name in enumerate(allowed or ()) if name not in infos]
        if only is None:
            gone = set(pins or ()).difference(info.distribution for info in infos.values())
            problems += [_changed(name, "pinned, but no plugin of it is installed") for name in sorted(gone)]
    return _frozen(total, [*infos.values(), *twins, *missing], problems, watch)


def _refuse_unpinned(distribution: str, pins: Mapping[str, Pin] | None) -> None:
    if pins is None:
        return
    pin = pins.get(distribution)
    problem = f"{distribution} is not pinned" if pin is None else problem_with_pin(distribution, pin)
    if problem is not None:
        raise PluginLeftOut(problem, (_changed(distribution if pin is not None else "", problem),))


def _changed(distribution: str, problem: str) -> OptionProblem:
    hint = "if that is meant, `tocsin plugins pin` prints what to write here"
    path = (distribution,) if distribution else ()
    return OptionProblem(plugin="pin", path=path, message=problem, hint=hint, code="not-as-pinned")


def _not_there(name: str, index: int, infos: Mapping[str, PluginInfo]) -> OptionProblem:
    message = f"no plugin '{clean(name, 60)}' is installed"
    return OptionProblem(plugin="only", path=(index,), message=message, hint=_remedy(name, list(infos)))


def _entries() -> list[_Found]:
    """Return the entry points of all plugins, by name, then distribution."""
    try:
        found = list(entry_points(group=GROUP))
    except Exception:  # noqa: BLE001 - one distribution with damaged metadata must not hide the plugins of the others
        found = []
        for distribution in distributions():
            try:
                found += distribution.entry_points.select(group=GROUP)
            except Exception:  # noqa: BLE001, S112 - this is the damaged one; it can't say what plugins it has
                continue
    return sorted(map(_found, found), key=lambda one: (one.name, one.distribution, one.version))


def _frozen(total: Brought, infos: Iterable[PluginInfo], problems: Iterable[OptionProblem], watch: Watch) -> Host:
    faults = Faults()
    return Host(
        plugins=tuple(infos),
        operators=tuple(
            guarded_operator(plugin, operator, watch, faults) for plugin, operator in total.operators.values()
        ),
        fields=MappingProxyType({name: kind for name, (_, kind) in total.fields.items()}),
        transforms=tuple(total.transforms.values()),
        actions=MappingProxyType(dict(total.actions)),
        sources=MappingProxyType(dict(total.sources)),
        filters=tuple(guarded_filter(plugin, wanted, faults, watch) for plugin, wanted in total.filters.values()),
        listeners=tuple(total.listeners),
        problems=tuple(problems),
        faults=faults,
        watch=watch,
    )


def _refuse_collisions(found: _Found, brought: Brought, total: Brought, known: Mapping[str, Collection[str]]) -> None:
    for word, table in brought.tables().items():
        for name in table:
            owner = "tocsin" if name in known.get(word, ()) else ""
            if name in total.tables()[word]:
                owner = f"plugin '{total.tables()[word][name][0]}'"
            if owner:
                raise PluginLeftOut(f"{word} '{name}' is {owner}'s already: rename it in '{found.name}'")


def _info(
    found: _Found,
    state: Literal["loaded", "failed", "off"],
    *,
    hooks: tuple[str, ...] = (),
    registered: tuple[str, ...] = (),
    error: str = "",
) -> PluginInfo:
    return PluginInfo(
        name=clean(found.name, 60),
        distribution=found.distribution,
        version=found.version,
        state=state,
        hooks=hooks,
        registered=registered,
        error=clean(error, 500),
    )


def _found(entry: EntryPoint) -> _Found:
    """Return the entry point with its distribution; damaged metadata has neither name nor version."""
    try:
        metadata = entry.dist.metadata if entry.dist else {"Name": "", "Version": ""}
        name, version = metadata["Name"], metadata["Version"]
    except Exception:  # noqa: BLE001 - the metadata of others; what it raises has changed from Python to Python
        name, version = "?", "?"
    return _Found(entry, clean(name or "?", 60), clean(version or "?", 60))


def _twin(found: _Found, first: PluginInfo) -> PluginInfo:
    name = first.distribution
    return _info(found, "failed", error=f"{name} has a plugin of this name too: pip uninstall one of the two")


def _not_installed(name: str, installed: list[str]) -> PluginInfo:
    error = f"TOCSIN_PLUGINS asks for it, and it isn't installed: {_remedy(name, installed)}"
    return PluginInfo(name=clean(name, 60), distribution="", version="", state="failed", error=clean(error, 500))


def _unknown_options(name: str, installed: list[str]) -> OptionProblem:
    message = f"no plugin '{clean(name, 60)}' is installed"
    return OptionProblem(plugin=name, path=(), message=message, hint=_remedy(name, installed))


def _remedy(name: str, installed: list[str]) -> str:
    return did_you_mean(name, installed, f"pip install tocsin-{clean(name, 60)}, or remove it")
