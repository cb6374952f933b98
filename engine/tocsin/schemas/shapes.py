"""From the pydantic shapes that files are checked against to schemas: the same keys, so that neither can drift."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from tocsin.schemas.expressions import Schema, described

OWN_KEYS: Final[Schema] = {"^x-": described("A key of your own, which nothing reads.")}
"""What every mapping of ours takes beside its keys."""


def closed(properties: Mapping[str, Schema], **more: Any) -> Schema:
    """Return the schema of a mapping with these keys, one's own, and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "patternProperties": OWN_KEYS,
        "additionalProperties": False,
        **more,
    }


def shape_schema(
    model: type[BaseModel], docs: Mapping[str, str], details: Mapping[str, Schema] | None = None, **more: Any
) -> Schema:
    """Return the schema of a shape: its keys with their types and docs.

    `details` say more of a key than its type does; of a key that they don't name, its type is all there is.
    """
    own: dict[str, Schema] = _inlined(*model_schema(model, "")).get("properties", {})
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for name, info in model.model_fields.items():
        key = info.alias or name
        schema: Schema = {**(details or {}).get(key, own.get(key, {}))}
        if key in docs:
            # Beside a reference nothing counts in draft-07.
            schema = {**described(docs[key]), **({"allOf": [schema]} if "$ref" in schema else schema)}
        properties[key] = {"title": key, **schema}
        if info.is_required():
            required.append(key)
    return closed(properties, **({"required": required} if required else {}), **more)


def _inlined(schema: Any, definitions: Mapping[str, Schema]) -> Any:
    """Return the schema of a shape with the shapes in it written out; they don't contain themselves."""
    match schema:
        case {"$ref": str() as reference}:
            return _inlined(definitions[reference.rpartition("/")[2]], definitions)
        case dict():
            return {key: _inlined(value, definitions) for key, value in schema.items()}
        case list():
            return [_inlined(item, definitions) for item in schema]
        case _:
            return schema


def model_schema(model: type[BaseModel], prefix: str) -> tuple[Schema, dict[str, Schema]]:
    """Return the schema of a plugin's model in draft-07, keys closed, and the definitions that it needs.

    The names of the definitions begin with `prefix`, so that models of different plugins don't meet.
    """
    schema = model.model_json_schema(ref_template=f"#/definitions/{prefix}{{model}}", schema_generator=_Draft07)
    definitions = {f"{prefix}{name}": _tidied(part) for name, part in schema.pop("$defs", {}).items()}
    return _tidied(schema), definitions


class _Draft07(GenerateJsonSchema):
    schema_dialect = "http://json-schema.org/draft-07/schema#"


def _tidied(schema: Any) -> Any:
    """Return the schema without generated titles, objects closed, and what draft-07 spells otherwise so."""
    if isinstance(schema, list):
        return [_tidied(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidied(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    if "prefixItems" in tidy:
        tidy["additionalItems"] = tidy.pop("items", False)
        tidy["items"] = tidy.pop("prefixItems")
    if "properties" in tidy:
        tidy.setdefault("additionalProperties", False)
    return tidy
