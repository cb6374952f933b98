"""A silence is its condition, evaluated by brute force; whatever mutes an alert, there is an entry that says so."""

from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.muting import CHAT, MINUTE, VOCABULARY, make_engine
from tests.property.expressions import expressions, tweets
from tocsin import journal
from tocsin.alerting.facts import alert_facts
from tocsin.alerting.inhibition import Inhibition
from tocsin.alerting.silences import Silence, SilenceId, Silences
from tocsin.logic.ast import Expr
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.parse import Scope, parse
from tocsin.logic.verdict import Matched
from tocsin.model import RuleId
from tocsin.testing import EPOCH, make_rule, make_tweet

ALWAYS = make_rule("always", True)
SOURCE = make_rule("source", True)
SCOPE = Scope(VOCABULARY, check_fields=False)


def parsed(expression: object) -> Expr:
    expr = parse(expression, SCOPE).expr
    assume(expr is not None)
    assert expr is not None
    return expr


def is_true(expr: Expr, data: dict[str, Any]) -> bool:
    facts = alert_facts(ALWAYS.id, ALWAYS.severity, ALWAYS.labels, "", data)
    return isinstance(compile_condition(expr, VOCABULARY).evaluate_exactly(facts), Matched)


def silence(number: int, begins: int, minutes: int, *, ended: bool) -> Silence:
    since = EPOCH + begins * MINUTE
    until = since + minutes * MINUTE
    made = Silence(id=SilenceId(f"s{number}"), condition="", why="w", by="b", since=since, until=until)
    return replace(made, ended_at=since) if ended else made


@given(
    st.lists(st.tuples(expressions, st.integers(-5, 5), st.integers(1, 5), st.booleans()), max_size=4),
    tweets,
    st.integers(-8, 12),
)
def test_an_alert_is_silenced_if_and_only_if_some_silence_in_force_is_true_of_it(
    drawn: list[tuple[Any, int, int, bool]], data: dict[str, Any], minute: int
) -> None:
    now = EPOCH + minute * MINUTE
    made = [
        (silence(number, begins, minutes, ended=ended), parsed(expression))
        for number, (expression, begins, minutes, ended) in enumerate(drawn, start=1)
    ]
    engine = make_engine(ALWAYS)
    engine.silence(Silences(made, VOCABULARY))
    step = engine.observe(replace(make_tweet(), data=data), now)
    expected = [s.id for s, expr in made if s.ended_at is None and s.since <= now < s.until and is_true(expr, data)]
    withheld = [entry for entry in step.entries if isinstance(entry, journal.Withheld)]
    assert [entry.silence for entry in withheld] == expected[:1]
    assert len(step.alerts) == (not expected)


@given(expressions, tweets, st.integers(0, 60))
def test_a_muted_match_is_always_recorded(expression: Any, data: dict[str, Any], minute: int) -> None:
    inhibition = Inhibition(source=RuleId("source"), mutes=parsed(expression), lasts=30 * MINUTE)
    engine = make_engine(ALWAYS, SOURCE, inhibitions=[inhibition])
    engine.observe(make_tweet(id="first"), EPOCH)
    step = engine.observe(replace(make_tweet(), data=data), EPOCH + minute * MINUTE)
    # `source` is raised again by the same tweet, and first: the inhibition is always fresh.
    withheld = [entry.rule_id for entry in step.entries if isinstance(entry, journal.Withheld)]
    assert sorted([alert.rule_id for alert in step.alerts] + withheld) == ["always", "source"]
    assert withheld == (["always"] if is_true(parsed(expression), data) else [])
    assert all(delivery.destination == CHAT for delivery in step.deliveries)
