"""Loading one plugin: import it, read its hooks, check its options, collect what it registers."""

import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import redirect_stdout
from functools import partial
from importlib.metadata import EntryPoint
from inspect import isclass, iscoroutine, iscoroutinefunction
from typing import Any, Final

import pluggy

from tocsin import hookspecs
from tocsin.hookspecs import API_VERSION, Action, Filter, Operator, Source, Transform
from tocsin.logic.vocabulary import did_you_mean
from tocsin.plugins.brought import Brought
from tocsin.plugins.contain import describe, name_of
from tocsin.plugins.listening import Listener
from tocsin.plugins.options import OptionProblem, read_options
from tocsin.plugins.registration import Registrable, is_options_model, problem_with
from tocsin.plugins.watch import LOAD_LIMIT_S, Hung, Interrupted, Watch, Watched

PREFIX: Final = "tocsin_"
"""What the names of all hooks begin with."""

_REGISTERED_BY: Final[Mapping[str, type[Registrable]]] = {
    "tocsin_operators": Operator,
    "tocsin_transforms": Transform,
    "tocsin_actions": Action,
    "tocsin_sources": Source,
    "tocsin_filters": Filter,
}


class PluginLeftOut(Exception):
    """A plugin can't be used; the message says why and what to do. `problems` are those in tocsin.yaml."""

    def __init__(self, message: str, problems: tuple[OptionProblem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


def load_plugin(
    entry: EntryPoint, distribution: str, options: Mapping[str, Any] | None, watch: Watch | None = None
) -> Brought:
    """Import a plugin and return what it registered, each piece checked by itself.

    `options` is None where tocsin.yaml doesn't mention the plugin.

    Raises:
        PluginLeftOut: it can't be used, whatever it raised, SystemExit and KeyboardInterrupt included.
    """
    try:
        return (watch or Watch()).call(  # type: ignore[no-any-return]
            Watched(entry.name, "loading it", LOAD_LIMIT_S), _load, entry, distribution, options
        )
    except Hung as error:
        raise PluginLeftOut(f"loading it {error}: it must load what takes long in `prepare`") from error


def _load(entry: EntryPoint, distribution: str, options: Mapping[str, Any] | None) -> Brought:
    manager, hooks = _registered(entry, distribution)
    values = _options(entry, manager, options)
    brought = _collect(entry, manager, values)
    brought.hooks = hooks
    if "tocsin_observe" in hooks:
        observe = partial(manager.hook.tocsin_observe, options=values)
        finish = partial(manager.hook.tocsin_finish, options=values)
        brought.listeners.append(Listener(entry.name, observe, finish))
    elif "tocsin_finish" in hooks:
        raise PluginLeftOut("tocsin_finish without tocsin_observe: there is nothing for it to close")
    brought.options = None if values is None else type(values)
    return brought


def _registered(entry: EntryPoint, distribution: str) -> tuple[pluggy.PluginManager, tuple[str, ...]]:
    """Import the plugin and return a manager that knows it alone, and the names of its hooks."""
    plugin = _contained(entry.load, f"importing {entry.value} raised")
    if isclass(plugin):
        raise PluginLeftOut(f"its entry point names the class {plugin.__name__}: name a module or an instance")
    version = _contained(lambda: getattr(plugin, "tocsin_api", API_VERSION), "reading tocsin_api raised")
    if type(version) is not int or version != API_VERSION:
        raise PluginLeftOut(_other_api(distribution, version))
    manager = pluggy.PluginManager("tocsin")
    manager.add_hookspecs(hookspecs)
    _contained(lambda: manager.register(plugin, entry.name), "reading its hooks raised")
    hooks = tuple(sorted(caller.name for caller in manager.get_hookcallers(plugin) or ()))
    _refuse_misspelt(manager, hooks)
    for hook in hooks:
        if iscoroutinefunction(getattr(plugin, hook, None)):
            raise PluginLeftOut(f"{hook} must not be async")
    unmarked = _contained(lambda: _unmarked(plugin, hooks), "reading its functions raised")
    if unmarked:
        raise PluginLeftOut(f"{unmarked} is not marked as a hook: write @hookimpl above it")
    if not hooks:
        raise PluginLeftOut(f"{entry.value} has no hook: mark at least one function with @hookimpl")
    return manager, hooks


def _refuse_misspelt(manager: pluggy.PluginManager, hooks: Collection[str]) -> None:
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        known = [name for name in dir(hookspecs) if name.startswith(PREFIX)]
        wrong = next(name for name in hooks if name not in known)
        raise PluginLeftOut(f"there is no hook '{wrong}': {did_you_mean(wrong, known, ', '.join(known))}") from error


def _unmarked(plugin: object, hooks: Collection[str]) -> str | None:
    """Return the name of a function that looks like a hook but isn't marked as one."""
    specified = {name for name in dir(hookspecs) if name.startswith(PREFIX)}
    candidates = specified.difference(hooks).intersection(dir(plugin))
    return min((name for name in candidates if callable(getattr(plugin, name))), default=None)


def _other_api(distribution: str, version: object) -> str:
    if type(version) is not int:
        return f"tocsin_api is {name_of(version)}: it must be a number, {API_VERSION} for this tocsin"
    remedy = "pip install -U tocsin" if version > API_VERSION else f"pip install -U {distribution}"
    return f"it was written for plugin API {version}, this tocsin has {API_VERSION}: {remedy}"


def _options(entry: EntryPoint, manager: pluggy.PluginManager, given: Mapping[str, Any] | None) -> Any:
    """Return the instance of the plugin's options model that its hooks are handed; None if it declares no model."""
    models = _contained(lambda: manager.hook.tocsin_options(), "tocsin_options raised")
    if not models:
        if given:
            problem = OptionProblem(plugin=entry.name, path=(), message=f"plugin '{entry.name}' takes no options")
            raise PluginLeftOut(
                "plugins." + entry.name + " in tocsin.yaml: it takes no options, remove them", (problem,)
            )
        return None
    model = models[0]
    if not is_options_model(model):
        raise PluginLeftOut(f"tocsin_options returned {name_of(model)}: return a pydantic model class")
    values, problems = read_options(entry.name, model, given or {})
    if values is None:
        first = problems[0]
        place = ".".join(["plugins", entry.name, *map(str, first.path)])
        # Nobody who only has the plugin installed, and doesn't mention it, made a mistake in tocsin.yaml.
        raise PluginLeftOut(f"{place} in tocsin.yaml: {first.message}", () if given is None else problems)
    return values


def _collect(entry: EntryPoint, manager: pluggy.PluginManager, values: Any) -> Brought:
    """Call the registration hooks and return what came; a single bad registration spoils the plugin."""
    brought = Brought()
    desk = _Desk(entry.name, brought)
    for hook, kind in _REGISTERED_BY.items():
        caller = partial(getattr(manager.hook, hook), register=partial(desk.register, kind), options=values)
        try:
            returned = _contained(caller, f"{hook} raised")
        except PluginLeftOut:
            if not desk.problems:
                raise
            returned = []
        if desk.problems:
            raise PluginLeftOut(desk.problems[0])
        if returned:
            if iscoroutine(returned[0]):
                returned[0].close()
            raise PluginLeftOut(f"{hook} returned {name_of(returned[0])}: it must call register and return nothing")
    desk.is_open = False
    return brought


class _Desk:
    """Takes registrations while the hooks run; keeps the problems: a plugin may swallow what `register` raises."""

    def __init__(self, plugin: str, brought: Brought) -> None:
        self.is_open = True
        self.problems: list[str] = []
        self._plugin = plugin
        self._brought = brought

    def register(self, kind: type[Registrable], value: Any) -> None:
        if not self.is_open:
            raise RuntimeError("register is only good while the hook runs")
        problem = _contained(partial(problem_with, value, kind), "looking at what it registered raised")
        problem = problem or self._brought.add(self._plugin, value)
        if problem:
            self.problems.append(problem)
            raise ValueError(problem)


def _contained(call: Callable[[], Any], what: str) -> Any:
    """Call plugin code; whatever it raises, KeyboardInterrupt and SystemExit too, becomes the reason to leave it out.

    What it prints goes to standard error: standard output belongs to the command, and may be JSON.
    """
    try:
        with redirect_stdout(sys.stderr):
            return call()
    except (PluginLeftOut, Interrupted):
        raise
    except BaseException as error:
        raise PluginLeftOut(f"{what} {describe(error)}") from error
