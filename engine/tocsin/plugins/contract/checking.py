"""All that is tried out of one plugin."""

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from tocsin.plugins.brought import Brought
from tocsin.plugins.contain import describe
from tocsin.plugins.contract.deeds import action_findings
from tocsin.plugins.contract.finding import Finding
from tocsin.plugins.contract.streams import observer_findings, source_findings, transform_findings
from tocsin.plugins.contract.words import filter_findings, operator_findings
from tocsin.plugins.host import GROUP
from tocsin.plugins.loading import PluginLeftOut, load_plugin
from tocsin.plugins.options import read_options

_SECRET: Final = re.compile(r"key|token|secret|password|passwd", re.IGNORECASE)
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class GivenEntryPoint(EntryPoint):
    """An entry point whose object is at hand."""

    def __init__(self, name: str, plugin: object) -> None:
        value = getattr(plugin, "__name__", type(plugin).__name__)
        super().__init__(name, value, GROUP)
        vars(self)["_plugin"] = plugin

    def load(self) -> Any:
        """Return the object."""
        return vars(self)["_plugin"]


def check_plugin(
    plugin: object,
    *,
    name: str = "plugin",
    options: Mapping[str, Any] = _NONE,
    of_pieces: Mapping[str, Mapping[str, Any]] = _NONE,
) -> list[Finding]:
    """Return what trying out a plugin gave; `plugin` is the module or object that its entry point names.

    `options` is what `plugins.NAME` of tocsin.yaml would say; `of_pieces` has, by name, what a destination or `source:`
    would say to its actions and sources. Those that need options and have none here are skipped. Calls of actions,
    sources and observers are real calls: use a test system.
    """
    return list(entry_findings(GivenEntryPoint(name, plugin), options, of_pieces))


def entry_findings(
    entry: EntryPoint, options: Mapping[str, Any] = _NONE, of_pieces: Mapping[str, Mapping[str, Any]] = _NONE
) -> Iterator[Finding]:
    """Yield the findings about the plugin of an entry point, in order."""
    try:
        brought = load_plugin(entry, entry.dist.name if entry.dist else entry.name, dict(options) or None)
    except PluginLeftOut as left_out:
        yield Finding("failed", "loading", str(left_out))
        return
    yield Finding("ok", "loading", f"hooks {', '.join(brought.hooks)}")
    yield from _model_findings("options", brought.options)
    yield from _piece_findings(entry.name, brought, of_pieces)


def _piece_findings(name: str, brought: Brought, of_pieces: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    for _, operator in brought.operators.values():
        yield from operator_findings(operator)
    for _, wanted in brought.filters.values():
        yield from filter_findings(wanted)
    for _, transform in brought.transforms.values():
        yield from transform_findings(transform)
    for _, action in brought.actions.values():
        yield from _model_findings(f"action {action.name}", action.options)
        values, missing = _options(name, action.options, of_pieces.get(action.name))
        if missing is None:
            yield from action_findings(action, values)
        else:
            yield Finding("skipped", f"action {action.name}", f"not performed: {missing}")
    for _, source in brought.sources.values():
        yield from _model_findings(f"source {source.name}", source.options)
        values, missing = _options(name, source.options, of_pieces.get(source.name))
        if missing is None:
            yield from source_findings(name, source, values)
        else:
            yield Finding("skipped", f"source {source.name}", f"not run: {missing}")
    for listener in brought.listeners:
        yield from observer_findings(listener)


def _options(
    plugin: str, model: type[BaseModel] | None, given: Mapping[str, Any] | None
) -> tuple[BaseModel | None, str | None]:
    """Return the options for a piece, or why there are none: what isn't given must have a default."""
    if model is None:
        return None, None
    values, problems = read_options(plugin, model, given or {})
    if values is not None:
        return values, None
    said = "; ".join(f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in problems)
    return None, f"{said} (give them with --with)"


def _model_findings(subject: str, model: type[BaseModel] | None) -> Iterator[Finding]:
    if model is None:
        return
    try:
        schema = model.model_json_schema()
    except Exception as error:  # noqa: BLE001 - whatever pydantic and the model's own code raise
        yield Finding(
            "failed", subject, f"the model has no JSON schema, so editors can't complete it: {describe(error)}"
        )
        return
    for key, about in schema.get("properties", {}).items():
        if _SECRET.search(key) and about.get("type") == "string" and about.get("format") != "password":
            yield Finding("failed", subject, f"{key} looks like a secret: declare it as pydantic.SecretStr")
            return
    yield Finding("ok", subject, f"{model.__name__} has {len(schema.get('properties', {}))} keys")
