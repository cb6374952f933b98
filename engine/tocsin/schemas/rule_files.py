"""The schema of rule files."""

from collections.abc import Collection
from typing import Any, Final

from tocsin.logic.fields import DERIVED_TYPES
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.flood import RATE_PATTERN
from tocsin.rules.reading.schema import (
    ExceptionShape,
    FileShape,
    MatchShape,
    OverlaidShape,
    OverlayShape,
    RequiresShape,
    RuleShape,
    Shape,
    SharedShape,
    ThrottleShape,
    keys_of,
)
from tocsin.schemas import docs
from tocsin.schemas.expressions import Schema, described, expression_definitions, ref, texts
from tocsin.schemas.shapes import OWN_KEYS, closed, shape_schema
from tocsin.schemas.words import FIELDS

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
RULE_ID: Final = "^(?!x-)[a-z0-9][a-z0-9-]*$"

_TYPES: Final = {"text": "string", "number": "number", "truth": "boolean", "list": "array", "object": "object"}


def rules_schema(
    vocabulary: Vocabulary, *, destinations: Collection[str] | None = None, distributions: Collection[str] = ()
) -> Schema:
    """Return the schema of rule files.

    `destinations` are the names that `notify` may use, None where they are not known; `distributions` those of plugins
    that are installed, offered under `requires`.
    """
    file = shape_schema(FileShape, docs.FILE, _file_details(distributions))
    of_overlay = {
        "rules": _by_id(ref("overlaid-rule")),
        **dict.fromkeys(keys_of(FileShape) - keys_of(OverlayShape), False),
    }
    by_kind = {
        "if": {"properties": {"overlay": {"const": True}}, "required": ["overlay"]},
        "then": {"properties": of_overlay},
        "else": {"properties": {"rules": _by_id(ref("rule"))}},
    }
    definitions = {
        **expression_definitions(vocabulary),
        "rule": _rule(RuleShape, anyOf=[{"required": ["when"]}, {"required": ["match"]}]),
        "overlaid-rule": _rule(OverlaidShape),
        "exception": _exception(),
        "match": _match(),
        "notify": notify_schema(destinations),
        "tweet": _tweet(vocabulary),
        "test": _test(),
    }
    return {"$schema": DRAFT, "title": "A rule file of tocsin", **file, **by_kind, "definitions": definitions}


def defaults_schema() -> Schema:
    """Return the schema of `defaults`, which needs the definition `notify`."""
    return shape_schema(SharedShape, docs.RULE, {"notify": ref("notify"), **_flood()})


def notify_schema(destinations: Collection[str] | None) -> Schema:
    """Return the schema of one destination's name, or a list of them."""
    name: Schema = {"type": "string", "minLength": 1}
    if destinations is not None:
        name = {"type": "string", "enum": sorted(destinations), **described("A destination in tocsin.yaml.")}
    return {"anyOf": [name, {"type": "array", "minItems": 1, "items": name}]}


def _file_details(distributions: Collection[str]) -> dict[str, Schema]:
    installed = {name: {"type": "string", **described("A plugin that is installed.")} for name in distributions}
    ranges = {"type": "object", "properties": installed, "additionalProperties": {"type": "string"}}
    requires = {"plugins": {**described('Version ranges by distribution: `{tocsin-langid: ">=0.1"}`.'), **ranges}}
    return {
        "tocsin": {"const": 1},
        "requires": shape_schema(RequiresShape, {}, requires),
        "lists": named(_list()),
        "macros": named(ref("expression")),
        "rules": {"type": "object"},
        "defaults": defaults_schema(),
        "fixtures": named(ref("tweet")),
    }


def named(schema: Schema) -> Schema:
    """Return the schema of a mapping from names to such values."""
    return {"type": "object", "patternProperties": OWN_KEYS, "additionalProperties": schema}


def _list() -> Schema:
    texts = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}
    file = {"file": {"type": "string", **described("One entry a line; the path counts from this file.")}}
    return {"anyOf": [texts, closed(file, required=["file"])]}


def _by_id(rule: Schema) -> Schema:
    return {"type": "object", "patternProperties": {**OWN_KEYS, RULE_ID: rule}, "additionalProperties": False}


