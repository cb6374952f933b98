"""Law 5: what `expand` prints reads as an equal rule; and whatever is written as YAML reads as the same value."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.property.counts import examples
from tests.property.expressions import expressions
from tests.property.test_yaml_property import JSON
from tocsin.logic.parse import Scope, parse
from tocsin.logic.printing import to_json
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.expansion import expansion
from tocsin.rules.reading.load import load_rules
from tocsin.rules.ruleset import Rule
from tocsin.rules.syntax.yaml import parse_document
from tocsin.rules.writing import as_yaml

PLAIN = Scope(standard_vocabulary({}), check_fields=False)
PACKS = Path(__file__).parents[2] / "rules"


def packs() -> list[Rule]:
    ruleset = load_rules([PACKS], standard_vocabulary()).ruleset
    assert ruleset is not None
    return list(ruleset.rules.values())


@settings(max_examples=examples(300), deadline=None)
@given(JSON)
def test_any_value_reads_as_it_was_written(value: object) -> None:
    document = parse_document(as_yaml(value), "f")  # type: ignore[arg-type]
    assert document.problems == ()
    assert document.value == value


@settings(max_examples=examples(500), deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions)
def test_any_condition_written_as_yaml_parses_to_an_equal_tree(condition: Any) -> None:
    expr = parse(condition, PLAIN).expr
    assert expr is not None
    document = parse_document(as_yaml({"when": to_json(expr)}), "f")
    assert document.problems == ()
    assert isinstance(document.value, dict)
    written = document.expression(document.value["when"], ("f", "when"))
    again = parse(written, PLAIN).expr
    assert again is not None
    assert again == expr
    # Trees are equal where 1 stands for true; as JSON they aren't.
    assert json.dumps(to_json(again)) == json.dumps(to_json(expr))


@pytest.mark.parametrize("rule", packs(), ids=lambda rule: rule.id)
def test_a_rule_of_the_packs_reads_as_an_equal_one(rule: Rule, tmp_path: Path) -> None:
    (tmp_path / "rule.yaml").write_text(as_yaml(expansion(rule)), encoding="utf-8")
    ruleset = load_rules([tmp_path], standard_vocabulary()).ruleset
    assert ruleset is not None
    again = ruleset.rules[rule.id]
    assert (again.condition, again.severity, again.labels) == (rule.condition, rule.severity, rule.labels)
    assert (again.title.source, again.body.source) == (rule.title.source, rule.body.source)
