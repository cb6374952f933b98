"""What differs between two rule sets, and what doesn't count as a difference."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tocsin.logic.parse import Scope, parse
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import DestinationName, Severity
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.diff import changes_between, snapshot_of
from tocsin.rules.ruleset import MatchBlock, Rule, RuleException, ruleset_of
from tocsin.testing import make_rule

LOOSE = standard_vocabulary().extended((), {"x": "any"})
RULE = make_rule("r", {"and": [{"word": ["btc"]}, {">": [{"var": "metrics.likes"}, 1]}]}, title="t")


def expression(value: object) -> Any:
    return parse(value, Scope(standard_vocabulary())).expr


CHANGES: dict[str, Rule] = {
    "title": make_rule("r", {"and": [{"word": ["btc"]}, {">": [{"var": "metrics.likes"}, 1]}]}, title="u"),
    "body": make_rule("r", {"and": [{"word": ["btc"]}, {">": [{"var": "metrics.likes"}, 1]}]}, title="t", body="b"),
    "description": replace(RULE, description="what for"),
    "severity": replace(RULE, severity=Severity.HIGH),
    "labels": replace(RULE, labels={"team": "risk"}),
    "match": replace(RULE, match=MatchBlock(keywords=("btc",))),
    "when": replace(RULE, condition=expression({"word": ["eth"]})),
    "except": replace(RULE, exceptions=(RuleException(
        id="e", why="noise", until=date(2026, 12, 31), condition=expression({"word": ["x"]}), span=Span("f", 1, 1)),)),
    "once_per": replace(RULE, once_per=expression({"var": "id"})),
    "stage": replace(RULE, stage="shadow"),
    "enabled": replace(RULE, enabled=False),
    "notify": replace(RULE, notify=(DestinationName("chat"),)),
}  # fmt: skip


@pytest.mark.parametrize("key", CHANGES)
def test_each_key_that_does_something_is_told_by_its_name(key: str) -> None:
    changes = changes_between(snapshot_of(ruleset_of([RULE])), snapshot_of(ruleset_of([CHANGES[key]])))
    assert [change.key for change in changes.changed["r"]] == [key]
    assert ruleset_of([RULE]).revision != ruleset_of([CHANGES[key]]).revision


@pytest.mark.parametrize("other", [replace(RULE, span=Span("other.yaml", 9, 9)), replace(RULE, tests=({"tweet": {}},))])
def test_where_a_rule_stands_and_its_tests_are_no_difference(other: Rule) -> None:
    assert not changes_between(snapshot_of(ruleset_of([RULE])), snapshot_of(ruleset_of([other])))


@pytest.mark.parametrize(("before", "after"), [(1, True), (1, 1.0), (0, False), ("1", 1), (None, 0)])
def test_values_that_python_or_a_reader_may_take_for_equal_are_different(before: object, after: object) -> None:
    old, new = (make_rule("r", {"==": [{"var": "x"}, value]}, vocabulary=LOOSE) for value in (before, after))
    assert changes_between(snapshot_of(ruleset_of([old])), snapshot_of(ruleset_of([new]))).changed


def test_a_snapshot_survives_being_stored_as_json() -> None:
    snapshot = snapshot_of(ruleset_of(CHANGES[key] for key in ["except"]))
    assert not changes_between(snapshot, json.loads(json.dumps(snapshot)))
