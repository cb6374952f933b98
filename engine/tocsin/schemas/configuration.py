"""The schema of tocsin.yaml."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from tocsin.alerting.quiet import DAYS
from tocsin.config.destinations import FORMATS
from tocsin.config.plugged import SOURCE_TYPES, PinShape
from tocsin.config.schema import (
    ConfigShape,
    DestinationShape,
    DigestShape,
    EscalateShape,
    HeartbeatShape,
    HttpShape,
    InhibitShape,
    LogShape,
    NoticesShape,
    NoTweetsShape,
    QuietShape,
    RetentionShape,
    RetryShape,
    RouteShape,
    SourceShape,
    SubscribeShape,
)
from tocsin.logic.vocabulary import Vocabulary
from tocsin.plugins.host import Host
from tocsin.rules.flood import RATE_PATTERN
from tocsin.rules.templates import ALERT_NAMES
from tocsin.schemas import docs
from tocsin.schemas.expressions import Schema, described, expression_definitions, ref, texts
from tocsin.schemas.rule_files import DRAFT, defaults_schema, notify_schema, rate_schema
from tocsin.schemas.shapes import OWN_KEYS, model_schema, shape_schema

_NAME: Final = "^(?!x-)[A-Za-z0-9][A-Za-z0-9_-]*$"
_FILLED_IN: Final[Schema] = {"type": "string", "pattern": r"\$\{"}


def config_schema(vocabulary: Vocabulary, host: Host, *, destinations: Collection[str] | None = None) -> Schema:
    """Return the schema of tocsin.yaml, with the options and actions of the plugins that are loaded.

    `destinations` are those that the file defines, for its routes; None where they are not known.
    """
    of_alerts = replace(vocabulary, fields={**vocabulary.fields, **ALERT_NAMES})
    definitions = expression_definitions(of_alerts, open_fields=("labels",))
    definitions["notify"] = notify_schema(destinations)
    details: dict[str, Schema] = {
        "tocsin": {"const": 1},
        "source": _source(host, definitions),
        "rules": texts(),
        "destinations": _destinations(host, definitions),
        "routes": {"type": "array", "items": _route()},
        "inhibit": {"type": "array", "items": _inhibition()},
        "defaults": defaults_schema(),
        "plugins": _plugins(host, definitions),
        "http": shape_schema(HttpShape, docs.HTTP),
        "retention": shape_schema(RetentionShape, docs.RETENTION),
        "heartbeat": shape_schema(HeartbeatShape, docs.HEARTBEAT),
        "notices": shape_schema(NoticesShape, docs.NOTICES, {"to": _one_of(destinations)}),
        "valve": {"anyOf": [*rate_schema()["anyOf"], _FILLED_IN]},
        "log": shape_schema(LogShape, docs.LOG, {key: _or_filled_in(LogShape, key) for key in ("level", "format")}),
    }
    file = shape_schema(ConfigShape, docs.CONFIGURATION, details, required=["source"])
    return {"$schema": DRAFT, "title": "The configuration of tocsin", **file, "definitions": definitions}


def _or_filled_in(shape: type[LogShape], key: str) -> Schema:
    """Return a choice that a variable may make too."""
    return {"anyOf": [model_schema(shape, "")[0]["properties"][key], _FILLED_IN]}


def _one_of(destinations: Collection[str] | None) -> Schema:
    return {"type": "string"} if destinations is None else {"anyOf": [{"enum": sorted(destinations)}, _FILLED_IN]}


def _source(host: Host, definitions: dict[str, Schema]) -> Schema:
    """Return what `source:` may be: ours, or a type that a plugin brings, with its options."""
    kinds = [_own_source()]
    for name, (plugin, source) in sorted(host.sources.items()):
        about = f"{source.doc}\n\nOf the plugin {plugin}."
        options: dict[str, Any] = {"properties": {}, "required": []}
        if source.options is not None:
            options, more = model_schema(source.options, f"source.{name}.")
            definitions.update(more)
        kinds.append(
            {
                "type": "object",
                **described(about),
                "properties": {"type": {"const": name, **described(about)}, **options.get("properties", {})},
                "patternProperties": OWN_KEYS,
                "additionalProperties": False,
                "required": ["type", *options.get("required", [])],
            }
        )
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def _own_source() -> Schema:
    entry = shape_schema(SubscribeShape, docs.MATCH, {"keywords": texts(), "users": texts()})
    details: Mapping[str, Schema] = {
        "type": {"anyOf": [{"enum": list(SOURCE_TYPES)}, _FILLED_IN]},
        "subscribe": {"anyOf": [entry, {"type": "array", "minItems": 1, "items": entry}]},
        "no_tweets": shape_schema(NoTweetsShape, docs.NO_TWEETS),
    }
    return shape_schema(SourceShape, docs.SOURCE, details)


def _destinations(host: Host, definitions: dict[str, Schema]) -> Schema:
    common = _common_keys()
    by_url = shape_schema(
        DestinationShape,
        docs.DESTINATION,
        {"url": texts(), "format": {"anyOf": [{"enum": list(FORMATS)}, _FILLED_IN]}, "sign": texts(), **common},
        required=["url"],
    )
    del by_url["properties"]["action"]
    kinds = [by_url]
    for name, (plugin, action) in sorted(host.actions.items()):
        about = f"{action.doc}\n\nOf the plugin {plugin}."
        chosen: Schema = {"const": name, **described(about)}
        options: dict[str, Any] = {"properties": {}, "required": []}
        if action.options is not None:
            options, more = model_schema(action.options, f"action.{name}.")
            definitions.update(more)
        kinds.append(
            {
                "type": "object",
                **described(about),
                "properties": {
                    "action": chosen,
                    **{key: {**described(docs.DESTINATION[key]), **schema} for key, schema in common.items()},
                    **options.get("properties", {}),
                },
                "patternProperties": OWN_KEYS,
                "additionalProperties": False,
                "required": ["action", *options.get("required", [])],
            }
        )
    entries = {**OWN_KEYS, _NAME: {"anyOf": kinds}}
    return {"type": "object", "patternProperties": entries, "additionalProperties": False}


def _common_keys() -> dict[str, Schema]:
    """Return the keys that destinations of every kind take."""
    days: Schema = {"enum": list(DAYS)}
    hours: Schema = {"anyOf": [{"type": "string", "pattern": "^([01]?[0-9]|2[0-4]):[0-5][0-9]$"}, _FILLED_IN]}
    quiet: dict[str, Schema] = {
        "days": {"anyOf": [days, {"type": "array", "minItems": 1, "items": days}]},
        "from": hours,
        "to": hours,
        "then": {"enum": ["hold", "drop"], "default": "hold"},
    }
    limit: Schema = {"type": "string", "pattern": rf"^({RATE_PATTERN}|\s*none\s*)$"}
    return {
        "retry": shape_schema(RetryShape, docs.RETRY),
        "fallback": {"type": "string"},
        "limit": {"anyOf": [limit, _FILLED_IN]},
        "digest": shape_schema(DigestShape, docs.DIGEST),
        "quiet": shape_schema(QuietShape, docs.QUIET, quiet),
    }


def _route() -> Schema:
    escalate = shape_schema(EscalateShape, docs.ESCALATE, {"to": ref("notify")})
    details = {"when": ref("condition"), "notify": ref("notify"), "escalate": escalate}
    return shape_schema(RouteShape, docs.ROUTE, details, required=["notify"])


def _inhibition() -> Schema:
    rule: Schema = {"type": "string", "minLength": 1}
    details: dict[str, Schema] = {"if": {"anyOf": [rule, ref("condition")]}, "mutes": ref("condition")}
    return shape_schema(InhibitShape, docs.INHIBIT, details)


def _plugins(host: Host, definitions: dict[str, Schema]) -> Schema:
    pin = {"type": "object", "additionalProperties": shape_schema(PinShape, docs.PIN)}
    properties: dict[str, Schema] = {
        "only": {**described(docs.PLUGINS["only"]), **texts()},
        "pin": {**described(docs.PLUGINS["pin"]), **pin},
    }
    for plugin in host.plugins:
        if plugin.options is not None:
            schema, more = model_schema(plugin.options, f"plugin.{plugin.name}.")
            definitions.update(more)
        else:
            # One that failed may take options; nobody knows which.
            schema = {"type": "object", **({"maxProperties": 0} if plugin.state == "loaded" else {})}
        properties[plugin.name] = schema
    return {"type": "object", "properties": properties, "patternProperties": OWN_KEYS, "additionalProperties": False}