def _rule(shape: type[Shape], **more: Any) -> Schema:
    details: dict[str, Schema] = {
        "match": ref("match"),
        "when": ref("condition"),
        "notify": ref("notify"),
        "once_per": {"anyOf": [ref("operator"), ref("field")]},
        "tests": {"type": "array", "items": ref("test")},
        "except": {"type": "array", "items": ref("exception")},
        **_flood(),
    }
    return shape_schema(shape, docs.RULE, details, **more)


def _flood() -> dict[str, Schema]:
    details: dict[str, Schema] = {
        "per": {"anyOf": [ref("operator"), ref("field")]},
        "every": {"type": "string", "minLength": 2},
    }
    throttle = shape_schema(ThrottleShape, docs.THROTTLE, details, required=["every"])
    return {"throttle": {"anyOf": [throttle, {"const": False}]}, "budget": rate_schema()}


def rate_schema() -> Schema:
    """Return the schema of a rate such as `5/day`, or false for none."""
    pattern = f"^{RATE_PATTERN}$"
    rate = {"type": "string", "pattern": pattern, "patternErrorMessage": "A rate, such as 5/day or 100/min."}
    return {"anyOf": [rate, {"const": False}]}


def _exception() -> Schema:
    day = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "patternErrorMessage": "A day, such as 2026-12-31."}
    details: dict[str, Schema] = {
        "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"},
        "why": {"type": "string", "minLength": 1},
        "until": day,
        "when": ref("condition"),
    }
    return shape_schema(ExceptionShape, docs.EXCEPTION, details)


def _match() -> Schema:
    details: dict[str, Schema] = {
        "keywords": ref("words"),
        "users": ref("words"),
        "language": {"type": "string", "minLength": 1},
    }
    return shape_schema(MatchShape, docs.MATCH, details, minProperties=1)


def _tweet(vocabulary: Vocabulary) -> Schema:
    """Fields by dotted name, those that the stream or a plugin sets offered with their types."""
    properties: dict[str, Schema] = {
        "fixture": {"type": "string", **described("A tweet under `fixtures:` to begin with.")}
    }
    for name, kind in sorted(vocabulary.fields.items()):
        if name in DERIVED_TYPES:
            continue
        type_of: dict[str, Any] = {"type": [_TYPES[kind], "null"]} if kind in _TYPES else {}
        properties[name] = {**described(FIELDS.get(name, "Brought by a plugin.")), **type_of}
    return {"type": "object", "properties": properties}


def _test() -> Schema:
    given = closed(
        {
            "tweet": {**described(docs.GIVEN["tweet"]), "allOf": [ref("tweet")]},
            "at": {**described(docs.GIVEN["at"]), "type": "string"},
            "repeat": {**described(docs.GIVEN["repeat"]), "type": "integer", "minimum": 1},
            "every": {**described(docs.GIVEN["every"]), "type": "string"},
        },
        required=["tweet"],
    )
    counts = closed(
        {
            "alerts": {**described(docs.EXPECT["alerts"]), "type": "integer", "minimum": 0},
            "severity": {**described(docs.EXPECT["severity"]), "enum": SEVERITIES},
            "title": {**described(docs.EXPECT["title"]), "type": "string"},
            "key": {**described(docs.EXPECT["key"]), "type": "string"},
            "because": {**described(docs.EXPECT["because"]), **texts()},
        },
        minProperties=1,
    )
    keys: dict[str, Schema] = {
        "name": {"type": "string"},
        "tweet": {"allOf": [ref("tweet")]},
        "given": {"type": "array", "minItems": 1, "items": given},
        "each": {"allOf": [ref("words")]},
        "expect": {"anyOf": [{"enum": ["match", "no_match"]}, counts]},
        "equivalent": {"type": "string"},
        "why": {"type": "string"},
    }
    properties = {key: {**described(docs.TEST[key]), **schema} for key, schema in keys.items()}
    a_test = {"required": ["expect"], "oneOf": [{"required": ["tweet"]}, {"required": ["given"]}]}
    return closed(properties, anyOf=[a_test, {"required": ["equivalent", "why"]}])


SEVERITIES: Final = ["info", "low", "medium", "high", "critical"]
