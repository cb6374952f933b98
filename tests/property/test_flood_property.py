"""Flood control under any matches: nothing is lost, and neither restarts nor late wakes change what is told."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.pile import matches_held, matches_told
from tocsin.alerting.routes import Route
from tocsin.core.engine import Engine
from tocsin.core.plan import Plan, make_plan
from tocsin.core.step import Step
from tocsin.core.wakes import wakes
from tocsin.logic.ast import Literal, Var
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import Alert, AlertId, DestinationName
from tocsin.rules.flood import Rate, Then, Throttle
from tocsin.store.codec import decode_record, encode_record
from tocsin.testing import EPOCH, make_rule, make_ruleset, make_tweet

VOCABULARY = standard_vocabulary()
ROUTES = [Route(when=None, notify=(DestinationName("chat"),))]


@dataclass(frozen=True)
class Tweeted:
    """A tweet comes, so long after the one before; it may be a copy of an earlier one."""

    after: timedelta
    number: int
    user: str
    text: str
    woken: bool
    restarted: bool


durations = st.integers(1, 180).map(lambda seconds: timedelta(seconds=seconds))
throttles = st.none() | st.builds(
    Throttle,
    every=durations,
    per=st.sampled_from([None, Var(Literal("user.id"), None)]),
    then=st.sampled_from(get_args(Then)),
)
budgets = st.none() | st.builds(Rate, st.integers(1, 4), st.sampled_from(["minute", "hour"]))
plans = st.builds(
    lambda rules, valve: make_plan(make_ruleset(*rules), ROUTES, VOCABULARY, valve=valve),
    st.tuples(
        *(
            st.builds(
                lambda name, throttle, budget: make_rule(name, {"word": [name]}, throttle=throttle, budget=budget),
                st.just(name),
                throttles,
                budgets,
            )
            for name in ("a", "b")
        )
    ),
    budgets,
)
timelines = st.lists(
    st.builds(
        Tweeted,
        after=st.integers(0, 90).map(lambda seconds: timedelta(seconds=seconds)),
        number=st.integers(1, 40),
        user=st.sampled_from(["1", "2"]),
        text=st.sampled_from(["a", "b", "a b"]),
        woken=st.booleans(),
        restarted=st.booleans(),
    ),
    max_size=40,
)


@dataclass
class Run:
    """An engine and its store, as plain values."""

    plan: Plan
    now: datetime = EPOCH
    told: list[Alert] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    known: list[AlertId] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = Engine(self.plan, AlertMemory())

    def take(self, step: Step) -> None:
        self.told += step.alerts
        self.known += [alert_id for alert_id, _ in step.remembered]
        for name, record in step.state.items():
            self.state.pop(name, None)
            if record is not None:
                self.state[name] = decode_record(encode_record(record))

    def restart(self) -> None:
        self.engine = Engine(self.plan, AlertMemory(self.known, now=self.now))
        self.engine.restore(self.state, self.now)

    def tweet(self, one: Tweeted, *, by: timedelta = timedelta()) -> None:
        self.now += one.after + by
        tweet = make_tweet(one.text, id=str(one.number), user__id=one.user)
        self.take(self.engine.observe(tweet, self.now))

    def end(self) -> None:
        for step in wakes(self.engine):
            self.take(step)

    @property
    def held(self) -> int:
        return matches_held(self.state.values())


def said(alerts: Sequence[Alert]) -> list[Any]:
    """What alerts say, but for when."""
    return [(alert.id, alert.held_back, alert.held_since, alert.folded, alert.tweet.id) for alert in alerts]


@settings(max_examples=examples(150), deadline=None)
@given(plans, timelines)
def test_every_match_is_told_or_held_and_counted_once(plan: Plan, timeline: list[Tweeted]) -> None:
    run = Run(plan)
    for one in timeline:
        run.tweet(one)
        assert len(set(run.known)) == len(run.known)
        assert sum(map(matches_told, run.told)) + run.held == len(run.known)
    run.end()
    assert sum(map(matches_told, run.told)) + run.held == len(run.known)


@settings(max_examples=examples(150), deadline=None)
@given(plans, timelines)
def test_restarts_at_any_points_change_nothing(plan: Plan, timeline: list[Tweeted]) -> None:
    steady, restarted = Run(plan), Run(plan)
    for one in timeline:
        for run in (steady, restarted):
            run.tweet(one)
        if one.restarted:
            restarted.restart()
    for run in (steady, restarted):
        run.end()
    assert said(restarted.told) == said(steady.told)
    assert restarted.state == steady.state


@settings(max_examples=examples(150), deadline=None)
@given(plans, timelines)
def test_waking_at_any_times_changes_nothing_but_when_it_is_told(plan: Plan, timeline: list[Tweeted]) -> None:
    woken, unwoken = Run(plan), Run(plan)
    for one in timeline:
        if one.woken:
            for step in wakes(woken.engine, until=woken.now + one.after):
                woken.take(step)
            woken.take(woken.engine.wake(woken.now + one.after))
        for run in (woken, unwoken):
            run.tweet(one)
    for run in (woken, unwoken):
        run.end()
    assert said(woken.told) == said(unwoken.told)
    assert woken.state == unwoken.state


@settings(max_examples=examples(150), deadline=None)
@given(plans, timelines, st.integers(-86_400, 86_400))
def test_a_clock_that_is_set_changes_nothing(plan: Plan, timeline: list[Tweeted], seconds: int) -> None:
    by = timedelta(seconds=seconds)
    steady, shifted = Run(plan), Run(plan)
    for number, one in enumerate(timeline):
        steady.tweet(one)
        moved = by if number == len(timeline) // 2 else timedelta()
        if moved:
            shifted.take(shifted.engine.shift(moved))
        shifted.tweet(one, by=moved)
    for run in (steady, shifted):
        run.end()
    assert [(alert.id, alert.held_back, alert.folded) for alert in shifted.told] == [
        (alert.id, alert.held_back, alert.folded) for alert in steady.told
    ]


@settings(max_examples=examples(150), deadline=None)
@given(plans, plans, timelines)
def test_whatever_rules_come_into_force_nothing_that_was_held_is_lost(
    before: Plan, after: Plan, timeline: list[Tweeted]
) -> None:
    run = Run(before)
    for number, one in enumerate(timeline):
        if number == len(timeline) // 2:
            run.engine.replace(after)
            run.plan = after
        run.tweet(one)
        if one.restarted:
            run.restart()
    run.end()
    assert sum(map(matches_told, run.told)) + run.held == len(run.known)
    json.dumps(run.state)
