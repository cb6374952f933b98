"""The schemas have what the shapes, the vocabulary and the plugins have, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel, Field

from tocsin.config import schema as config_shapes
from tocsin.hookspecs import Action, Delivered, Operator
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.fields import CANONICAL, DERIVED_TYPES
from tocsin.logic.parse import Scope, parse
from tocsin.logic.vocabulary import ARITY, FORBIDDEN, standard_vocabulary
from tocsin.plugins.host import Host, PluginInfo
from tocsin.rules.reading import schema as rule_shapes
from tocsin.rules.reading.schema import Shape, keys_of
from tocsin.rules.syntax.yaml import parse_document
from tocsin.rules.templates import ALERT_NAMES
from tocsin.schemas import docs
from tocsin.schemas.configuration import config_schema
from tocsin.schemas.rule_files import rules_schema
from tocsin.schemas.shapes import model_schema, shape_schema
from tocsin.schemas.words import FIELDS, OPERATORS

VOCABULARY = standard_vocabulary()
RULES = rules_schema(VOCABULARY, destinations=["oncall"], distributions=["tocsin-langid"])


def references(schema: object) -> Iterator[str]:
    """Return every reference in a schema."""
    match schema:
        case {"$ref": str() as target}:
            yield target
        case Mapping():
            for value in schema.values():
                yield from references(value)
        case list():
            for value in schema:
                yield from references(value)


SHAPES: list[tuple[type[BaseModel], Mapping[str, str], Mapping[str, Any]]] = [
    (rule_shapes.FileShape, docs.FILE, RULES),
    (rule_shapes.RuleShape, docs.RULE, RULES["definitions"]["rule"]),
    (rule_shapes.OverlaidShape, docs.RULE, RULES["definitions"]["overlaid-rule"]),
    (rule_shapes.ExceptionShape, docs.EXCEPTION, RULES["definitions"]["exception"]),
    (rule_shapes.SharedShape, docs.RULE, RULES["properties"]["defaults"]),
    (rule_shapes.MatchShape, docs.MATCH, RULES["definitions"]["match"]),
]
CONFIG = config_schema(VOCABULARY, Host())
SECTIONS = CONFIG["properties"]
SHAPES += [
    (config_shapes.ConfigShape, docs.CONFIGURATION, CONFIG),
    (config_shapes.SourceShape, docs.SOURCE, SECTIONS["source"]),
    (config_shapes.RouteShape, docs.ROUTE, SECTIONS["routes"]["items"]),
    (config_shapes.HttpShape, docs.HTTP, SECTIONS["http"]),
    (config_shapes.LogShape, docs.LOG, SECTIONS["log"]),
    (config_shapes.RetentionShape, docs.RETENTION, SECTIONS["retention"]),
    (config_shapes.HeartbeatShape, docs.HEARTBEAT, SECTIONS["heartbeat"]),
    (config_shapes.NoTweetsShape, docs.NO_TWEETS, SECTIONS["source"]["properties"]["no_tweets"]),
]


@pytest.mark.parametrize(("shape", "about", "schema"), SHAPES, ids=[shape.__name__ for shape, _, _ in SHAPES])
def test_a_mapping_has_the_keys_of_its_shape_each_described(
    shape: type[BaseModel], about: Mapping[str, str], schema: Mapping[str, Any]
) -> None:
    assert schema["properties"].keys() == keys_of(shape)
    assert keys_of(shape) <= about.keys()
    assert schema["additionalProperties"] is False
    assert "^x-" in schema["patternProperties"]


class Inner(Shape):
    depth: int = Field(0, ge=0)


class Later(Shape):
    new_key: list[Inner] = Field(default_factory=list)
    needed: str


def test_a_key_that_a_shape_will_have_comes_by_itself() -> None:
    schema = shape_schema(Later, {})
    assert schema["required"] == ["needed"]
    inner = schema["properties"]["new_key"]["items"]
    assert inner["properties"]["depth"] == {"default": 0, "minimum": 0, "type": "integer"}
    assert inner["additionalProperties"] is False


@pytest.mark.parametrize("schema", [RULES, CONFIG], ids=["rules", "config"])
def test_every_reference_leads_somewhere(schema: Mapping[str, Any]) -> None:
    found = set(references(schema))
    assert found
    assert {target.removeprefix("#/definitions/") for target in found} <= schema["definitions"].keys()


def test_every_operator_and_word_form_is_a_key_of_a_condition() -> None:
    for call in ("operator", "operator-on-element"):
        assert RULES["definitions"][call]["properties"].keys() == set(VOCABULARY.operator_names())
    assert not FORBIDDEN & RULES["definitions"]["operator"]["properties"].keys()


def test_every_operator_is_described_with_an_example_that_parses() -> None:
    assert OPERATORS.keys() == {*ARITY, *TEXT_OPERATORS, "between", "macro", "list"}
    for name, (sentence, example) in OPERATORS.items():
        document = parse_document(example, "example")
        scope = Scope(VOCABULARY, macros={"organic": (True, ())}, lists={"coins": ("btc",)})
        result = parse(document.expression(document.value, ("example",)), scope)
        assert result.expr is not None, (name, result.problems)
        assert sentence.endswith(".")


def test_every_field_is_described_and_offered() -> None:
    assert FIELDS.keys() == {*CANONICAL, *DERIVED_TYPES, *ALERT_NAMES}
    offered = RULES["definitions"]["field"]["anyOf"][0]["enum"]
    assert offered == sorted(f".{name}" for name in VOCABULARY.fields)


class Options(BaseModel):
    limit: float = Field(0.5, ge=0)


class Ticket(BaseModel):
    queue: str
    inner: Options | None = None


def host() -> Host:
    """Return what a plugin with an operator, an action and options would have brought."""
    action = Action(name="ticket", perform=lambda alert, options: Delivered(), doc="Opens a ticket.", options=Ticket)
    plugin = PluginInfo(name="desk", distribution="tocsin-desk", version="1", state="loaded", options=Options)
    failed = PluginInfo(name="broken", distribution="tocsin-broken", version="1", state="failed", error="it broke")
    return Host(plugins=(plugin, failed), actions={"ticket": ("desk", action)})


def test_the_options_of_plugins_and_actions_are_checked() -> None:
    schema = config_schema(VOCABULARY, host(), destinations=["oncall"])
    plugins = schema["properties"]["plugins"]["properties"]
    assert plugins["desk"]["properties"]["limit"]["minimum"] == 0
    assert plugins["desk"]["additionalProperties"] is False
    assert plugins["broken"] == {"type": "object"}
    by_url, ticket = schema["properties"]["destinations"]["patternProperties"][
        "^(?!x-)[A-Za-z0-9][A-Za-z0-9_-]*$"
    ]["anyOf"]  # fmt: skip
    common = {"retry", "fallback", "limit", "digest", "quiet"}
    assert by_url["properties"].keys() == {"url", "sign", "format", *common}
    assert ticket["properties"].keys() == {"action", *common, "queue", "inner"}
    assert ticket["required"] == ["action", "queue"]
    assert {target.removeprefix("#/definitions/") for target in references(schema)} <= schema["definitions"].keys()


def test_an_operator_of_a_plugin_comes_with_its_words_and_its_arity() -> None:
    operator = Operator(
        name="near",
        arguments=("text", "number"),
        result="truth",
        function=max,
        doc="Is near.",
        example="near: [.text, 3]",
    )
    schema = rules_schema(VOCABULARY.extended([operator], {"mood": "text"}))
    near = schema["definitions"]["operator"]["properties"]["near"]
    assert (near["minItems"], near["maxItems"]) == (2, 2)
    assert near["markdownDescription"] == "Is near.\n\nExample: `near: [.text, 3]`"
    assert ".mood" in schema["definitions"]["field"]["anyOf"][0]["enum"]


def test_a_pair_in_a_model_is_spelt_as_draft_07_spells_it() -> None:
    class Pair(BaseModel):
        ends: tuple[int, str]

    ends = model_schema(Pair, "")[0]["properties"]["ends"]
    assert [item["type"] for item in ends["items"]] == ["integer", "string"]
    assert "prefixItems" not in ends
