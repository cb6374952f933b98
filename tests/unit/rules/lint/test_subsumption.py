"""Rules that tell nobody anything new."""

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.rules.lint.linting import VOCABULARY, codes
from tocsin.logic.parse import Scope, parse
from tocsin.model import Severity
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.ruleset import Rule, RuleException
from tocsin.testing import make_rule

WIDE = {"word": ["outage", "crash"]}
NARROW = {"and": [{"word": "outage"}, {"gt": [{"var": "metrics.likes"}, 5]}]}


def subsumed(*rules: Rule) -> list[str]:
    return [message.split("'")[1] for code, message in codes(*rules) if code == "subsumed-rule"]


def wide(**changes: object) -> Rule:
    return make_rule("wide", WIDE, **changes)  # type: ignore[arg-type]


def narrow(**changes: object) -> Rule:
    return make_rule("narrow", NARROW, **changes)  # type: ignore[arg-type]


def test_a_narrower_rule_that_notifies_the_same_tells_nothing_new() -> None:
    assert subsumed(wide(notify=["oncall"]), narrow(notify=["oncall"])) == ["narrow"]


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"contains": "outage"}, []),
        ({"word": "major outage"}, ["narrow"]),
        ({"word": ["outage", "hack"]}, []),
        ({"or": [{"word": "crash"}, {"all_words": ["big", "outage"]}]}, ["narrow"]),
        ({"word": [{"var": "user.name"}, "outage"]}, []),
    ],
)
def test_conditions_are_compared_by_what_follows_from_them(narrowed: object, found: list[str]) -> None:
    assert subsumed(wide(), make_rule("narrow", narrowed)) == found


def test_rules_without_words_are_compared_too() -> None:
    loud = make_rule("loud", {"gt": [{"var": "metrics.likes"}, 100]})
    louder = make_rule("louder", {"gt": [{"var": "metrics.likes"}, 1000]})
    assert subsumed(loud, louder) == ["louder"]


def test_of_two_rules_that_say_the_same_one_is_told() -> None:
    assert subsumed(make_rule("a", WIDE), make_rule("b", {"word": ["crash", "outage"]})) == ["a"]


def test_a_graver_rule_has_something_to_tell() -> None:
    assert subsumed(wide(notify=["oncall"]), narrow(notify=["oncall"], severity=Severity.CRITICAL)) == []


def test_a_rule_that_notifies_somebody_else_has_something_to_tell() -> None:
    assert subsumed(wide(notify=["oncall"]), narrow(notify=["email"])) == []


def test_where_routes_decide_rules_with_other_labels_may_go_elsewhere() -> None:
    assert subsumed(wide(labels={"team": "risk"}), narrow()) == []


def test_a_rule_that_does_not_run_subsumes_nothing() -> None:
    assert subsumed(wide(enabled=False), narrow()) == []


def test_a_shadow_rule_subsumes_no_live_one() -> None:
    assert subsumed(replace(wide(), stage="shadow"), narrow()) == []


def test_what_the_wider_rule_leaves_out_the_narrower_one_still_tells() -> None:
    expr = parse({"contains": "giveaway"}, Scope(VOCABULARY)).expr
    assert expr is not None
    exception = RuleException(id="g", why="a wave", until=date(2027, 1, 1), condition=expr, span=Span("test", 2, 1))
    assert subsumed(replace(wide(), exceptions=(exception,)), narrow()) == []
