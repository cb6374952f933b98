"""Whatever an exception or `once_per` computes, no alert is held back without an entry that says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.property.expressions import expressions, tweets
from tocsin import journal
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.core.step import Step
from tocsin.logic.ast import Expr
from tocsin.logic.parse import Scope, parse
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import DestinationName
from tocsin.rules.ruleset import Rule, RuleException
from tocsin.testing import EPOCH, make_exception, make_rule, make_ruleset, make_tweet

VOCABULARY = standard_vocabulary()
ALWAYS = make_rule("always", True)
SCOPE = Scope(VOCABULARY, check_fields=False)
TODAY = EPOCH.date()


def parsed(expression: object) -> Expr:
    expr = parse(expression, SCOPE).expr
    assume(expr is not None)
    assert expr is not None
    return expr


def exception(expression: object, *, days_left: int) -> RuleException:
    plain = make_exception("e", True, until=TODAY + timedelta(days=days_left))
    return replace(plain, condition=parsed(expression))


def observed(rule: Rule, data: dict[str, Any]) -> Step:
    plan = make_plan(make_ruleset(rule), [Route(when=None, notify=(DestinationName("chat"),))], VOCABULARY)
    return Engine(plan, AlertMemory()).observe(replace(make_tweet(), data=data), EPOCH)


@given(expressions, tweets, st.integers(-1000, -1))
def test_an_exception_past_its_end_changes_nothing(expression: Any, data: dict[str, Any], days_left: int) -> None:
    excepted = replace(ALWAYS, exceptions=(exception(expression, days_left=days_left),))
    assert observed(excepted, data) == observed(ALWAYS, data)


@given(expressions, tweets, st.integers(0, 1000))
def test_an_exception_in_force_gives_the_alert_or_says_that_it_withheld_it(
    expression: Any, data: dict[str, Any], days_left: int
) -> None:
    step = observed(replace(ALWAYS, exceptions=(exception(expression, days_left=days_left),)), data)
    withheld = [entry for entry in step.entries if isinstance(entry, journal.Withheld)]
    assert len(step.alerts) + len(withheld) == 1
    if any(isinstance(entry, journal.Failed) for entry in step.entries):
        assert step.alerts


@given(expressions, tweets)
def test_the_first_of_any_value_of_once_per_is_told(expression: Any, data: dict[str, Any]) -> None:
    assert len(observed(replace(ALWAYS, once_per=parsed(expression)), data).alerts) == 1
