"""Exceptions that have expired or can never apply."""

from dataclasses import replace
from datetime import date

from tests.unit.rules.lint.linting import VOCABULARY, lint
from tocsin.logic.parse import Scope, parse
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.ruleset import Rule, RuleException
from tocsin.testing import make_rule

TODAY = date(2026, 7, 1)


def excepting(condition: object, *, until: date | None = None) -> Rule:
    expr = parse(condition, Scope(VOCABULARY)).expr
    assert expr is not None
    exception = RuleException(id="giveaway", why="a wave", until=until, condition=expr, span=Span("test", 5, 3))
    return replace(make_rule("outage", {"word": ["outage", "crash"]}), exceptions=(exception,))


def exceptions_of(rule: Rule) -> list[tuple[str, int]]:
    return [(found.code, found.span.line) for found in lint(rule, today=TODAY) if found.code != "untested-rule"]


def test_an_exception_holds_through_its_last_day() -> None:
    assert exceptions_of(excepting({"contains": "giveaway"}, until=TODAY)) == []


def test_an_exception_is_expired_the_day_after() -> None:
    assert exceptions_of(excepting({"contains": "giveaway"}, until=date(2026, 6, 30))) == [("expired-exception", 5)]


def test_an_exception_that_contradicts_its_rule_never_applies() -> None:
    assert exceptions_of(excepting({"not": {"contains": "a"}})) == [("idle-exception", 5)]


def test_an_exception_that_leaves_out_everything_keeps_its_rule_from_matching() -> None:
    assert exceptions_of(excepting({"or": [{"contains": "out"}, {"contains": "crash"}]})) == [("never-true", 5)]
