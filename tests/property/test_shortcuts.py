"""A rule's straight way decides what the stages decide, whatever else is in force and however often a tweet comes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tests.property.expressions import expressions, tweets
from tocsin.alerting.escalation import Escalation
from tocsin.alerting.inhibition import Inhibition
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.alerting.silences import Silence, SilenceId, Silences
from tocsin.core.engine import Engine
from tocsin.core.plan import Plan, make_plan
from tocsin.core.shortcuts import Shortcut, Shortcuts
from tocsin.core.step import Step
from tocsin.logic.ast import Call, Expr, Literal, Var
from tocsin.logic.parse import Scope, parse
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import DestinationName, RuleId, Severity
from tocsin.rules.flood import Rate, Throttle
from tocsin.rules.ruleset import Rule
from tocsin.testing import EPOCH, make_exception, make_rule, make_ruleset, make_tweet

VOCABULARY = standard_vocabulary()
SCOPE = Scope(VOCABULARY, check_fields=False)
CHAT, MAIL = DestinationName("chat"), DestinationName("mail")
SEVERE = Call("==", (Var(Literal("severity"), None), Literal("high")))
FAILING = Call(">", (Var(Literal("text"), None), Literal(1)))


class Roundabout(Shortcuts):
    """No rule has a straight way."""

    def __init__(self) -> None: ...

    def of(self, rule: Rule) -> Shortcut | None:
        del rule
        return None


def parsed(condition: Any) -> Expr:
    expr = parse(condition, SCOPE).expr
    assert expr is not None
    return expr


conditions = st.one_of(
    expressions,
    st.just(True),
    st.lists(st.sampled_from(["a", "b", "abc", "btc", "hacked"]), min_size=1, max_size=3).map(lambda w: {"word": w}),
)
THROTTLE = Throttle(every=timedelta(minutes=1), per=None, then="digest")


def rarely(value: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, None, None, value])


def a_rule(name: str) -> st.SearchStrategy[Rule]:
    return st.builds(
        lambda condition, once_per, exception, **fields: replace(
            make_rule(name, True, exceptions=() if exception is None else (exception,), **fields),
            condition=parsed(condition),
            once_per=None if once_per is None else parsed(once_per),
        ),
        condition=conditions,
        once_per=rarely({"var": "lang"}) | rarely({">": [{"var": "text"}, 1]}),
        exception=rarely(make_exception("e", {"var": "lang"})),
        notify=st.sampled_from([(), (), (CHAT,), (CHAT, MAIL)]),
        severity=st.sampled_from([Severity.LOW, Severity.HIGH]),
        stage=st.sampled_from(["live", "live", "live", "shadow"]),
        throttle=rarely(THROTTLE),
        budget=rarely(Rate(1, "minute")),
        title=st.sampled_from(["{{ rule }}", "fixed", "{{ text | clip(5) }} {{ severity }}{% if lang %}!{% endif %}"]),
    )


routes = st.lists(
    st.builds(
        Route,
        when=st.sampled_from([None, None, SEVERE, FAILING]),
        notify=st.sampled_from([(CHAT,), (MAIL,), (CHAT, MAIL)]),
        proceed=st.booleans(),
        escalate=rarely(Escalation(after=timedelta(minutes=5), to=(MAIL,))),
    ),
    max_size=2,
)
plans = st.builds(
    lambda rules, routes, inhibitions, valve: make_plan(
        make_ruleset(*rules), routes, VOCABULARY, inhibitions, valve=valve
    ),
    st.tuples(a_rule("a"), a_rule("b"), a_rule("c")),
    routes,
    st.sampled_from([(), (), (), (Inhibition(source=RuleId("a"), mutes=Literal(True), lasts=timedelta(minutes=2)),)]),
    rarely(Rate(2, "minute")),
)
silences = rarely(
    Silence(id=SilenceId("s1"), condition="", why="w", by="b", since=EPOCH, until=EPOCH + timedelta(minutes=1))
)
timelines = st.lists(
    st.tuples(tweets, st.sampled_from(["1", "2", "3"]), st.integers(0, 90), silences), min_size=1, max_size=6
)


def steps(plan: Plan, timeline: Sequence[tuple[dict[str, Any], str, int, Silence | None]]) -> list[Step]:
    engine, now, found = Engine(plan, AlertMemory()), EPOCH, list[Step]()
    for data, tweet_id, seconds, silence in timeline:
        now += timedelta(seconds=seconds)
        engine.silence(Silences([] if silence is None else [(silence, SEVERE)], VOCABULARY))
        found += [engine.observe(replace(make_tweet(id=tweet_id), data=data), now), engine.wake(now)]
    return found


@settings(max_examples=examples(400), deadline=None)
@given(plans, timelines)
def test_the_straight_way_decides_what_the_stages_decide(
    plan: Plan, timeline: list[tuple[dict[str, Any], str, int, Silence | None]]
) -> None:
    assert steps(plan, timeline) == steps(replace(plan, shortcuts=Roundabout()), timeline)
